"""What was known before an evaluation's first trial: past runs, pilots, attempts.

Kept apart from what the evaluation itself shows: a test that was chosen by the data
that it then judges has no known error rate.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, AutoTolerance, Metric, Mode

Place = tuple[str, str]
"""A mode's name and a metric's (a slice's as `metric/slice`)."""

AUTO_SDS = 1.5
"""`tolerance: auto` in per-run SDs of the pilot runs (statistics page, section 6)."""


@dataclass(frozen=True, slots=True)
class MetricKey:
    """What results must have in common before they are pooled or compared.

    `version` is a hash of what defines the number, `machine` is `Node.machine`.
    """

    repository: str
    mode: str
    stage: str
    metric: str
    version: str
    machine: str

    @property
    def place(self) -> Place:
        """Where the metric stands in the policy."""
        return self.mode, self.metric


@dataclass(frozen=True, slots=True)
class ArmSums:
    """The runs of one arm in one evaluation that nobody else has counted.

    `failed` of `trials` failed; `n` ended with a value, which no run of the same tree
    and seed had before. `m2`, `m3`, `m4` are sums of
    powers of (value - mean) / `scale`, a power of two near the largest magnitude;
    `outliers` lie over 3.5 robust SDs from the median.
    """

    trials: int = 0
    failed: int = 0
    n: int = 0
    mean: float = 0.0
    scale: float = 1.0
    m2: float = 0.0
    m3: float = 0.0
    m4: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    outliers: int = 0


@dataclass(frozen=True, slots=True)
class PairSums:
    """Sums over `n` same-seed pairs of residuals around each arm's own mean.

    Squares of the baseline's and of the branch's, and their products, each arm in a
    unit of its own. No pairs where every difference was exactly 0.
    """

    n: int = 0
    baseline: float = 0.0
    branch: float = 0.0
    cross: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What one evaluation showed of one metric: sufficient statistics within arms.

    `residual` is the normal score of its canaries: fresh baseline runs beside the
    stored ones of the same `base_tree`; None where nothing was stored. `judged` is
    the branch by name, `merged_tree` what would land: both empty where the base alone
    was run. From `restarted_at` (Unix seconds, 0 for never) the drift of the baseline
    is counted anew, and nothing stored before serves.
    """

    baseline: ArmSums = field(default_factory=ArmSums)
    branch: ArmSums = field(default_factory=ArmSums)
    pairs: PairSums = field(default_factory=PairSums)
    residual: float | None = None
    base_tree: str = ""
    merged_tree: str = ""
    judged: str = ""
    restarted_at: float = 0.0

    @property
    def refreshed(self) -> bool:
        """Whether the base alone was run, for more runs of its baseline."""
        return not self.merged_tree


@dataclass(frozen=True, slots=True)
class BaselineMean:
    """The mean of an evaluation's `n` fresh baseline runs, told at `at` (Unix s)."""

    evaluation: str
    mean: float
    n: int
    at: float


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
    """A loss that was shown, as a share of the metric's tolerance.

    It was tolerated, or it blocked. It counts once the judged head commit, or the tree
    that would land, has landed: one that blocked does so where somebody accepted it.
    The share of a metric that passed without one is 0: where an earlier head lost, and
    this one landed with it, this one counts. `base_commit` is what the head was
    compared with; an earlier version kept none.
    """

    place: Place
    head_commit: str
    merged_tree: str
    tolerances: float
    base_commit: str = ""


@dataclass(frozen=True, slots=True)
class StagePair:
    """The effect that one branch had in a cheap stage, and in a later one.

    `d` and `later_d` are oriented so that positive is better, in units of the metric;
    `wall_s` and `later_wall_s` the mean seconds of a trial in each stage.
    """

    mode: str
    metric: str
    stage: str
    later: str
    d: float
    later_d: float
    wall_s: float
    later_wall_s: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it, pinned with the evaluation so that a resumed one judges the same.

    `attempt` counts the evaluations of this branch, from 1: those that compare it by
    other trials or another test. `begun_at` (Unix seconds) is when this comparison
    began, 0 where that was not kept. `lost` are shown
    losses that landed since the anchor, summed, in tolerances of the metric.
    `baselines` are the earlier runs of this very baseline, summed. `drift` are the
    CUSUMs of baselines that have moved. Stored baseline runs of a mode serve
    only if they ended at its `fresh_from` (Unix seconds) or later.
    """

    history: Mapping[Place, MetricHistory] = field(default_factory=dict)
    pilots: Mapping[Place, Pilot] = field(default_factory=dict)
    attempt: int = 1
    lost: Mapping[Place, float] = field(default_factory=dict)
    baselines: Mapping[Place, Pilot] = field(default_factory=dict)
    drift: Mapping[Place, float] = field(default_factory=dict)
    fresh_from: Mapping[str, float] = field(default_factory=dict)
    begun_at: float = 0.0


def resolve(mode: Mode, pilots: Mapping[Place, Pilot]) -> Mode:
    """The mode with every `tolerance: auto` as an amount: 1.5 SDs of its pilot.

    Raises UserFault where no pilot is known or its runs do not differ.
    """
    metrics = tuple(_resolved(mode.name, one, pilots) for one in mode.metrics)
    return dataclasses.replace(mode, metrics=metrics)


def _resolved(mode: str, metric: Metric, pilots: Mapping[Place, Pilot]) -> Metric:
    if not isinstance(metric.tolerance, AutoTolerance):
        return metric
    pilot = pilots.get((mode, metric.name))
    name = f"modes.{mode}.metrics.{metric.name}.tolerance"
    if pilot is None:
        raise UserFault(
            f"`{name}` is auto, and no calibration of this metric, as it is defined "
            "and on this machine, is known.",
            "Run `seedgate calibrate` first, or write the amount that it prints.",
        )
    amount = AUTO_SDS * pilot.sd
    if not 0.0 < amount < math.inf:
        raise UserFault(
            f"`{name}` is auto, and the pilot runs have no spread to take it from.",
            "Write an amount, in units of the metric.",
        )
    return dataclasses.replace(metric, tolerance=AbsoluteTolerance(amount))
