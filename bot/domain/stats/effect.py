"""What every comparison of two arms shows: means, d, its spread and an interval."""

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.stats.estimate import centre, scale_of
from bot.domain.stats.method import Method
from bot.domain.stats.sample import FEWEST, Rule, Sample, margin_of


@dataclass(frozen=True, slots=True)
class Effect:
    """`d` = orientation * (mean branch - mean baseline) and the interval around it.

    [`low`, `high`] is the repeated confidence interval at the level of the look: its
    ends are those of the tests. `sd` is the pooled SD of single runs, `se` the standard
    error of d. All in units of the metric; where values are compared on another scale,
    as a move of the baseline mean. Where runs are too few to know, `d` is 0, others are
    infinite or None. `refused` is a value at a bound, or moved there by the margin: it
    has no logit or logarithm, so that nothing is tested.
    """

    method: Method
    d: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    margin: float = math.inf
    baseline_mean: float | None = None
    branch_mean: float | None = None
    sd: float = math.inf
    se: float = math.inf
    refused: float | None = None


Shown = TypeVar("Shown", bound=Effect)


def describe(
    kind: type[Shown], sample: Sample, rule: Rule, margin: float | None = None
) -> Shown:
    """Means and spread without any test: every p is 1, the interval everything.

    The method is what is settled before any test. `margin` is the tolerance of the rule
    unless another one is given.
    """
    old = centre(sample.baseline) if sample.baseline else None
    new = centre(sample.branch) if sample.branch else None
    return kind(
        settled(sample) or Method.NONE,
        d=0.0 if old is None or new is None else rule.orientation * (new - old),
        margin=margin_of(old, rule) if margin is None else margin,
        baseline_mean=old,
        branch_mean=new,
        sd=_pooled_sd(sample, old, new),
    )


def settled(sample: Sample) -> Method | None:
    """What is known before any test: too few runs, or no seed with a difference."""
    if sample.smaller < FEWEST:
        return Method.NONE
    if sample.equal:
        return Method.BIT_IDENTICAL if sample.bit_identical else Method.EQUAL
    return None


def _pooled_sd(sample: Sample, old: float | None, new: float | None) -> float:
    """The SD of single runs around the means of their arms; infinite if not known."""
    if old is None or new is None or sample.smaller == 1:
        return math.inf
    scale = scale_of(sample.baseline + sample.branch)
    arms = (sample.baseline, old / scale), (sample.branch, new / scale)
    squares = [(value / scale - mean) ** 2 for arm, mean in arms for value in arm]
    df = len(sample.baseline) + len(sample.branch) - 2
    return scale * math.sqrt(math.fsum(squares) / df)


# Ends of an interval, on the side of the tests even where rounding differs


def end_above(end: float, limit: float, *, shown: bool) -> float:
    """A lower end that is above `limit` exactly where that is shown."""
    return max(end, math.nextafter(limit, math.inf)) if shown else min(end, limit)


def end_below(end: float, limit: float, *, shown: bool) -> float:
    """An upper end that is below `limit` exactly where that is shown."""
    return min(end, math.nextafter(limit, -math.inf)) if shown else max(end, limit)


def framed(found: Shown, low: float, high: float) -> Shown:
    """The same with its interval, and d inside it whatever rounding did."""
    return replace(found, low=low, high=high, d=min(max(found.d, low), high))
