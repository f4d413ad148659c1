"""Trains models/digits: a small convolutional network that reads handwritten digits.

    pip install -r training/pytorch/requirements.txt
    python training/pytorch/digits.py

Takes about a minute of one core. A second run on the same machine writes the same bytes.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import mnist
from export import export
from model_folder import Golden, HeldBack, ModelVersion, Rows, Tolerance, parse_target

SEED = 1
EPOCHS = 30
BATCH_SIZE = 64
LEARNING_RATE = 4e-3
FIXTURE_SAMPLES = 250


class DigitReader(nn.Module):
    """Two convolutions with pooling, and one hidden layer: float32 [batch, 1, 28, 28] to logits [batch, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 12, 5, padding=2),
            nn.BatchNorm2d(12),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(12, 24, 5, padding=2),
            nn.BatchNorm2d(24),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(24 * 7 * 7, 48),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(48, 10),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(image))


def distort(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Turns, scales and moves each picture a little, so that 4,000 of them teach as more would."""
    count = len(images)
    angle = (torch.rand(count, generator=generator) - 0.5) * 0.5
    scale = 1 + (torch.rand(count, generator=generator) - 0.5) * 0.25
    shift = (torch.rand(count, 2, 1, generator=generator) - 0.5) * 0.28
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(count, 2, 2)
    grid = nn.functional.affine_grid(
        torch.cat([turn * scale[:, None, None], shift], dim=2), list(images.shape), align_corners=False
    )
    # The corners that come into the picture are black, which is not 0 after normalisation.
    black = images.min()
    return nn.functional.grid_sample(images - black, grid, align_corners=False) + black


def train(images: torch.Tensor, labels: torch.Tensor) -> DigitReader:
    """The trained network, in the mode for predictions."""
    generator = torch.Generator().manual_seed(SEED)
    network = DigitReader()
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    steps = EPOCHS * -(-len(images) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(images), generator=generator).split(BATCH_SIZE):
            loss = nn.functional.cross_entropy(network(distort(images[rows], generator)), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: loss {total / len(images):.4f}", flush=True)
    return network.eval()


def main() -> None:
    target = parse_target(__doc__)
    # One thread: the order in which sums are formed, and with it the last bits of the weights, depends on their number.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    training, held_back = mnist.load()
    network = train(torch.from_numpy(mnist.to_input(training.pictures)), torch.from_numpy(training.labels))
    inputs = mnist.to_input(held_back.pictures)
    with torch.no_grad():
        logits = network(torch.from_numpy(inputs)).numpy()
    predicted = logits.argmax(axis=1)
    right = predicted == held_back.labels

    rows = Rows({"image": inputs}, {"logits": logits}, [mnist.to_request(picture) for picture in held_back.pictures])
    sample = range(FIXTURE_SAMPLES)
    model = export(
        network,
        (torch.zeros(2, 1, 28, 28),),
        inputs={"image": {0: "batch"}},
        outputs={"logits": {0: "batch"}},
    )
    ModelVersion(target, "digits", 1, f"PyTorch {torch.__version__.partition('+')[0]}", Tolerance(1e-4, 1e-4)).save(
        model,
        golden_examples(network, held_back, predicted),
        HeldBack(
            rows.pick(sample),
            [mnist.LABELS[label] for label in held_back.labels[:FIXTURE_SAMPLES]],
            [mnist.LABELS[label] for label in predicted[:FIXTURE_SAMPLES]],
            {"accuracy": float(right[:FIXTURE_SAMPLES].mean())},
        ),
        figures={
            "accuracy on held-back data": f"{right.mean():.3f} ({np.count_nonzero(~right)} of {len(right):,} wrong)",
            "accuracy on training data": f"{accuracy(network, training):.3f} of {len(training.labels):,}",
            "log loss on held-back data": f"{log_loss(logits, held_back.labels):.3f}",
            "digit that is missed most, held back": most_missed(held_back.labels, predicted),
        },
    )


def golden_examples(network: DigitReader, held_back: mnist.Digits, predicted: np.ndarray) -> Golden:
    """Some digits; one that the network gets wrong, since they show what it does; and one that is to be enlarged."""
    right = predicted == held_back.labels
    chosen = [int(np.flatnonzero(right & (held_back.labels == digit))[0]) for digit in (0, 3, 4, 7)]
    examples = [
        (f"a {held_back.labels[index]}", held_back.pictures[index], held_back.pictures[index]) for index in chosen
    ]
    wrong = int(np.flatnonzero(~right)[0])
    name = f"a {held_back.labels[wrong]} that the network takes for a {predicted[wrong]}"
    examples.append((name, held_back.pictures[wrong], held_back.pictures[wrong]))
    two = int(np.flatnonzero(right & (held_back.labels == 2))[0])
    small = mnist.resize(held_back.pictures[two], 14)
    examples.append(("a 2 of 14×14 pixels, which is enlarged", small, mnist.resize(small, 28)))
    names, sent, seen = zip(*examples, strict=True)
    inputs = mnist.to_input(np.stack(seen))
    with torch.no_grad():
        logits = network(torch.from_numpy(inputs)).numpy()
    rows = Rows({"image": inputs}, {"logits": logits}, [mnist.to_request(picture) for picture in sent])
    return Golden(rows, names, as_requests=True)


def accuracy(network: DigitReader, digits: mnist.Digits) -> float:
    with torch.no_grad():
        logits = network(torch.from_numpy(mnist.to_input(digits.pictures))).numpy()
    return float((logits.argmax(axis=1) == digits.labels).mean())


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    return nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()


def most_missed(labels: np.ndarray, predicted: np.ndarray) -> str:
    missed = np.bincount(labels[labels != predicted], minlength=len(mnist.LABELS))
    digit = int(missed.argmax())
    return f"{digit}: {missed[digit]} of {np.count_nonzero(labels == digit)}"


if __name__ == "__main__":
    main()
