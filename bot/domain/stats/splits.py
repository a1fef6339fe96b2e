"""The A/A check: one baseline's runs split at random into pretended arms.

What the rule does where nothing changed, with the values that this repository really
has instead of normal ones. Every split is judged as `compare` judges two unpaired arms
(Welch 1947), on arrays. All metrics and modes share a split, as they share seeds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from bot.domain.policy import AbsoluteTolerance, RelativeTolerance
from bot.domain.stats.comparison import FEWEST, Rule
from bot.domain.stats.estimate import EXACT_FROM, RESOLUTION, scale_of
from bot.domain.stats.failures import fisher_more_failures

Runs = tuple[float | None, ...]
"""Values in dispatch order; None where a run failed."""

_Array = NDArray[np.float64]
_Flags = NDArray[np.bool_]
_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Contest:
    """One metric's runs and how it is judged, by nominal levels at each look.

    `passes` are those of the test of d <= -margin; empty for a guardrail, which only
    blocks. `blocks` are those of harm, for a guardrail of harm beyond the tolerance.
    A relative tolerance needs values of one sign.
    """

    runs: Runs
    rule: Rule
    passes: tuple[float, ...]
    blocks: tuple[float, ...]

    @property
    def guards(self) -> bool:
        """Whether it only ever blocks."""
        return not self.passes


@dataclass(frozen=True, slots=True)
class Bench:
    """All contests of one mode over one pool of runs, and Fisher's levels."""

    failed: tuple[bool, ...]
    contests: tuple[Contest, ...]
    failures: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of splits."""

    passed: float
    blocked: float
    undecided: float


@dataclass(frozen=True, slots=True)
class Pretended:
    """What came of the splits: of each contest of each mode alone, and of it all.

    `total` is what a branch without any effect would get: PASS only if all modes pass,
    BLOCK if anything blocks before its mode is done.
    """

    contests: tuple[tuple[Rates, ...], ...]
    total: Rates


@dataclass(frozen=True, slots=True)
class Splits:
    """Random halves of a pool of runs: places of both arms, each (splits, half)."""

    old: _Places
    new: _Places
    looks: tuple[int, ...]


def split(runs: int, looks: tuple[int, ...], count: int, seed: int) -> Splits:
    """`count` random splits of `runs` places into two arms in random order.

    The last of `looks` is the size of an arm.
    """
    rng = np.random.default_rng(seed)
    places = rng.permuted(np.tile(np.arange(runs), (count, 1)), axis=1)
    half = looks[-1]
    return Splits(places[:, :half], places[:, half : 2 * half], looks)


def pretend(benches: Sequence[Bench], splits: Splits) -> Pretended:
    """Judge every split in every mode."""
    judged = [_judge_bench(bench, splits) for bench in benches]
    contests = tuple(tuple(_rates(*one) for one in alone) for alone, _ in judged)
    shape = splits.old.shape[0]
    passed, blocked = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for _, (mode_passed, mode_blocked) in judged:
        passed &= mode_passed
        blocked |= mode_blocked
    return Pretended(contests, _rates(passed & ~blocked, blocked))


def _rates(passed: _Flags, blocked: _Flags) -> Rates:
    share_passed, share_blocked = float(passed.mean()), float(blocked.mean())
    neither = float((~passed & ~blocked).mean())
    return Rates(share_passed, share_blocked, neither)


_Answer = tuple[_Flags, _Flags]  # passed, blocked: each (splits,)
_Crossed = tuple[_Flags, _Flags]  # the same at each look: (looks, splits)


def _judge_bench(bench: Bench, splits: Splits) -> tuple[list[_Answer], _Answer]:
    failures = _failures(bench, splits)
    crossed = [_crossings(one, splits, failures.forbid) for one in bench.contests]
    pairs = zip(bench.contests, crossed, strict=True)
    alone = [_alone(*found, guards=one.guards) for one, found in pairs]
    return alone, _together(bench, crossed, failures)


@dataclass(frozen=True, slots=True)
class _Failures:
    """At each look, each (looks, splits): no PASS; BLOCK by Fisher; baseline broken."""

    forbid: _Flags
    block: _Flags
    broken: _Flags


def _failures(bench: Bench, splits: Splits) -> _Failures:
    failed = np.array(bench.failed, dtype=np.int64)
    at = np.array(splits.looks) - 1
    old = np.cumsum(failed[splits.old], axis=1)[:, at].T
    new = np.cumsum(failed[splits.new], axis=1)[:, at].T
    n = np.array(splits.looks)[:, None]
    block = np.zeros(old.shape, dtype=bool)
    for look, level in enumerate(bench.failures):
        for pair in {*zip(new[look].tolist(), old[look].tolist(), strict=True)}:
            if _more_fail(*pair, splits.looks[look]) <= level:
                block[look] |= (new[look] == pair[0]) & (old[look] == pair[1])
    return _Failures(new > old, block, (2 * old >= n) & ~block)


def _more_fail(new: int, old: int, n: int) -> float:
    return fisher_more_failures(new, n, old, n) if new > old else 1.0


def _crossings(contest: Contest, splits: Splits, forbid: _Flags) -> _Crossed:
    """Where a contest would pass and where it would block, were each look the first."""
    passed, blocked = [], []
    values = np.array([math.nan if one is None else float(one) for one in contest.runs])
    values /= scale_of(tuple(one for one in contest.runs if one is not None))
    for look, n in enumerate(splits.looks):
        old, new = values[splits.old[:, :n]], values[splits.new[:, :n]]
        not_worse, harm, beyond = _p_values(old, new, contest)
        if contest.guards:
            passed.append(np.zeros(len(old), dtype=bool))
            blocked.append(beyond <= contest.blocks[look])
            continue
        shown = not_worse <= contest.passes[look]
        passed.append(shown & ~forbid[look])
        blocked.append((harm <= contest.blocks[look]) & ~shown)
    return np.array(passed), np.array(blocked)


def _alone(passed: _Flags, blocked: _Flags, *, guards: bool) -> _Answer:
    """The first crossing of one contest; a guardrail that blocks nowhere passes."""
    if guards:
        harmed: _Flags = np.asarray(blocked.any(axis=0), dtype=bool)
        return ~harmed, harmed
    first = (passed | blocked).argmax(axis=0)[None, :]
    good, bad = (np.take_along_axis(one, first, axis=0) for one in (passed, blocked))
    return good[0], bad[0]


def _together(bench: Bench, crossed: list[_Crossed], failures: _Failures) -> _Answer:
    """A whole mode: each metric final at its first crossing, a block at once final.

    Guardrails are looked at only while something else keeps the mode open.
    """
    done = np.zeros(failures.forbid.shape[1], dtype=bool)
    passed, blocked = done.copy(), done.copy()
    settled = [one.guards or done.copy() for one in bench.contests]
    last = len(failures.forbid) - 1
    waits = all(one.guards for one in bench.contests)
    for look, forbid in enumerate(failures.forbid):
        worse = failures.block[look].copy()
        for index, (good, bad) in enumerate(crossed):
            guards = bench.contests[index].guards
            worse |= bad[look] if guards else bad[look] & ~settled[index]
            settled[index] = settled[index] | good[look]
        blocked |= worse & ~done
        done |= worse | failures.broken[look]
        fine = np.all(np.broadcast_arrays(~forbid, *settled), axis=0)
        if waits and look < last:
            continue
        passed |= fine & ~done
        done |= fine
    return passed, blocked


def _p_values(
    old: _Array, new: _Array, contest: Contest
) -> tuple[_Array, _Array, _Array]:
    """p_ni, p_harm and p_beyond of each split, as `compare` defines them."""
    sign = contest.rule.orientation
    difference = _Estimates.of(sign * new, sign * old)
    match contest.rule.tolerance:
        case AbsoluteTolerance(amount):
            values = tuple(one for one in contest.runs if one is not None)
            inferiority = difference.shifted(amount / scale_of(values))
        case RelativeTolerance(fraction):
            allowed = sign * old - fraction * np.abs(old)
            inferiority = _Estimates.of(sign * new, allowed)
        case _:
            assert_never(contest.rule.tolerance)
    untested = difference.too_few | inferiority.too_few
    same = difference.exact & (difference.value >= -RESOLUTION)
    not_worse = np.where(same, 0.0, inferiority.p_above())
    found = (not_worse, difference.p_below(), inferiority.p_below())
    a, b, c = (np.where(untested, 1.0, p) for p in found)
    return a, b, c


@dataclass(frozen=True, slots=True)
class _Estimates:
    """Differences of two means, each array (splits,): `Estimate` on arrays."""

    value: _Array
    se: _Array
    df: _Array
    exact: _Flags
    too_few: _Flags

    @classmethod
    def of(cls, first: _Array, second: _Array) -> "_Estimates":
        """mean(first) - mean(second) over each row; a value that is NaN is left out."""
        (n1, m1, v1), (n2, m2, v2) = _moments(first), _moments(second)
        one, two = v1 / np.maximum(n1, 1), v2 / np.maximum(n2, 1)
        total = one + two
        share = np.divide(one, total, out=np.full_like(one, 0.5), where=total > 0.0)
        parts = share**2 / np.maximum(n1 - 1, 1)
        inverse = parts + (1.0 - share) ** 2 / np.maximum(n2 - 1, 1)
        exact = np.sqrt(np.maximum(v1, v2)) <= RESOLUTION
        smaller = np.minimum(n1, n2)
        too_few = (smaller < FEWEST) | (exact & (smaller < EXACT_FROM))
        return cls(m1 - m2, np.sqrt(total), 1.0 / inverse, exact, too_few)

    def shifted(self, by: float) -> "_Estimates":
        """The same estimates of means that are `by` greater."""
        return _Estimates(self.value + by, self.se, self.df, self.exact, self.too_few)

    def p_above(self) -> _Array:
        """The one-sided p against "the mean is zero or less"; 0 or 1 where exact."""
        sure = np.where(self.value > RESOLUTION, 0.0, 1.0)
        return np.where(self.exact, sure, stdtr(self.df, -self._t()))

    def p_below(self) -> _Array:
        """The one-sided p against "the mean is zero or more"; 0 or 1 where exact."""
        sure = np.where(self.value < -RESOLUTION, 0.0, 1.0)
        return np.where(self.exact, sure, stdtr(self.df, self._t()))

    def _t(self) -> _Array:
        se = np.where(self.exact, 1.0, self.se)
        return np.asarray(self.value / se)


def _moments(values: _Array) -> tuple[_Array, _Array, _Array]:
    """How many values there are in each row, their mean, and their variance (ddof 1).

    In two passes, so that equal values have a variance of rounding and no more.
    """
    there = ~np.isnan(values)
    n = there.sum(axis=1).astype(np.float64)
    mean = np.where(there, values, 0.0).sum(axis=1) / np.maximum(n, 1.0)
    away = np.where(there, values - mean[:, None], 0.0)
    return n, mean, (away**2).sum(axis=1) / np.maximum(n - 1.0, 1.0)
