"""Two arms compared on one metric: effect, one-sided tests and the interval of them.

The unit is one whole training run. `d` is oriented so that positive is better; the test
of "not worse than the tolerance" rejects d <= -margin, the test of harm rejects d >= 0.
"""

import math
from dataclasses import dataclass, field, replace
from typing import assert_never

from bot.domain.errors import UserFault
from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.choice import Choice
from bot.domain.stats.estimate import (
    EXACT_FROM,
    RESOLUTION,
    Estimate,
    Values,
    centre,
    half_width,
    of_one,
    of_two,
    p_above,
    p_below,
    scale_of,
    variance,
)
from bot.domain.stats.method import Method

FEWEST = 4  # complete pairs (or runs in each arm) below which nothing is tested


@dataclass(frozen=True, slots=True)
class Rule:
    """`orientation` is +1 where larger is better, else -1; `tolerance` is not auto.

    `choice` is the test, fixed before the values were seen.
    """

    orientation: int
    tolerance: AbsoluteTolerance | RelativeTolerance
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True, slots=True)
class Sample:
    """Finite values of the trials that ended normally, in dispatch order.

    Where `paired`, both tuples list the same seeds. `bit_identical` says that the
    digests of both arms are known and agree for every seed, and differ between seeds.
    """

    baseline: Values
    branch: Values
    paired: bool
    bit_identical: bool = False

    def __post_init__(self) -> None:
        """Refuse what no caller may pass: unequal pairs, values that are not finite."""
        if self.paired and len(self.baseline) != len(self.branch):
            raise ValueError("paired arms must list the same seeds")
        if not all(math.isfinite(value) for value in self.baseline + self.branch):
            raise ValueError("a value that is not finite is a failed trial")

    @property
    def smaller(self) -> int:
        """The number of runs in the smaller arm; of pairs where paired."""
        return min(len(self.baseline), len(self.branch))

    @property
    def equal(self) -> bool:
        """Whether every seed gave the same value in both arms."""
        return self.paired and self.baseline == self.branch


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the runs say about `d` = orientation * (mean branch - mean baseline).

    `p_ni` rejects d <= -margin, `p_beyond` d >= -margin, `p_harm` d >= 0, `p_better`
    d <= 0. [`low`, `high`] is
    the repeated confidence interval at the level of the look: its ends are those of
    the two tests, so low >= -margin exactly where p_ni <= level, and high <= 0 where
    p_harm <= level. `sd` is the pooled SD of single runs, `se` the standard error of d.
    All in units of the metric. Where runs are too few to know, `d` is 0, others are
    infinite or None.
    """

    method: Method
    p_ni: float = 1.0
    p_harm: float = 1.0
    p_better: float = 1.0
    p_beyond: float = 1.0
    d: float = 0.0
    low: float = -math.inf
    high: float = math.inf
    margin: float = math.inf
    baseline_mean: float | None = None
    branch_mean: float | None = None
    sd: float = math.inf
    se: float = math.inf


def compare(sample: Sample, rule: Rule, level: float) -> Comparison:
    """Compare branch and baseline at the nominal one-sided `level` of a look.

    Paired t (Student 1908) on same-seed differences, else Welch's t (1947). A relative
    tolerance is tested as a contrast, never plugged in as a constant. Raises UserFault
    if it is relative and the baseline's values change sign.
    """
    _refuse_change_of_sign(sample, rule)
    described = _describe(sample, rule)
    if sample.smaller < FEWEST:
        return described
    if sample.equal and sample.bit_identical:
        proof = replace(described, method=Method.BIT_IDENTICAL, p_ni=0.0)
        return replace(proof, low=0.0, high=0.0, se=0.0)
    if sample.equal:
        return replace(described, method=Method.EQUAL)
    return _test(sample, rule, described, level)


def _refuse_change_of_sign(sample: Sample, rule: Rule) -> None:
    relative = isinstance(rule.tolerance, RelativeTolerance)
    signs = {value > 0.0 for value in sample.baseline if value}
    if relative and len(signs) > 1:
        raise UserFault(
            "The baseline's values change sign, so a tolerance relative to their mean "
            "has no meaning.",
            "Give the tolerance in units of the metric.",
        )


def _describe(sample: Sample, rule: Rule) -> Comparison:
    """Means and spread without any test: every p is 1, the interval everything."""
    old = centre(sample.baseline) if sample.baseline else None
    new = centre(sample.branch) if sample.branch else None
    return Comparison(
        Method.NONE,
        d=0.0 if old is None or new is None else rule.orientation * (new - old),
        margin=_margin(old, rule),
        baseline_mean=old,
        branch_mean=new,
        sd=_pooled_sd(sample) if sample.smaller > 1 else math.inf,
    )


def _margin(baseline_mean: float | None, rule: Rule) -> float:
    """The tolerance in units of the metric."""
    match rule.tolerance:
        case AbsoluteTolerance(amount):
            return amount
        case RelativeTolerance(fraction):
            if baseline_mean is None:
                return math.inf
            return fraction * abs(baseline_mean)
        case _:
            assert_never(rule.tolerance)


def _pooled_sd(sample: Sample) -> float:
    scale = scale_of(sample.baseline + sample.branch)
    arms = [_scaled(arm, scale) for arm in (sample.baseline, sample.branch)]
    total = math.fsum(variance(arm) * (len(arm) - 1) for arm in arms)
    return scale * math.sqrt(total / (sum(map(len, arms)) - 2))


def _scaled(values: Values, by: float) -> Values:
    return tuple(value / by for value in values)


def _test(
    sample: Sample, rule: Rule, described: Comparison, level: float
) -> Comparison:
    """Both one-sided tests, and the interval from them."""
    scale = scale_of(sample.baseline + sample.branch)
    harm, inferiority = _contrasts(sample, rule, scale)
    exact = harm.exact or inferiority.exact
    if exact and sample.smaller < EXACT_FROM:
        return described
    found = replace(
        described,
        method=_method(sample, harm),
        d=scale * harm.value,
        se=scale * harm.se,
        p_ni=_p_ni(harm, inferiority),
        p_harm=p_below(harm),
        p_better=p_above(harm),
        p_beyond=p_below(inferiority),
    )
    low = scale * (inferiority.value - half_width(inferiority, level)) - found.margin
    high = scale * (harm.value + half_width(harm, level))
    return _agreeing(found, low, high, level)


def _contrasts(sample: Sample, rule: Rule, scale: float) -> tuple[Estimate, Estimate]:
    """Estimates of d and of d + margin, in units of `scale`."""
    new = _scaled(sample.branch, rule.orientation * scale)
    old = _scaled(sample.baseline, rule.orientation * scale)
    difference = _estimate(new, old, paired=sample.paired)
    match rule.tolerance:
        case AbsoluteTolerance(amount):
            return difference, difference.shifted(amount / scale)
        case RelativeTolerance(fraction):
            allowed = tuple(value - fraction * abs(value) for value in old)
            return difference, _estimate(new, allowed, paired=sample.paired)
        case _:
            assert_never(rule.tolerance)


def _estimate(new: Values, old: Values, *, paired: bool) -> Estimate:
    if paired:
        return of_one(tuple(b - a for a, b in zip(old, new, strict=True)))
    return of_two(new, old)


def _method(sample: Sample, difference: Estimate) -> Method:
    if difference.exact:
        return Method.EXACT
    return Method.PAIRED_T if sample.paired else Method.WELCH_T


def _p_ni(difference: Estimate, inferiority: Estimate) -> float:
    """The test of d <= -margin; with no spread at all, no loss is within any margin."""
    if difference.exact and difference.value >= -RESOLUTION:
        return 0.0
    return p_above(inferiority)


def _agreeing(found: Comparison, low: float, high: float, level: float) -> Comparison:
    """The interval, its ends on the side of the tests even where rounding differs."""
    passed, harmed = found.p_ni <= level, found.p_harm <= level
    return replace(
        found,
        low=max(low, -found.margin) if passed else min(low, -found.margin),
        high=min(high, 0.0) if harmed else max(high, 0.0),
    )
