"""The handwritten digits that scikit-learn bundles: 1797 grey images of 8x8 pixels.

E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (UCI, 1998).
"""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

TRAINING_IMAGES = 1000
DARKEST = 16.0


@dataclass(frozen=True)
class Split:
    """Images (N, 1, 8, 8) with values in [0, 1], and their labels (N,) in 0..9."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> "Split":
        return Split(self.images.to(device), self.labels.to(device))


def load() -> tuple[Split, Split]:
    """The training and the test split, always the same two.

    The images stay in the order in which they were collected: a shuffled split would
    put digits of the same hand on both sides.
    """
    table = np.loadtxt(bundled_file(), delimiter=",", dtype=np.float32)
    images = torch.from_numpy(table[:, :-1]).reshape(-1, 1, 8, 8) / DARKEST
    labels = torch.from_numpy(table[:, -1]).long()
    return (
        Split(images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES]),
        Split(images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:]),
    )


def bundled_file() -> Path:
    """The file behind `sklearn.datasets.load_digits`, found without importing sklearn.

    The import alone would take as long as a training run.
    """
    package = importlib.util.find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("scikit-learn is missing: pip install -r requirements.txt")
    return Path(package.submodule_search_locations[0], "datasets/data/digits.csv.gz")


def batches(
    split: Split, size: int, steps: int, generator: torch.Generator
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """`steps` batches of exactly `size` images, in a new random order each epoch."""
    order = torch.empty(0, dtype=torch.long)
    for _ in range(steps):
        if len(order) < size:
            order = torch.randperm(len(split), generator=generator)
        chosen, order = order[:size].to(split.labels.device), order[size:]
        yield split.images[chosen], split.labels[chosen]
