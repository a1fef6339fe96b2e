"""What the test set hides: metrics near a bound, tolerances of too few examples.

Warnings beside the verdict. Unlike the scale on which values are compared, they may
come from this evaluation's own baseline: they choose nothing.
"""

import math
from collections.abc import Iterator
from typing import assert_never

from bot.domain.judgement.case import Case, orientation
from bot.domain.judgement.guardrail import COMPARED, slices_judged
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Metric,
    RelativeTolerance,
    Role,
)
from bot.domain.stats.estimate import Values, centre, scale_of, variance
from bot.domain.stats.testset import nearest_bound, noise
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling

_FEWEST = 2  # values that have a spread


def hidden(case: Case) -> tuple[Finding, ...]:
    """The warnings of every metric that is compared, in file order."""
    metrics = (one for one in case.rules.mode.metrics if one.role in COMPARED)
    return tuple(found for metric in metrics for found in _of(case, metric))


def _of(case: Case, metric: Metric) -> Iterator[Finding]:
    for name in (metric.name, *slices_judged(metric)):
        if near := _near(case, metric, name):
            yield case.found(Reason.NEAR_BOUND, Ruling.INFO, near, name)
    if small := _small(metric, _baseline(case, metric.name)):
        yield case.found(Reason.TEST_SET_SMALL, Ruling.INFO, small, metric.name)


def _baseline(case: Case, name: str) -> Values:
    """The values that the baseline's mean is shown of."""
    return case.evidence.complete(name)[0] or case.evidence.baseline.values(name)


def _near(case: Case, metric: Metric, name: str) -> Facts | None:
    """By history if that says so, else by the baseline of this evaluation.

    A slice that follows what history knows of its metric has nothing of its own.
    """
    why = case.rules.why(name)
    if why.bound is None:
        facts = _seen_near(metric, _baseline(case, name))
    elif name in case.rules.chosen:
        facts = {"bound": why.bound, "side": "best", "mean": why.mean, "sd": why.sd}
    else:
        facts = None
    return {**facts, "scale": str(why.choice.scale)} if facts else None


def _seen_near(metric: Metric, values: Values) -> Facts | None:
    """The bound within 3 SDs of these values' mean, on either side."""
    low, high = metric.bounds
    if metric.bounds == (None, None) or not _inside(values, low, high):
        return None
    mean, sd = centre(values), _spread(values)
    bound = nearest_bound(mean, sd, metric.bounds)
    best = high if orientation(metric) > 0 else low
    side = "best" if bound == best else "worst"
    found: Facts = {"bound": bound, "side": side, "mean": mean, "sd": sd}
    return found if bound is not None else None


def _inside(values: Values, low: float | None, high: float | None) -> bool:
    """Whether there are values, none of them beyond a bound."""
    below = low is not None and any(value < low for value in values)
    above = high is not None and any(value > high for value in values)
    return bool(values) and not below and not above


def _spread(values: Values) -> float:
    if len(values) < _FEWEST:
        return 0.0
    scale = scale_of(values)
    return scale * math.sqrt(variance(tuple(value / scale for value in values)))


def _small(metric: Metric, values: Values) -> Facts | None:
    """A tolerance (margin) above 0 that the test set cannot resolve.

    No number of examples resolves 0, so that there is nothing to warn of.
    """
    share = metric.share
    if share is None or not _inside(values, share.low, share.high):
        return None
    mean = min(max(centre(values), share.low), share.high)  # rounding may pass an end
    found = noise(mean - share.low, share.examples, share.span)
    asked = _asked(metric, mean)
    if not asked or not found.hides(asked):
        return None
    what = "margin" if metric.role is Role.IMPROVE else "tolerance"
    return {**found.evidence(asked), "asked": what}


def _asked(metric: Metric, mean: float) -> float:
    """The loss that is tolerated, or the gain that is asked for; 0 if not known."""
    if metric.role is Role.IMPROVE:
        return metric.margin or 0.0
    match metric.tolerance:
        case AbsoluteTolerance(amount):
            return amount
        case RelativeTolerance(fraction):
            return fraction * abs(mean)
        case AutoTolerance() | None:
            return 0.0
        case _:
            assert_never(metric.tolerance)
