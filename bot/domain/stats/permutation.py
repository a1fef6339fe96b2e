"""Exact permutation tests of a mean difference, turned into confidence bounds.

A rearrangement of the data moves the estimate to the other side of a hypothetical mean
exactly where the mean of what it moves lies beyond that mean. So one list of such means
gives the p of every shifted hypothesis and, as order statistics, its confidence bounds
(Hartigan 1969, "typical values"). Ties count against rejection, and so does the
arrangement that was observed: no p is below 1 / arrangements.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.domain.stats.estimate import RESOLUTION, Values

SEED = 19_691_004  # of the arrangements that are drawn where there are too many
MOST_FLIPPED = 24  # pairs up to which all 2^n subsets are counted
MOST_SWAPS = 200_000  # two-sample arrangements up to which all are listed
DRAWS = 50_000  # a p of .01 is then good to .0004 (one standard error)
_HALVINGS = 50

_Array = NDArray[np.float64]
_Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Flips:
    """All sign flips of paired differences, as subsets of two halves.

    `sums` and `sizes` are those of all subsets of each half. Counting pairs of them by
    bisection takes 2^(n/2) steps for 2^n subsets.
    """

    sums: tuple[_Array, _Array]
    sizes: tuple[_Array, _Array]
    lowest: float
    highest: float

    def p_above(self, mean: float) -> float:
        """The p against "the mean is `mean` or less": subsets with a sum at most 0."""
        mean = min(max(mean, self.lowest - 1.0), self.highest + 1.0)
        halves = zip(self.sums, self.sizes, strict=True)
        first, second = (sums - sizes * mean for sums, sizes in halves)
        second.sort()
        ties = np.searchsorted(second, RESOLUTION - first, side="right")
        return int(ties.sum()) / (len(first) * len(second))

    def mirrored(self) -> "Flips":
        """The same of the negated differences."""
        first, second = self.sums
        return Flips((-first, -second), self.sizes, -self.highest, -self.lowest)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Listed or drawn arrangements; each ties with the data at one of `means`."""

    means: _Array  # sorted

    @property
    def lowest(self) -> float:
        """The lowest mean at which anything ties."""
        return float(self.means[0])

    def p_above(self, mean: float) -> float:
        """The p against "the mean is `mean` or less"."""
        ties = np.searchsorted(self.means, mean + RESOLUTION, side="right")
        return (1 + int(ties)) / (1 + len(self.means))

    def mirrored(self) -> "Listed":
        """The same of the negated values."""
        return Listed(-self.means[::-1])


Guard = Flips | Listed
"""Arrangements that the data are compared with."""


def lower_bound(guard: Guard, level: float, at_most: float) -> float:
    """The bound below which every mean is rejected at `level`, or `at_most` if lower.

    Minus infinity where there are too few arrangements to reject anything.
    """
    if guard.p_above(at_most) <= level:
        return at_most
    rejected = guard.lowest - 1.0
    if guard.p_above(rejected) > level:
        return -math.inf
    kept = at_most
    for _ in range(_HALVINGS):
        middle = (rejected + kept) / 2.0
        if guard.p_above(middle) <= level:
            rejected = middle
        else:
            kept = middle
    return rejected


def flips(differences: Values) -> Guard:
    """The sign flips of paired differences (Fisher 1935), in units of their scale."""
    values = sorted(differences)  # whatever the order of the pairs: the same bytes
    if len(values) > MOST_FLIPPED:
        return _drawn_flips(values)
    half = len(values) // 2
    first, second = _subsets(values[:half]), _subsets(values[half:])
    sums, sizes = (first[0], second[0]), (first[1], second[1])
    return Flips(sums, sizes, values[0], values[-1])


def _subsets(values: list[float]) -> tuple[_Array, _Array]:
    """Sums and sizes of all subsets, the empty one first."""
    sums, sizes = np.zeros(1), np.zeros(1)
    for value in values:
        sums = np.concatenate((sums, sums + value))
        sizes = np.concatenate((sizes, sizes + 1.0))
    return sums, sizes


def _drawn_flips(values: list[float]) -> Listed:
    chosen = _coins(len(values))
    sizes = chosen.sum(axis=0, dtype=np.float64)
    sums = _sums(values, chosen)
    some = sizes > 0.0
    return Listed(np.sort(sums[some] / sizes[some]))


def _sums(values: list[float], chosen: _Chosen) -> _Array:
    """The sum of the chosen values in each draw, added in the order of the values."""
    total = np.zeros(chosen.shape[1])
    for value, draws in zip(values, chosen, strict=True):
        total += value * draws
    return total


@lru_cache(maxsize=4)
def _coins(n: int) -> _Chosen:
    """Random subsets of n, (n, draws); a constant of n."""
    generator = np.random.default_rng([SEED, n])
    return generator.integers(0, 2, size=(n, DRAWS), dtype=np.bool_)


def swaps(first: Values, second: Values) -> Guard:
    """Swaps of equally many values between two arms (Pitman 1937).

    Each ties with the data where the difference of the means, first minus second, is
    that of the swapped values.
    """
    one, two = sorted(first), sorted(second)
    if math.comb(len(one) + len(two), len(one)) > MOST_SWAPS:
        return _drawn_swaps(one, two)
    sizes = range(1, min(len(one), len(two)) + 1)
    found = [np.subtract.outer(_means(one, j), _means(two, j)).ravel() for j in sizes]
    return Listed(np.sort(np.concatenate(found)))


def _means(values: list[float], size: int) -> _Array:
    """The means of all subsets of one size."""
    chosen = np.array(list(itertools.combinations(values, size)))
    means: _Array = chosen.mean(axis=1)
    return means


def _drawn_swaps(one: list[float], two: list[float]) -> Listed:
    leaving, coming = _exchanges(len(one), len(two))
    sizes = leaving.sum(axis=0, dtype=np.float64)
    gap = _sums(one, leaving) - _sums(two, coming)
    some = sizes > 0.0
    return Listed(np.sort(gap[some] / sizes[some]))


@lru_cache(maxsize=4)
def _exchanges(n: int, m: int) -> tuple[_Chosen, _Chosen]:
    """Random swaps between arms of n and m: who leaves the first, who comes in."""
    generator = np.random.default_rng([SEED, n, m])
    ranks = generator.permuted(np.tile(np.arange(n + m), (DRAWS, 1)), axis=1).T
    stays_in_first = ranks < n
    return ~stays_in_first[:n], stays_in_first[n:]
