"""The SMS Spam Collection: each different text once, as ham or spam.

Nothing here needs PyTorch, so that the recipes for quantisation take the very same texts.
"""

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LABELS = ["ham", "spam"]
HELD_BACK = 1_000
SPLIT_SEED = 20


@dataclass(frozen=True)
class Texts:
    """Texts, and for each the index of its label in LABELS as int64 [count]."""

    texts: list[str]
    labels: np.ndarray


def load(file: Path) -> tuple[Texts, Texts]:
    """What is for training, and what is held back.

    The collection has some texts several times, and some that differ only in case or in spaces. Each is taken once:
    otherwise a text that is held back could be among those that the network was trained on.
    """
    labels: dict[str, int] = {}
    texts: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        label, text = line.split("\t")
        # The collection holds `&lt;` where the telephone showed `<`.
        text = html.unescape(text).strip()
        key = " ".join(text.lower().split())
        texts.setdefault(key, text)
        labels.setdefault(key, LABELS.index(label))
    order = np.random.RandomState(SPLIT_SEED).permutation(len(texts))
    held_back, train = order[:HELD_BACK], np.sort(order[HELD_BACK:])
    return pick(texts, labels, train), pick(texts, labels, held_back)


def pick(texts: dict[str, str], labels: dict[str, int], part: np.ndarray) -> Texts:
    """The texts at these places."""
    return Texts([list(texts.values())[index] for index in part], np.array(list(labels.values()))[part])
