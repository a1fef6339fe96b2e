"""Canaries: a few stored baseline runs made again, to see that they still hold.

A cached baseline serves only while its canaries come out like the stored runs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from bot.domain.stats.estimate import (
    RESOLUTION,
    Values,
    centre,
    critical,
    scale_of,
    variance,
)

CONFIDENCE = 0.99
_FARTHEST = 8.0  # normal scores end here: beyond, a p is below rounding
_FEWEST = 2  # runs that have a spread


@dataclass(frozen=True, slots=True)
class Canary:
    """One fresh run of `seed` beside `stored` runs of the same tree and machine.

    `value` is None where it failed. [`low`, `high`] is what it had to lie in, infinite
    where too few runs are stored to know. `residual` is its normal score, what a CUSUM
    sums: None where it failed or nothing is known.
    """

    seed: int
    value: float | None
    low: float
    high: float
    stored: int
    residual: float | None

    @property
    def inside(self) -> bool:
        """Whether the run is like the stored ones; a failed one is not."""
        return self.value is not None and self.low <= self.value <= self.high

    @property
    def known(self) -> bool:
        """Whether the stored runs are enough to say anything."""
        return math.isfinite(self.low)

    def evidence(self) -> Mapping[str, float | int | None]:
        """The evidence of a canary that lies outside."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "seed": self.seed,
            "stored": self.stored,
            "residual": self.residual,
        }


@dataclass(frozen=True, slots=True)
class Reference:
    """What `n` stored runs of a baseline say: their mean and SD (ddof 1)."""

    n: int
    mean: float
    sd: float

    @property
    def known(self) -> bool:
        """Whether they are enough to have a spread."""
        return self.n >= _FEWEST


def reference(stored: Values) -> Reference:
    """The runs as a reference; no SD of fewer than two."""
    if len(stored) < _FEWEST:
        return Reference(len(stored), stored[0] if stored else 0.0, math.inf)
    scale = scale_of(stored)
    spread = variance(tuple(value / scale for value in stored))
    return Reference(len(stored), centre(stored), scale * math.sqrt(spread))


def prediction(
    stored: Reference, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Where one more run lies with `confidence`: mean +- t s sqrt(1 + 1/n).

    Normal prediction interval (Geisser 1993). Stored runs without spread leave only
    rounding; fewer than two, everything.
    """
    if not stored.known:
        return -math.inf, math.inf
    sd = max(stored.sd, RESOLUTION * scale_of((stored.mean,)))
    t = critical(stored.n - 1.0, (1.0 - confidence) / 2.0)
    width = t * sd * math.sqrt(1.0 + 1.0 / stored.n)
    return stored.mean - width, stored.mean + width


def canary(stored: Reference, seed: int, value: float | None) -> Canary:
    """One fresh run against the 99 % prediction interval of the stored ones."""
    low, high = prediction(stored)
    known = value is not None and stored.known
    residual = score(stored, value) if known and value is not None else None
    return Canary(seed, value, low, high, stored.n, residual)


def score(stored: Reference, value: float, runs: int = 1) -> float:
    """The normal score of a run beside stored ones (two or more), at most 8 in size.

    `value` may be the mean of several `runs`. The standardised residual has Student's
    law on n-1 degrees of freedom; its normal score makes residuals of baselines of any
    size one scale.
    """
    scale = scale_of((stored.mean, value))
    away = value / scale - stored.mean / scale
    unit = stored.sd / scale * math.sqrt(1.0 / runs + 1.0 / stored.n)
    if unit <= RESOLUTION:
        return 0.0 if abs(away) <= RESOLUTION else math.copysign(_FARTHEST, away)
    return _normal_score(away / unit, stored.n - 1.0)


def _normal_score(t: float, df: float) -> float:
    from scipy.special import stdtr

    tail = float(stdtr(df, -abs(t)))
    smallest = NormalDist().cdf(-_FARTHEST)
    size = _FARTHEST if tail <= smallest else -NormalDist().inv_cdf(min(tail, 0.5))
    return math.copysign(size, t)
