"""Moments of runs within arms: kept as sums, so that evaluations can be pooled.

Sums are in units of a power of two near the largest magnitude: any finite values can be
summed, and none of their fourth powers overflows.
"""

import math
import sys
from collections.abc import Sequence
from statistics import median

from bot.domain.history import ArmSums, PairSums
from bot.domain.stats.estimate import Values, centre, scale_of
from bot.domain.stats.robust import OUTLYING, outliers

_SHAPE_FROM = 4  # values below which skew and kurtosis say nothing
_MANY_RUNS = 10  # in an arm, before its own MAD can tell an outlier
_MANY_ARMS = 4  # before their SDs can tell an outlier of one of them
_SPREAD_FROM = 3  # runs in an arm whose SD is worth a vote


def describe(values: Values, failed: int = 0, again: int = 0) -> ArmSums:
    """The sums of one arm's `values`, beside its `failed` trials.

    `again` trials ended too, with values that are counted already.
    """
    trials = len(values) + failed + again
    if not values:
        return ArmSums(trials=trials, failed=failed)
    scale = scale_of(values)
    away = _residuals(values)
    return ArmSums(
        trials=trials,
        failed=failed,
        n=len(values),
        mean=centre(values),
        scale=scale,
        m2=math.fsum(one**2 for one in away),
        m3=math.fsum(one**3 for one in away),
        m4=math.fsum(one**4 for one in away),
        lowest=min(values),
        highest=max(values),
        outliers=len(outliers(values)),
    )


def _residuals(values: Values) -> tuple[float, ...]:
    """Each value less the mean, in units of `scale_of(values)`."""
    scale = scale_of(values)
    scaled = tuple(value / scale for value in values)
    mean = centre(scaled)
    return tuple(value - mean for value in scaled)


def products(pairs: Sequence[tuple[float, float]]) -> PairSums:
    """The sums of same-seed (baseline, branch) pairs.

    Arms that are equal for every seed ran the same computation: that says nothing of
    how two different ones would correlate, so nothing is kept of them.
    """
    if all(old == new for old, new in pairs):
        return PairSums()
    old = _residuals(tuple(pair[0] for pair in pairs))
    new = _residuals(tuple(pair[1] for pair in pairs))
    return PairSums(
        n=len(pairs),
        baseline=math.fsum(one**2 for one in old),
        branch=math.fsum(one**2 for one in new),
        cross=math.fsum(a * b for a, b in zip(old, new, strict=True)),
    )


def correlation(sums: Sequence[PairSums]) -> tuple[int, float | None]:
    """Pairs that can tell, and the correlation of their standardised residuals.

    Each evaluation weighs by its degrees of freedom, not by its variance: one branch
    that diverged does not drown the others. Where an arm has no spread there is no
    correlation to tell.
    """
    telling = [one for one in sums if one.n > 1 and one.baseline and one.branch]
    if not telling:
        return 0, None
    weights = [one.n - 1 for one in telling]
    total = math.fsum(w * _r(one) for w, one in zip(weights, telling, strict=True))
    return sum(one.n for one in telling), _clipped(total / sum(weights))


def _r(one: PairSums) -> float:
    return _clipped(one.cross / math.sqrt(one.baseline) / math.sqrt(one.branch))


def _clipped(r: float) -> float:
    return max(-1.0, min(1.0, r))


def sd(arms: Sequence[ArmSums]) -> float | None:
    """The SD of single runs around their arm's mean (ddof 1 for each arm)."""
    arms = [arm for arm in arms if arm.n > 1]
    if not arms:
        return None
    unit = _unit(arms)
    return min(sys.float_info.max, unit * math.sqrt(_variance(arms, unit)))


def _unit(arms: Sequence[ArmSums]) -> float:
    """The largest scale: in its units no sum of another arm can overflow."""
    return max(arm.scale for arm in arms)


def _variance(arms: Sequence[ArmSums], unit: float) -> float:
    freedom = sum(arm.n - 1 for arm in arms)
    return math.fsum(arm.m2 * (arm.scale / unit) ** 2 for arm in arms) / freedom


def shape(arms: Sequence[ArmSums]) -> tuple[float | None, float | None]:
    """Skew and excess kurtosis of single runs around their arm's mean.

    Third and fourth moments are freed of the bias that the arms' own means bring
    (Cramer 1946, ch. 27: E sum (x - mean)^3 = (n-1)(n-2)/n mu3, and E sum (x - mean)^4
    = (n-1) ((n^2 - 3n + 3) mu4 + 3 (2n - 3) sigma^4) / n^2).
    """
    arms = [arm for arm in arms if arm.n > 1]
    if sum(arm.n for arm in arms) < _SHAPE_FROM:
        return None, None
    unit = _unit(arms)
    variance = _variance(arms, unit)
    if not (variance**2):
        return None, None
    return _skew(arms, unit, variance), _kurtosis(arms, unit, variance)


def _skew(arms: Sequence[ArmSums], unit: float, variance: float) -> float | None:
    weight = math.fsum((arm.n - 1) * (arm.n - 2) / arm.n for arm in arms)
    if not weight:
        return None
    third = math.fsum(arm.m3 * (arm.scale / unit) ** 3 for arm in arms) / weight
    return third / variance / math.sqrt(variance)


def _kurtosis(arms: Sequence[ArmSums], unit: float, variance: float) -> float:
    total = math.fsum(arm.m4 * (arm.scale / unit) ** 4 for arm in arms)
    weight = math.fsum(
        (arm.n - 1) * (arm.n**2 - 3 * arm.n + 3) / arm.n**2 for arm in arms
    )
    known = math.fsum(3 * (2 * arm.n - 3) * (arm.n - 1) / arm.n**2 for arm in arms)
    return (total / variance**2 - known) / weight - 3.0


def strays(arms: Sequence[ArmSums]) -> int:
    """How many runs lie over 3.5 robust SDs off.

    With few arms each must tell by its own median absolute deviation, and small ones
    cannot. From four arms on the robust SD is the median of theirs, and the extremes of
    each arm are held against it; one stray pulls the mean away from all the others, so
    an arm counts once.
    """
    arms = [arm for arm in arms if arm.n >= _SPREAD_FROM]
    if len(arms) < _MANY_ARMS:
        return sum(arm.outliers for arm in arms if arm.n >= _MANY_RUNS)
    unit = _unit(arms)
    usual = median(_typical(arm, unit) for arm in arms)
    if not usual:
        return sum(arm.outliers for arm in arms if arm.n >= _MANY_RUNS)
    return sum(_reach(arm, unit) > OUTLYING * usual for arm in arms)


def _reach(arm: ArmSums, unit: float) -> float:
    """How far the farthest run lies from the mean."""
    mean = arm.mean / unit
    return max(mean - arm.lowest / unit, arm.highest / unit - mean)


def _typical(arm: ArmSums, unit: float) -> float:
    """The arm's SD, such that its median over samples is the true one.

    By the cube-root approximation of the median of chi squared (Wilson and Hilferty
    1931).
    """
    freedom = arm.n - 1
    share = (1.0 - 2.0 / (9.0 * freedom)) ** 3
    return arm.scale / unit * math.sqrt(arm.m2 / freedom / share)


def combined(arms: Sequence[ArmSums]) -> tuple[float, float]:
    """Mean and SD (ddof 1) of all runs of several arms as one; two runs or more.

    The sums of squares within arms and between their means (Chan, Golub and LeVeque
    1979).
    """
    unit = scale_of(tuple(arm.mean for arm in arms))
    unit = max(unit, *(arm.scale for arm in arms))
    n = sum(arm.n for arm in arms)
    mean = math.fsum(arm.n * (arm.mean / unit) for arm in arms) / n
    within = math.fsum(arm.m2 * (arm.scale / unit) ** 2 for arm in arms)
    between = math.fsum(arm.n * (arm.mean / unit - mean) ** 2 for arm in arms)
    return unit * mean, unit * math.sqrt((within + between) / (n - 1))
