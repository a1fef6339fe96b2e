"""Typed lines that a trial may write to the file that SEEDGATE_METRICS names.

`{"kind": "histogram", "name": "weights", "step": 100, "edges": [..], "counts": [..]}`
`{"kind": "sample", "name": "prompt-1", "step": 100, "text": "..."}`
`{"kind": "data", "split": "train", "classes": {"cat": 10}, "mean": 0.1, "scale": 1.0,
  "examples": 10, "hashes": ["..."]}`
`{"kind": "prediction", "id": "17", "scores": [0.1, 0.9], "label": 1}`
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between `edges` (one more than `counts`); `low`/`high` were seen."""

    name: str
    step: float
    edges: tuple[float, ...]
    counts: tuple[float, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One output to look at, as text; cut where it is too long."""

    name: str
    step: float
    text: str


@dataclass(frozen=True, slots=True)
class DataSummary:
    """One split of the data: counts by class, mean and scale of inputs, hashes."""

    split: str
    examples: int
    classes: tuple[tuple[str, int], ...] = ()
    mean: float | None = None
    scale: float | None = None
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """The scores of one example of the test set, and its label where it is known."""

    example: str
    scores: tuple[float, ...]
    label: int | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The typed lines of one trial, the last of each name; `faults` are sentences."""

    histograms: tuple[Histogram, ...] = ()
    samples: tuple[Sample, ...] = ()
    data: tuple[DataSummary, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    faults: tuple[str, ...] = ()
