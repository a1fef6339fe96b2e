"""t e-values: evidence that may be looked at any time, for seeds after the last look.

A mixture of likelihood ratios over effect sizes N(0, 1), free of the unknown scale (Lai
1976; Gonen et al. 2005; Wang and Ramdas 2023). However often one looks, it reaches
1 / alpha with probability alpha at most where nothing is to be found.
"""

import math
from dataclasses import dataclass, replace

from bot.domain.stats.contrast import STILL, Bench, Contrast, Move, no_loss
from bot.domain.stats.effect import Effect, describe, end_below
from bot.domain.stats.estimate import EXACT_FROM, Estimate, of_one
from bot.domain.stats.method import Method
from bot.domain.stats.sample import Rule, Sample, refuse_change_of_sign
from bot.domain.stats.sequential import Crossing, crossed

MIXTURE = 1.0  # g: the variance of effect sizes, in squared SDs, of the mixture
LARGEST = 1e300  # more evidence is shown as this, and so is proof without spread

_FEWEST = 2  # pairs, or runs in an arm, that have a variance


@dataclass(frozen=True, slots=True)
class Extension(Effect):
    """What all runs say after the last look, seen as often as one likes.

    `e_ni` is the evidence against d <= -margin, `e_harm` that against d >= 0; at most 1
    where the estimate does not speak against it. [`low`, `high`] are the d that are not
    rejected: low >= -margin exactly where e_ni reaches 1 / alpha, high < 0 where e_harm
    does; infinite while nothing can be rejected.
    """

    e_ni: float = 1.0
    e_harm: float = 1.0
    crossing: Crossing = Crossing.NONE


def log_e_value(t: float, df: float, n: float) -> float:
    """The logarithm of the t e-value of `n` pairs; of two arms, n1 n2 / (n1 + n2).

    (1 + n)^(-1/2) [(1 + t^2 / df) / (1 + t^2 / ((1 + n) df))]^((df + 1) / 2), arranged
    so that it is finite for every t.
    """
    grown = 1.0 + n * MIXTURE
    ratio = math.log(grown) - math.log1p((grown - 1.0) / (1.0 + t * t / df))
    return 0.5 * ((df + 1.0) * ratio - math.log(grown))


def critical_t(df: float, n: float, alpha: float) -> float:
    """The |t| from which on the e-value is at least 1 / alpha; infinite if none is."""
    grown = 1.0 + n * MIXTURE
    log_ratio = (math.log(grown) - 2.0 * math.log(alpha)) / (df + 1.0)
    if log_ratio >= math.log(grown):
        return math.inf
    ratio = math.exp(log_ratio)
    return math.sqrt(df * (ratio - 1.0) / (1.0 - ratio / grown))


@dataclass(frozen=True, slots=True)
class _Case:
    """A contrast with the effective number of runs behind it.

    `towards` is +1 for evidence that the effect is above the null, -1 for below.
    """

    contrast: Contrast
    n: float
    towards: int

    @property
    def evidence(self) -> float:
        """The e-value; at most 1 where the estimate is not on the side looked for."""
        estimate = self.contrast.estimate
        gap = self.towards * (estimate.value - self.contrast.null)
        if estimate.exact:
            p = self.contrast.p_above if self.towards > 0 else self.contrast.p_below
            return 0.0 if p else LARGEST
        found = log_e_value(gap / estimate.se, estimate.df, self.n)
        return math.exp(min(found, math.log(LARGEST)) if gap > 0.0 else min(found, 0.0))

    def end(self, alpha: float) -> float:
        """The d nearest to the null that is not rejected, or beyond it."""
        estimate = self.contrast.estimate
        if estimate.exact:
            return self._in_units(estimate.value)
        reach = critical_t(estimate.df, self.n, alpha) * estimate.se
        return self._in_units(estimate.value - self.towards * reach)

    def _in_units(self, place: float) -> float:
        made = self.contrast
        return made.unit * (made.curve.moved(made.origin, place) + made.offset)


def extend(
    sample: Sample, rule: Rule, alpha: float, harm_alpha: float | None = None
) -> Extension:
    """Judge by e-values at the one-sided `alpha`, harm at `harm_alpha` if it is given.

    t of same-seed differences, else of two arms with one pooled variance. Values
    without spread are compared, from five pairs on. Raises UserFault as `compare` does.
    """
    refuse_change_of_sign(sample, rule)
    described = describe(Extension, sample, rule)
    cases = _cases(sample, rule) if sample.smaller >= _FEWEST else None
    if cases is None:
        return replace(described, method=Method.NONE)
    allowed, against = cases
    found = replace(
        described,
        method=Method.EXACT if against.contrast.exact else Method.E_VALUE,
        d=against.contrast.d,
        se=against.contrast.se,
        e_ni=LARGEST if no_loss(against.contrast) else allowed.evidence,
        e_harm=against.evidence,
    )
    harm = alpha if harm_alpha is None else harm_alpha
    ends = allowed.end(alpha), against.end(harm)
    return _judged(found, ends, (found.e_ni * alpha >= 1.0, found.e_harm * harm >= 1.0))


def _cases(sample: Sample, rule: Rule) -> tuple[_Case, _Case] | None:
    """What speaks against a loss beyond the tolerance, and against no loss at all."""
    bench = replace(Bench.of(sample, rule), guarded=False)
    worse = Move.by(rule.tolerance, -1)
    if bench.saturated(worse) is not None:
        return None
    plain = bench.plain()
    against = _case(bench, plain, STILL, -1)
    allowed = _case(bench, bench.moved(plain, worse), worse, 1)
    exact = against.contrast.exact or allowed.contrast.exact
    return None if exact and sample.smaller < EXACT_FROM else (allowed, against)


def _case(bench: Bench, contrast: Contrast, move: Move, towards: int) -> _Case:
    first, second = len(bench.new), len(bench.old)
    if bench.paired:
        return _Case(contrast, first, towards)
    pooled = replace(contrast, estimate=_pooled(bench, contrast, move))
    return _Case(pooled, first * second / (first + second), towards)


def _pooled(bench: Bench, contrast: Contrast, move: Move) -> Estimate:
    """The same difference with one variance for both arms (Student 1908).

    An amount alone moves a straight scale without changing its spread, and is left out:
    added to values that it dwarfs, it would swallow it.
    """
    still = bench.curve.straight and not move.fraction
    old = bench.old if still else move.of(bench.old, bench.unit)
    arms = [tuple(map(bench.curve.of, values)) for values in (bench.new, old)]
    sizes = [len(arm) for arm in arms]
    df = sum(sizes) - 2.0
    found = [of_one(arm) for arm in arms]
    squares = [one.se**2 * one.df * n for one, n in zip(found, sizes, strict=True)]
    se = math.sqrt(math.fsum(squares) / df * (1.0 / sizes[0] + 1.0 / sizes[1]))
    return replace(contrast.estimate, se=se, df=df)


def _judged(
    found: Extension, ends: tuple[float, float], shown: tuple[bool, bool]
) -> Extension:
    """The verdict, and the interval on the side of it even where rounding differs."""
    passed, harmed = shown
    low, high = ends
    high = end_below(high, 0.0, shown=harmed)
    least = -found.margin if passed else math.nextafter(-found.margin, -math.inf)
    low = max(min(low, high), least) if passed else min(low, high, least)
    high = max(low, high)
    d = min(max(found.d, low), high)
    end = crossed(passed=passed, harmed=harmed)
    return replace(found, low=low, high=high, d=d, crossing=end)
