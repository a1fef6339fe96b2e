"""Typed lines that a trial may write to the file that SEEDGATE_METRICS names.

Numbers are finite. `low` and `high` of a histogram may be given where its bins are
wider than what was seen. Hashes of one split may come in several lines; they arrive as
short digests, the smallest ones where there are too many. A score list of one number is
the probability (or the logit) of the second of two classes.

`{"kind": "histogram", "name": "weights", "step": 100, "edges": [..], "counts": [..]}`
`{"kind": "sample", "name": "prompt-1", "step": 100, "text": "..."}`
`{"kind": "data", "split": "train", "classes": {"cat": 10}, "mean": 0.1, "scale": 1.0,
  "examples": 10, "hashes": ["..."]}`
`{"kind": "prediction", "id": "17", "scores": [0.1, 0.9], "label": 1}`
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between `edges` (one more than `counts`), of the last line of that name.

    `low` and `high` bound what was seen in all of them.
    """

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
