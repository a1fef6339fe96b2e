"""Two arms compared for a gain: whether the branch is better by more than a margin."""

from dataclasses import dataclass, replace

from bot.domain.policy import AbsoluteTolerance
from bot.domain.stats.contrast import Bench, Contrast, Move
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
from bot.domain.stats.sample import Rule, Sample


@dataclass(frozen=True, slots=True)
class Superiority(Effect):
    """What the runs say about a gain above `margin`.

    `p_shown` rejects d <= margin, `p_missed` d >= margin; low > margin exactly where
    p_shown <= level, and high < margin where p_missed <= level. `never` says that no
    more seeds can show either: the arms are bit-identical and the margin is 0.
    """

    p_shown: float = 1.0
    p_missed: float = 1.0
    never: bool = False


def superiority(sample: Sample, rule: Rule, margin: float, level: float) -> Superiority:
    """Test branch against baseline for more than `margin` at the one-sided `level`.

    `margin` is 0 or more, in units of the metric; the tolerance of the rule plays no
    part. The tests are those of `compare` (Student 1908; Welch 1947).
    """
    described = describe(Superiority, sample, rule, margin)
    if settled(sample):
        return _untested(described)
    bench, better = Bench.of(sample, rule), Move.by(AbsoluteTolerance(margin), 1)
    refused = bench.saturated(better)
    if refused is not None:
        return replace(described, refused=refused)
    plain = bench.plain()
    superior = bench.moved(plain, better)
    if (plain.exact or superior.exact) and sample.smaller < EXACT_FROM:
        return described
    found = replace(described, method=bench.method(plain), d=plain.d, se=plain.se)
    return _weighed(found, superior, level)


def _untested(described: Superiority) -> Superiority:
    """Bit-identical runs are proof that d is 0; nothing else is known."""
    if described.method is not Method.BIT_IDENTICAL:
        return described
    missed = described.margin > 0.0
    known = replace(described, p_missed=0.0 if missed else 1.0, never=not missed)
    return replace(known, d=0.0, low=0.0, high=0.0, se=0.0)


def _weighed(found: Superiority, superior: Contrast, level: float) -> Superiority:
    p_shown, p_missed = superior.p_above, superior.p_below
    low = end_above(superior.low(level), found.margin, shown=p_shown <= level)
    high = end_below(superior.high(level), found.margin, shown=p_missed <= level)
    return framed(replace(found, p_shown=p_shown, p_missed=p_missed), low, high)
