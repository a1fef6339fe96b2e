"""Two one-sided tests: whether both arms are alike within a tolerance."""

from dataclasses import dataclass, replace

from bot.domain.stats.contrast import Bench, Contrast, Move, no_difference
from bot.domain.stats.effect import (
    Effect,
    describe,
    end_above,
    end_below,
    framed,
    settled,
)
from bot.domain.stats.estimate import EXACT_FROM
from bot.domain.stats.method import Method
from bot.domain.stats.sample import Rule, Sample, refuse_change_of_sign


@dataclass(frozen=True, slots=True)
class Equivalence(Effect):
    """What the runs say about |d| < margin.

    `p_lower` rejects d <= -margin and `p_upper` d >= margin: low > -margin exactly
    where p_lower <= level, high < margin where p_upper <= level.
    """

    p_lower: float = 1.0
    p_upper: float = 1.0

    @property
    def p(self) -> float:
        """The p against "not equivalent": both sides must be shown."""
        return max(self.p_lower, self.p_upper)


def equivalence(sample: Sample, rule: Rule, level: float) -> Equivalence:
    """Test for equivalence within the tolerance, each side at `level`.

    TOST (Schuirmann 1987) with the tests of `compare`. Raises UserFault if the
    tolerance is relative and the baseline's values change sign.
    """
    refuse_change_of_sign(sample, rule)
    described = describe(Equivalence, sample, rule)
    if settled(sample):
        return _untested(described)
    bench = Bench.of(sample, rule)
    worse, better = (Move.by(rule.tolerance, towards) for towards in (-1, 1))
    refused = bench.saturated(worse, better)
    if refused is not None:
        return replace(described, refused=refused)
    plain = bench.plain()
    sides = bench.moved(plain, worse), bench.moved(plain, better)
    exact = plain.exact or any(side.exact for side in sides)
    if exact and sample.smaller < EXACT_FROM:
        return described
    found = replace(described, method=bench.method(plain), d=plain.d, se=plain.se)
    if no_difference(plain):
        return _proven(found)
    return _weighed(found, sides, level)


def _untested(described: Equivalence) -> Equivalence:
    """Bit-identical runs are proof that d is 0; nothing else is known."""
    same = described.method is Method.BIT_IDENTICAL
    return _proven(described) if same else described


def _proven(found: Equivalence) -> Equivalence:
    """No difference at all is within any tolerance, even 0."""
    none = replace(found, d=0.0, low=0.0, high=0.0, se=0.0)
    return replace(none, p_lower=0.0, p_upper=0.0)


def _weighed(
    found: Equivalence, sides: tuple[Contrast, Contrast], level: float
) -> Equivalence:
    lower, upper = sides
    p_lower, p_upper, margin = lower.p_above, upper.p_below, found.margin
    low = end_above(lower.low(level), -margin, shown=p_lower <= level)
    high = end_below(upper.high(level), margin, shown=p_upper <= level)
    return framed(replace(found, p_lower=p_lower, p_upper=p_upper), low, high)
