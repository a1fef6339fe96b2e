"""A contrast of arms with its interval: one change alone, or how two of them combine.

Diagnostic: an interval of fixed confidence, corrected neither for looks nor for several
contrasts. Verdicts come from `comparison`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.stats.comparison import FEWEST
from bot.domain.stats.estimate import (
    EXACT_FROM,
    RESOLUTION,
    Estimate,
    Values,
    centre,
    half_width,
    of_one,
    scale_of,
)

CONFIDENCE = 0.95
EFFECT = (1.0, -1.0)
"""Weights of (with, without): what a change does."""
INTERACTION = (1.0, -1.0, -1.0, 1.0)
"""Weights of (both, first, second, neither): what two changes do beyond their sum."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A weighted sum of means, with its two-sided interval, in units of the metric.

    The ends are infinite where the runs are too few to know them.
    """

    value: float
    low: float = -math.inf
    high: float = math.inf

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval says that there is something at all."""
        return self.low > 0.0 or self.high < 0.0


def contrast(
    arms: Sequence[Values], weights: Sequence[float], *, paired: bool
) -> Contrast | None:
    """The sum of weight * mean over the arms, with its 95 % interval.

    Where `paired`, value i of every arm ran the same seed, and the weighted sums of the
    seeds are one sample (Student 1908). Otherwise the arms are independent, and the
    degrees of freedom are those of Satterthwaite (1946). None if an arm is empty.
    Raises ValueError if paired arms differ in length.
    """
    if not all(arms):
        return None
    scale = scale_of(tuple(value for arm in arms for value in arm))
    scaled = [tuple(value / scale for value in arm) for arm in arms]
    if min(map(len, arms)) < FEWEST:
        return Contrast(scale * _value(scaled, weights))
    found = _of_seeds(scaled, weights) if paired else _of_arms(scaled, weights)
    few = found.exact and min(map(len, arms)) < EXACT_FROM
    return Contrast(scale * found.value) if few else _interval(found, scale)


def _value(arms: Sequence[Values], weights: Sequence[float]) -> float:
    return _weighted([centre(arm) for arm in arms], weights)


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(weights, values, strict=True))


def _of_seeds(arms: Sequence[Values], weights: Sequence[float]) -> Estimate:
    rows = zip(*arms, strict=True)
    return of_one(tuple(_weighted(row, weights) for row in rows))


def _of_arms(arms: Sequence[Values], weights: Sequence[float]) -> Estimate:
    each = [of_one(arm) for arm in arms]
    parts = [(weight * one.se) ** 2 for weight, one in zip(weights, each, strict=True)]
    total = math.fsum(parts)
    shares = [part / total if total else 1.0 / len(parts) for part in parts]
    inverse = math.fsum(
        share**2 / one.df for share, one in zip(shares, each, strict=True)
    )
    exact = all(one.exact for one in each)
    return Estimate(_value(arms, weights), math.sqrt(total), 1.0 / inverse, exact)


def _interval(found: Estimate, scale: float) -> Contrast:
    """The two-sided interval; with no spread at all, rounding is nothing."""
    half = half_width(found, (1.0 - CONFIDENCE) / 2.0)
    if found.exact and abs(found.value) <= RESOLUTION:
        half = RESOLUTION
    low, high = found.value - half, found.value + half
    return Contrast(scale * found.value, scale * low, scale * high)
