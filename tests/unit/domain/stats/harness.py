"""Whole evaluations on simulated runs: the rules of the gate, on arrays.

Boundaries are the project's own; tests and rules are written anew, and held against
`compare` and `crossing` path by path (`disagreements`).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from bot.domain.policy import AbsoluteTolerance, Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule, Sample, compare
from bot.domain.stats.sequential import Crossing, crossing

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
LOOKS = tuple(range(4, 21))
ALPHA = 0.05
TOLERANCE = 1.5  # per-run SDs
_NODES = 60  # of the interpolation of quantiles between degrees of freedom


@dataclass(frozen=True)
class Seen:
    """d, its standard error and degrees of freedom at each look: (repetitions, K)."""

    looks: tuple[int, ...]
    d: Array
    se: Array
    df: Array

    def moved(self, by: float) -> "Seen":
        return Seen(self.looks, self.d + by, self.se, self.df)

    def critical(self, nominal) -> Array:
        """The t that is significant at the `nominal` level of each look."""
        rows = [
            _quantiles(self.df[:, k], level, n)
            for k, (n, level) in enumerate(zip(self.looks, nominal, strict=True))
        ]
        return np.stack(rows, axis=1)

    def p(self, line: float, loosest: float) -> Array:
        """The one-sided p against d >= `line`, 1 where it is surely above `loosest`."""
        t = (self.d - line) / self.se
        near = t <= ndtri(loosest)
        found = np.ones_like(t)
        found[near] = stdtr(self.df[near], t[near])
        return found


def _quantiles(df: Array, level: float, n: int) -> Array:
    if np.ptp(df) == 0.0:
        return np.full(df.size, -stdtrit(df[0], level))
    inverse = np.linspace(1.0 / (2.0 * n - 2.0), 1.0 / (n - 1.0), _NODES)
    return np.interp(1.0 / df, inverse, -stdtrit(1.0 / inverse, level))


def normal_arms(rng, shape, correlation=0.0):
    """Baseline and branch, same-seed correlated; unit SD."""
    old, own = rng.standard_normal(shape), rng.standard_normal(shape)
    return old, correlation * old + math.sqrt(1.0 - correlation**2) * own


def moments(values: Array, looks) -> tuple[Array, Array]:
    n = np.array(looks)
    mean = np.cumsum(values, axis=-1)[..., n - 1] / n
    squares = np.cumsum(values**2, axis=-1)[..., n - 1]
    return mean, (squares - n * mean**2) / (n - 1)


def see(old: Array, new: Array, looks=LOOKS, *, paired: bool) -> Seen:
    n = np.array(looks, dtype=np.float64)
    if paired:
        return one_arm(new - old, looks)
    (mean, spread), (other, another) = moments(new, looks), moments(old, looks)
    total = spread + another
    df = (n - 1.0) * total**2 / (spread**2 + another**2)
    return Seen(looks, mean - other, np.sqrt(total / n), df)


def one_arm(values: Array, looks=LOOKS) -> Seen:
    n = np.array(looks, dtype=np.float64)
    mean, spread = moments(values, looks)
    df = np.broadcast_to(n - 1.0, mean.shape)
    return Seen(looks, mean, np.sqrt(spread / n), df)


@dataclass(frozen=True)
class Ends:
    """How evaluations ended: verdicts (repetitions) and the place of the last look."""

    passed: Flags
    blocked: Flags
    last: NDArray[np.intp]
    looks: tuple[int, ...]

    @property
    def undecided(self) -> Flags:
        return ~(self.passed | self.blocked)

    @property
    def trials(self) -> float:
        return float(2.0 * np.array(self.looks)[self.last].mean())


def judge(seen: Seen, bounds: Array, tolerance=TOLERANCE, stop: Flags | None = None):
    """The three-valued rule; both boundaries at once pass. `stop` ends without one."""
    reach = bounds * seen.se
    passes, harms = seen.d + tolerance >= reach, seen.d <= -reach
    ends = passes | harms if stop is None else passes | harms | stop
    last = np.where(ends.any(axis=1), ends.argmax(axis=1), len(seen.looks) - 1)
    rows = np.arange(len(last))
    passed = passes[rows, last]
    return Ends(passed, harms[rows, last] & ~passed, last, seen.looks)


def ever_above(seen: Seen, bounds: Array) -> Flags:
    """Whether d is ever shown to be above 0."""
    return (seen.d >= bounds * seen.se).any(axis=1)


def holm_levels(spending: Spending, most: int, looks=LOOKS, alpha=ALPHA) -> Array:
    """Boundaries by hypotheses left (rows 1 to `most`) and look; row 0 is unused."""
    rows = [levels(looks, alpha / j, spending) for j in range(1, most + 1)]
    return np.array([(0.0,) * len(looks), *rows])


def holm_rejects(p: Array, by_left: Array) -> Flags:
    """What a family rejects at the end; `p` is (repetitions, hypotheses, looks)."""
    return holm_history(p, by_left)[:, :, -1]


def holm_history(p: Array, by_left: Array) -> Flags:
    """What a family has rejected after each look, by Holm's steps at every look."""
    repetitions, family, looks = p.shape
    out = np.zeros((repetitions, family), dtype=np.bool_)
    after = np.zeros(p.shape, dtype=np.bool_)
    for k in range(looks):
        for _ in range(family):
            rest = np.where(out, 2.0, p[:, :, k])
            left = family - out.sum(axis=1)
            smallest = rest.argmin(axis=1)
            rows = np.flatnonzero(rest.min(axis=1) <= by_left[left, k])
            if not rows.size:
                break
            out[rows, smallest[rows]] = True
        after[:, :, k] = out
    return after


def disagreements(seed: int, paths: int, effect: float, spending: Spending) -> int:
    """Paths on which these rules and the gate's own differ in verdict or look."""
    rng = np.random.default_rng(seed)
    old, new = normal_arms(rng, (paths, LOOKS[-1]), 0.5)
    new = new + effect
    nominal = levels(LOOKS, ALPHA, spending)
    wrong = 0
    for test in Test:
        seen = see(old, new, paired=test is Test.PAIRED)
        ends = judge(seen, seen.critical(nominal))
        for row in range(paths):
            expected = _by_the_gate(old[row], new[row], test, nominal)
            blocked, n = bool(ends.blocked[row]), LOOKS[ends.last[row]]
            wrong += expected != (bool(ends.passed[row]), blocked, n)
    return wrong


def _by_the_gate(old: Array, new: Array, test: Test, nominal) -> tuple[bool, bool, int]:
    rule = Rule(1, AbsoluteTolerance(TOLERANCE), Choice(test))
    for n, level in zip(LOOKS, nominal, strict=True):
        sample = Sample(tuple(old[:n].tolist()), tuple(new[:n].tolist()), paired=True)
        match crossing(compare(sample, rule, level), level):
            case Crossing.PASS | Crossing.TOLERATED:
                return True, False, n
            case Crossing.BLOCK:
                return False, True, n
    return False, False, LOOKS[-1]
