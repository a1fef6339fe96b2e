"""What was known before an evaluation's first trial: past runs, pilots, attempts.

Kept apart from what the evaluation itself shows: a test that was chosen by the data
that it then judges has no known error rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, str]
"""A mode's name and a metric's (a slice's as `metric/slice`)."""


@dataclass(frozen=True, slots=True)
class MetricHistory:
    """Past evaluations of one metric in one mode and stage, pooled within arms.

    `pairs` are complete same-seed pairs, `correlation` that of their residuals. `sd`,
    `skew` and `kurtosis` (excess) are those of single runs around their arm's mean,
    over `values` runs; `outliers` lie over 3.5 robust SDs off. `mean` is the latest
    baseline's. `lowest` and `highest` are extremes. `failed` of `trials` failed. What
    is not known yet is None.
    """

    pairs: int = 0
    correlation: float | None = None
    values: int = 0
    mean: float | None = None
    sd: float | None = None
    skew: float | None = None
    kurtosis: float | None = None
    outliers: int = 0
    lowest: float | None = None
    highest: float | None = None
    trials: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Pilot:
    """A calibration: `n` baseline runs that are never reused as trials.

    `sd` (ddof 1) and `mean` in units of the metric; `failed` runs besides the n.
    """

    n: int
    mean: float
    sd: float
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A real loss that a verdict tolerated, as a share of the metric's tolerance.

    It counts once the judged head commit, or the tree that would land, has landed.
    """

    place: Place
    head_commit: str
    merged_tree: str
    tolerances: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it, pinned with the evaluation so that a resumed one judges the same.

    `attempt` counts the evaluations of this branch, from 1. `lost` are tolerated
    losses that landed since the anchor, summed, in tolerances of the metric.
    """

    history: Mapping[Place, MetricHistory] = field(default_factory=dict)
    pilots: Mapping[Place, Pilot] = field(default_factory=dict)
    attempt: int = 1
    lost: Mapping[Place, float] = field(default_factory=dict)
