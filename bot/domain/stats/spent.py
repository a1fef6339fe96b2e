"""The alpha that a test without a rival boundary may spend, by a seeded search.

Boundaries are exact for z; t at small n overshoots them a little. Where the opposite
boundary competes, that is made good; `target` and `improve` must give it back.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.choice import Test
from bot.domain.stats.paths import Array, chunks, moments

SPENT_SEED = 20_240_607
_PATHS = 200_000  # each serves both tails: the SE of an error of .05 is .00035
_RUNS = 8_000_000  # of each arm; fewer paths where schedules are very long
_ROUNDS = 3
_FEWEST = 2  # runs that have a variance

_Indices = NDArray[np.intp]


@lru_cache(maxsize=64)
def spent_alpha(
    looks: tuple[int, ...],
    alpha: float,
    spending: Spending,
    seed: int = SPENT_SEED,
    test: Test = Test.PAIRED,
) -> float:
    """The alpha to spend so that the one-sided error over all `looks` is `alpha`.

    PAIRED serves one arm against a number too: it is the same test. The error is nearly
    proportional to what may be spent, so a few corrections on the same simulated paths
    settle it: good to 0.7 % of .05 and 1.6 % of .01 (one SE, 4..20). One look keeps
    `alpha`, and so does a test that does not overshoot.
    """
    if len(looks) == 1:
        return alpha
    tails = _Tails.drawn(looks, test, alpha, seed)
    found = alpha
    for _ in range(_ROUNDS):
        error = tails.error(levels(looks, found, spending))
        found = min(alpha, found * alpha / error) if error else alpha
    return found


@dataclass(frozen=True, slots=True)
class _Tails:
    """The one-sided p of all looks at paths without effect that are near `alpha`.

    Upper and lower tails count as `paths` of their own; parallel arrays list which path
    had which `p` at which `look` (place in the schedule).
    """

    paths: int
    path: _Indices
    look: _Indices
    p: Array

    @classmethod
    def drawn(cls, looks: tuple[int, ...], test: Test, alpha: float, seed: int) -> Self:
        """Standard normal runs, seen at each of `looks`."""
        rng = np.random.default_rng(seed)
        paths = min(_PATHS, max(1, _RUNS // looks[-1]))
        seen = tuple(n for n in looks if n >= _FEWEST)
        parts, start = [], 0
        for size in chunks(paths, looks[-1]):
            t, df = _statistics((size, looks[-1]), seen, test, rng)
            for tail in (t, -t):
                parts.append(_near(tail, df, alpha, start))
                start += size
        path, look, p = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return cls(start, path, look + len(looks) - len(seen), p)

    def error(self, nominal: tuple[float, ...]) -> float:
        """The share of paths that ever cross the `nominal` levels."""
        crossed = np.zeros(self.paths, dtype=np.bool_)
        crossed[self.path[self.p <= np.array(nominal)[self.look]]] = True
        return float(crossed.mean())


def _statistics(
    shape: tuple[int, int],
    looks: tuple[int, ...],
    test: Test,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """t and its degrees of freedom at each look, (paths, looks)."""
    n = np.array(looks, dtype=np.float64)
    mean, variance = moments(rng.standard_normal(shape), looks)
    if test is Test.PAIRED:
        return mean * np.sqrt(n / variance), np.broadcast_to(n - 1.0, mean.shape)
    other, another = moments(rng.standard_normal(shape), looks)
    total = variance + another
    df = (n - 1.0) * total**2 / (variance**2 + another**2)
    return (mean - other) * np.sqrt(n / total), df


def _near(
    t: Array, df: Array, alpha: float, start: int
) -> tuple[_Indices, _Indices, Array]:
    """Paths (counted from `start`), looks and p where p may be below `alpha`.

    The tails of t are heavier than those of z, so a z that is not significant saves the
    distribution function.
    """
    path, look = np.nonzero(t >= -ndtri(alpha))
    return path + start, look, stdtr(df[path, look], -t[path, look])
