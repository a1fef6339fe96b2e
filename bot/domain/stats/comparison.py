"""Two arms compared on one metric: effect, one-sided tests and the interval of them.

The unit is one whole training run. `d` is oriented so that positive is better; the test
of "not worse than the tolerance" rejects d <= -margin, the test of harm rejects d >= 0,
the test of a guardrail rejects d >= -margin.
"""

from dataclasses import dataclass, replace

from bot.domain.stats.contrast import Bench, Contrast, Move, no_loss
from bot.domain.stats.effect import Effect, describe, end_below, framed, settled
from bot.domain.stats.estimate import EXACT_FROM
from bot.domain.stats.method import Method
from bot.domain.stats.sample import FEWEST, Rule, Sample, refuse_change_of_sign

__all__ = ["FEWEST", "Comparison", "Rule", "Sample", "beyond", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison(Effect):
    """What the runs say about a loss.

    `p_ni` rejects d <= -margin, `p_beyond` d >= -margin, `p_harm` d >= 0 and `p_better`
    d <= 0. Of `compare`, low >= -margin where p_ni <= level, low <= -margin elsewhere
    (equal where the loss is exactly the tolerance); high < 0 exactly where p_harm <=
    level. Of `beyond`, high < -margin exactly where p_beyond <= level.
    """

    p_ni: float = 1.0
    p_harm: float = 1.0
    p_better: float = 1.0
    p_beyond: float = 1.0


def compare(sample: Sample, rule: Rule, level: float) -> Comparison:
    """Compare branch and baseline at the nominal one-sided `level` of a look.

    Paired t (Student 1908) on same-seed differences, else Welch's t (1947). A relative
    tolerance is tested as a contrast, never plugged in as a constant. Raises UserFault
    if it is relative and the baseline's values change sign.
    """
    found, contrasts = _tested(sample, rule)
    if contrasts is None:
        return found
    plain, inferior = contrasts
    high = end_below(plain.high(level), 0.0, shown=found.p_harm <= level)
    return _within(found, inferior.low(level), high, level)


def beyond(sample: Sample, rule: Rule, level: float) -> Comparison:
    """The same for a guardrail: both ends of the interval are told by its tolerance.

    They are those of the tests of d <= -margin and d >= -margin; the tolerance may be
    0. Raises UserFault as `compare` does.
    """
    found, contrasts = _tested(sample, rule)
    if contrasts is None:
        return found
    inferior, shown = contrasts[1], found.p_beyond <= level
    high = end_below(inferior.high(level), -found.margin, shown=shown)
    return _within(found, inferior.low(level), high, level)


def _tested(
    sample: Sample, rule: Rule
) -> tuple[Comparison, tuple[Contrast, Contrast] | None]:
    """All tests, and the contrasts that the interval comes from if there are any."""
    refuse_change_of_sign(sample, rule)
    described = describe(Comparison, sample, rule)
    if settled(sample):
        return _untested(described), None
    bench, worse = Bench.of(sample, rule), Move.by(rule.tolerance, -1)
    refused = bench.saturated(worse)
    if refused is not None:
        return replace(described, refused=refused), None
    plain = bench.plain()
    inferior = bench.moved(plain, worse)
    if (plain.exact or inferior.exact) and sample.smaller < EXACT_FROM:
        return described, None
    return _weighed(described, plain, inferior, bench.method(plain)), (plain, inferior)


def _untested(described: Comparison) -> Comparison:
    """Bit-identical runs are proof that nothing is lost; nothing else is known."""
    if described.method is not Method.BIT_IDENTICAL:
        return described
    return replace(described, p_ni=0.0, low=0.0, high=0.0, se=0.0)


def _weighed(
    described: Comparison, plain: Contrast, inferior: Contrast, method: Method
) -> Comparison:
    return replace(
        described,
        method=method,
        d=plain.d,
        se=plain.se,
        p_ni=0.0 if no_loss(plain) else inferior.p_above,
        p_harm=plain.p_below,
        p_better=plain.p_above,
        p_beyond=inferior.p_below,
    )


def _within(found: Comparison, low: float, high: float, level: float) -> Comparison:
    """The interval with d inside, its lower end on the side of the test.

    On a curve the two ends come from contrasts of different origin and might cross.
    """
    if found.p_ni <= level:
        low = max(min(low, high), -found.margin)
    else:
        low = min(low, high, -found.margin)
    return framed(found, low, max(low, high))
