"""One mean against a fixed number, and the alpha that such a test may spend."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.estimate import (
    EXACT_FROM,
    RESOLUTION,
    Values,
    centre,
    critical,
    half_width,
    of_one,
    p_above,
    p_below,
    scale_of,
)
from bot.domain.stats.paths import Array, chunks, moments

SPENT_SEED = 20_240_607
_PATHS = 200_000  # each serves both tails: the SE of an error of .05 is .00035
_RUNS = 8_000_000  # fewer paths where schedules are very long
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class TargetTest:
    """A small `p_shown` shows the mean on the right side of the target.

    A small `p_missed` shows it on the wrong side. [`low`, `high`] is the repeated
    interval of the mean. Units of the metric; None where values are too few to know.
    """

    p_shown: float = 1.0
    p_missed: float = 1.0
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def one_sample(
    values: Values, target: float, orientation: int, level: float
) -> TargetTest:
    """Test the mean of `values` against `target` (Student 1908), two values or more.

    `orientation` is +1 where the mean should be above. Values without spread are
    compared exactly, from five on; a constant that meets the target is on its right
    side. The interval agrees with both p at `level`.
    """
    if len(values) < 2:  # noqa: PLR2004 - a variance takes two
        return TargetTest(mean=centre(values) if values else None)
    scale = scale_of((*values, target))
    estimate = of_one(tuple(orientation * (v - target) / scale for v in values))
    if estimate.exact and len(values) < EXACT_FROM:
        return TargetTest(mean=centre(values))
    met = estimate.exact and estimate.value >= -RESOLUTION
    p_shown, p_missed = 0.0 if met else p_above(estimate), p_below(estimate)
    width = half_width(estimate, level)
    worst, best = estimate.value - width, estimate.value + width
    worst = max(worst, 0.0) if p_shown <= level else min(worst, 0.0)
    best = min(best, 0.0) if p_missed <= level else max(best, 0.0)
    ends = sorted(target + orientation * scale * end for end in (worst, best))
    return TargetTest(p_shown, p_missed, centre(values), ends[0], ends[1])


@lru_cache(maxsize=64)
def spent_alpha(
    looks: tuple[int, ...], alpha: float, spending: Spending, seed: int = SPENT_SEED
) -> float:
    """The alpha to spend so that the one-sided error over all `looks` is `alpha`.

    Boundaries are exact for z; t at small n overshoots them a little, which a test
    without a rival boundary must give back. The error is nearly proportional to what
    may be spent, so a few corrections on the same simulated paths settle it: good to
    0.7 % of .05 and 1.6 % of .01 (one SE, 4..20). One look keeps `alpha`.
    """
    if len(looks) == 1:
        return alpha
    t = _null_paths(looks, seed)
    found = alpha
    for _ in range(_ROUNDS):
        error = _error(t, looks, levels(looks, found, spending))
        found = min(alpha, found * alpha / error) if error else alpha
    return found


def _null_paths(looks: tuple[int, ...], seed: int) -> Array:
    """t statistics of standard normal runs at each look, (paths, looks)."""
    rng = np.random.default_rng(seed)
    paths = min(_PATHS, max(1, _RUNS // looks[-1]))
    found = []
    for size in chunks(paths, looks[-1]):
        values = rng.standard_normal((size, looks[-1]))
        mean, variance = moments(values, looks)
        found.append(mean * np.sqrt(np.array(looks) / variance))
    return np.concatenate(found)


def _error(t: Array, looks: tuple[int, ...], nominal: tuple[float, ...]) -> float:
    """The share of paths that ever cross, averaged over both tails."""
    bounds = np.array(
        [critical(n - 1.0, level) for n, level in zip(looks, nominal, strict=True)]
    )
    above, below = (t >= bounds).any(axis=1), (t <= -bounds).any(axis=1)
    return math.fsum((above.mean(), below.mean())) / 2.0
