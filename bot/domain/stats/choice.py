"""How two arms are compared on one metric: fixed by design or history, never by data.

Choosing by a branch's own correlation would raise an error rate of 5 % to 6.5 %.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from bot.domain.history import MetricHistory
from bot.domain.policy import Direction
from bot.domain.stats.estimate import critical

PAIRS = 20  # complete pairs before a correlation is believed
VALUES = 20  # runs before a shape is believed
VALUES_OF_A_MEAN = 10  # runs before a mean and an SD are
SKEW, KURTOSIS = 2.0, 7.0  # beyond these a t test of few runs is watched
OUTLIERS = 0.005  # of all runs: normal ones stray less often however many there are
NEAR = 3.0  # SDs from a bound within which values are compared on its scale
_LEVEL = 0.05  # one-sided, at which designs are compared

Bounds = tuple[float | None, float | None]


class Test(StrEnum):
    """The test where both arms list the same seeds; where they do not it is Welch's."""

    __test__ = False  # not a test case

    PAIRED = "paired"
    WELCH = "welch"


class Scale(StrEnum):
    """The scale on which values are compared; others than RAW near a bound only."""

    RAW = "raw"
    LOGIT = "logit"  # between two bounds, such as an accuracy
    LOG = "log"  # above a lower bound, such as an error


@dataclass(frozen=True, slots=True)
class Choice:
    """A test, a scale with its bounds, and whether a permutation test stands guard.

    Where `guarded`, the more conservative of the t test and the exact permutation test
    decides. `low` and `high` are the bounds of LOGIT; `low` that of LOG.
    """

    test: Test = Test.PAIRED
    guarded: bool = False
    scale: Scale = Scale.RAW
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice and what of the history it rests on; None is not known or not used.

    The test is Welch's where `correlation` over `pairs` is below `break_even`. `bound`
    is the one that `mean` lies too near to, with `sd` the spread of single runs; it is
    None where values are compared as they are.
    """

    choice: Choice = field(default_factory=Choice)
    correlation: float | None = None
    pairs: int = 0
    break_even: float | None = None
    bound: float | None = None
    mean: float | None = None
    sd: float | None = None


@lru_cache(maxsize=64)
def break_even(n: int) -> float:
    """The same-seed correlation at which pairing `n` seeds (two or more) pays.

    The paired t loses half its degrees of freedom and gains the correlation:
    1 - (t_{2n-2} / t_{n-1})^2, the one-sided 95 % quantiles of t.
    """
    return 1.0 - (critical(2.0 * n - 2.0, _LEVEL) / critical(n - 1.0, _LEVEL)) ** 2


def choose(
    history: MetricHistory | None,
    direction: Direction | None,
    bounds: Bounds,
    looks_first: int,
) -> Chosen:
    """The comparison that the history of a metric calls for.

    `bounds` are the policy's, `looks_first` the seeds per arm at the first look.
    Without enough history: the paired t test of the values as they are.
    """
    if history is None:
        return Chosen()
    needed = break_even(max(2, looks_first))
    known = bounds if bounds != (None, None) else _implied(history, direction)
    near = _near(history, direction, known, either=None not in bounds)
    scale, bound = _scale(known, near)
    low, high = known if bound is not None else (None, None)
    return Chosen(
        Choice(
            Test.WELCH if _unrelated(history, needed) else Test.PAIRED,
            guarded=_irregular(history),
            scale=scale,
            low=0.0 if low is None else low,
            high=1.0 if high is None else high,
        ),
        history.correlation,
        history.pairs,
        needed,
        bound,
        history.mean,
        history.sd,
    )


def _unrelated(history: MetricHistory, needed: float) -> bool:
    """Whether equal seeds of both arms are known to have too little in common.

    Where they work against each other, Welch's t would pass too much: pairs stay.
    """
    enough = history.pairs >= PAIRS and history.correlation is not None
    return enough and abs(history.correlation or 0.0) < needed


def _irregular(history: MetricHistory) -> bool:
    """Whether the runs are skewed, heavy in the tails, or have outliers."""
    if history.values < VALUES:
        return False
    skewed = abs(history.skew or 0.0) > SKEW
    heavy = (history.kurtosis or 0.0) > KURTOSIS
    return skewed or heavy or history.outliers > OUTLIERS * history.values


def _implied(history: MetricHistory, direction: Direction | None) -> Bounds:
    """The bounds that a metric seems to have: a share, or an error above 0."""
    if history.lowest is None or history.highest is None:
        return None, None
    match direction:
        case Direction.MAXIMIZE if history.lowest >= 0.0 and history.highest <= 1.0:
            return 0.0, 1.0
        case Direction.MINIMIZE if history.lowest > 0.0:
            return 0.0, None
        case _:
            return None, None


def _near(
    history: MetricHistory, direction: Direction | None, bounds: Bounds, *, either: bool
) -> float | None:
    """The nearest bound within 3 SDs of the mean.

    Only where the policy names both is either of them meant; else the one in the
    direction of improvement.
    """
    if history.values < VALUES_OF_A_MEAN or history.mean is None or history.sd is None:
        return None
    low, high = bounds
    best = high if direction is Direction.MAXIMIZE else low
    ends = [one for one in (bounds if either else (best,)) if one is not None]
    away = {abs(end - history.mean): end for end in ends}
    nearest = min(away, default=None)
    if direction is None or nearest is None or nearest > NEAR * history.sd:
        return None
    return away[nearest]


def _scale(bounds: Bounds, near: float | None) -> tuple[Scale, float | None]:
    """The scale near a bound, and the bound; above one there is the logarithm only."""
    low, high = bounds
    if near is None or low is None:
        return Scale.RAW, None
    return Scale.LOG if high is None else Scale.LOGIT, near
