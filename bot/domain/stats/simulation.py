"""Simulated runs of both arms as the tests at every look see them."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from bot.domain.stats.paths import Array
from bot.domain.stats.sample import FEWEST

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The estimate d, its standard error and degrees of freedom at each look.

    `d` and `se` are (repetitions, looks), in units of the runs; `df` may have one row
    for all repetitions. Where too few runs are complete, `se` is infinite.
    """

    d: Array
    se: Array
    df: Array

    def p_above(self, line: float, k: int, loosest: float) -> Array:
        """The one-sided p against d <= `line` at look `k`; see `_tail`."""
        return self._tail(self.d[:, k] - line, k, loosest)

    def p_below(self, line: float, k: int, loosest: float) -> Array:
        """The one-sided p against d >= `line` at look `k`; see `_tail`."""
        return self._tail(line - self.d[:, k], k, loosest)

    def _tail(self, gap: Array, k: int, loosest: float) -> Array:
        """P(T > gap / se); 1 where it is surely above `loosest`, which saves time.

        Student's tail is heavier than the normal one: below the normal quantile of
        `loosest` no t is significant at any level that is asked for.
        """
        t = gap / self.se[:, k]
        found = np.ones_like(t)
        near = t > -NormalDist().inv_cdf(loosest)
        df = np.broadcast_to(self.df, self.d.shape)[:, k]
        found[near] = stdtr(df[near], -t[near])
        return found


def normal_arms(
    shape: tuple[int, int], correlation: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Standard normal runs of baseline and branch with same-seed `correlation`."""
    old, own = rng.standard_normal(shape), rng.standard_normal(shape)
    return old, correlation * old + math.sqrt(1.0 - correlation**2) * own


def statistics(
    arms: tuple[Array, Array],
    looks: tuple[int, ...],
    *,
    paired: bool,
    complete: Flags | None = None,
) -> Statistics:
    """The rule of `compare` on arrays: paired t or Welch's t of the first n seeds.

    `arms` are values of baseline and branch, (repetitions, n_max), of a scale near 1;
    `complete` marks the pairs of which no trial failed. All of them if None.
    """
    old, new = arms
    at = np.array(looks) - 1
    counts = np.array(looks, dtype=np.float64)[None, :]
    if complete is not None:
        counts = np.cumsum(complete, axis=1, dtype=np.float64)[:, at]
    if paired:
        d, spread = _moments(new - old, at, counts, complete)
        return Statistics(d, _error(spread, counts), np.maximum(counts - 1.0, 1.0))
    (old_mean, old_var), (new_mean, new_var) = (
        _moments(arm, at, counts, complete) for arm in arms
    )
    total = old_var + new_var
    squares = np.maximum(old_var**2 + new_var**2, np.finfo(np.float64).tiny)
    df = np.maximum((counts - 1.0) * total**2 / squares, 1.0)
    return Statistics(new_mean - old_mean, _error(total, counts), df)


def _error(spread: Array, counts: Array) -> Array:
    """The standard error; infinite below the fewest runs that are tested."""
    return np.where(counts >= FEWEST, np.sqrt(spread / np.maximum(counts, 1.0)), np.inf)


def _moments(
    values: Array, at: NDArray[np.int64], counts: Array, complete: Flags | None
) -> tuple[Array, Array]:
    """Mean and variance (ddof 1) of the complete values among the first n."""
    kept = values if complete is None else np.where(complete, values, 0.0)
    mean = np.cumsum(kept, axis=1)[:, at] / np.maximum(counts, 1.0)
    squares = np.cumsum(kept**2, axis=1)[:, at]
    rest = squares - counts * mean**2
    return mean, np.maximum(rest, 1e-18) / np.maximum(counts - 1.0, 1.0)
