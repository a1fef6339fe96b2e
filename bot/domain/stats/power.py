"""What a design can see: detectable effects and simulated operating characteristics."""

import math
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from scipy.special import gammaincinv, nctdtr, stdtrit

from bot.domain.errors import UserFault
from bot.domain.policy import Role, Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.estimate import critical
from bot.domain.stats.paths import Array, chunks
from bot.domain.stats.sample import FEWEST
from bot.domain.stats.simulation import Flags, normal_arms, statistics

_FAR = 100.0  # beyond this critical t the limit law is good to 1e-4
_HALVINGS = 60
_WIDEST = 1e6  # no sound look asks for as many per-run SDs


def detectable(n: int, level: float, paired: bool, power: float = 0.8) -> float:  # noqa: FBT001 - a property of the test
    """The effect that `n` seeds per arm show at `level` with probability `power`.

    From the noncentral t (Johnson and Welch 1940), in SDs: of single runs for Welch, of
    same-seed differences where `paired`.
    """
    df = n - 1.0 if paired else 2.0 * n - 2.0
    bound = critical(df, level)
    return _noncentrality(df, bound, power) / math.sqrt(n if paired else n / 2.0)


def _noncentrality(df: float, bound: float, power: float) -> float:
    """The noncentrality whose t exceeds `bound` with probability `power`."""
    limit = bound * math.sqrt(2.0 * float(gammaincinv(df / 2.0, power)) / df)
    if bound > _FAR:  # the normal part vanishes beside the chi
        return limit
    low, high = 0.0, limit + bound + 10.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if nctdtr(df, middle, bound) > 1.0 - power:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True, slots=True)
class Design:
    """A schedule of looks (seeds per arm, rising), its error rate and its test."""

    looks: tuple[int, ...]
    alpha: float
    spending: Spending
    paired: bool


@dataclass(frozen=True, slots=True)
class Operating:
    """Shares of verdicts, and mean trials of both arms, at a true effect `d`.

    `d` is oriented (negative is a loss) and counted in tolerances.
    """

    d: float
    passed: float
    blocked: float
    undecided: float
    trials: float


@dataclass(frozen=True, slots=True)
class Paths:
    """Simulated evaluations without effect, each array (repetitions, looks).

    The estimate `d` and its `se` in per-run SDs, its degrees of freedom `df`, and the
    `critical` t of each look.
    """

    looks: tuple[int, ...]
    d: Array
    se: Array
    critical: Array
    df: Array


@dataclass(frozen=True, slots=True)
class Lines:
    """What a role's two tests are against, in per-run SDs; infinite is no such test.

    PASS rejects d <= `passing`, BLOCK rejects d >= `blocking`. `lenient` says that
    what is not blocked at the end has passed.
    """

    passing: float
    blocking: float
    lenient: bool = False


def lines(role: Role, tolerance: float) -> Lines:
    """The tests of a role; for a margin or a target d is counted from there."""
    match role:
        case Role.PRIMARY:
            return Lines(-tolerance, 0.0)
        case Role.GUARDRAIL:
            return Lines(math.inf, -tolerance, lenient=True)
        case Role.IMPROVE | Role.TARGET:
            return Lines(0.0, 0.0)
        case Role.LIMIT | Role.REPORT:
            return Lines(math.inf, -math.inf, lenient=True)
        case _:
            assert_never(role)


def simulate(design: Design, correlation: float, repetitions: int, seed: int) -> Paths:
    """Normal runs of both arms whose same-seed `correlation` is given (-1 to 1)."""
    rng = np.random.default_rng(seed)
    parts = []
    for size in chunks(repetitions, design.looks[-1]):
        arms = normal_arms((size, design.looks[-1]), correlation, rng)
        parts.append(paths_of(design, arms))
    arrays = (
        np.concatenate([getattr(one, name) for one in parts])
        for name in ("d", "se", "critical", "df")
    )
    return Paths(design.looks, *arrays)


def paths_of(design: Design, arms: tuple[Array, Array]) -> Paths:
    """What the looks see of given runs: baseline and branch, (repetitions, n_max)."""
    found = statistics(arms, design.looks, paired=design.paired)
    nominal = np.array(levels(design.looks, design.alpha, design.spending))
    bound = np.broadcast_to(-stdtrit(found.df, nominal), found.d.shape)
    df = np.broadcast_to(found.df, found.d.shape)
    return Paths(design.looks, found.d, found.se, bound, df)


@dataclass(frozen=True, slots=True)
class Fates:
    """How each simulated evaluation ends: arrays of (repetitions,).

    `first` is the look that decides, the last one where none does.
    """

    passed: Flags
    blocked: Flags
    first: Array


def fates(paths: Paths, tests: Lines, effect: float) -> Fates:
    """The three-valued rule on `paths` whose true effect is `effect` per-run SDs."""
    d, room = paths.d + effect, paths.critical * paths.se
    passed = d - tests.passing >= room
    crossed = passed | (d - tests.blocking <= -room)
    decided = crossed.any(axis=1)
    first = np.where(decided, crossed.argmax(axis=1), len(paths.looks) - 1)
    good = passed[np.arange(len(first)), first]
    blocked = decided & ~good
    return Fates(~blocked if tests.lenient else good, blocked, first)


def outcome(
    paths: Paths, tolerance_sd: float, effect: float, role: Role = Role.PRIMARY
) -> Operating:
    """The verdicts on `paths` when the true effect is `effect` tolerances."""
    ends = fates(paths, lines(role, tolerance_sd), effect * tolerance_sd)
    arms = 1.0 if role is Role.TARGET else 2.0
    return Operating(
        d=effect,
        passed=float(ends.passed.mean()),
        blocked=float(ends.blocked.mean()),
        undecided=float((~(ends.passed | ends.blocked)).mean()),
        trials=float(arms * np.array(paths.looks)[ends.first].mean()),
    )


def operating(  # noqa: PLR0913, PLR0917 - the knobs of one simulation
    design: Design,
    tolerance_sd: float,
    effects_in_tolerances: tuple[float, ...],
    correlation: float,
    repetitions: int,
    seed: int,
) -> tuple[Operating, ...]:
    """Simulated operating characteristics of the three-valued rule.

    `tolerance_sd` is the tolerance in per-run SDs; the same paths serve every effect.
    """
    paths = simulate(design, correlation, repetitions, seed)
    return tuple(outcome(paths, tolerance_sd, d) for d in effects_in_tolerances)


def smallest_tolerance(paths: Paths, wanted: float) -> float:
    """The smallest tolerance, in per-run SDs, that passes `wanted` of no-change PRs.

    A `UserFault` where there is none: no look has as many seeds as a test needs.
    """
    low, high = 0.0, 1.0
    while outcome(paths, high, 0.0).passed < wanted:
        low, high = high, 2.0 * high
        if high > _WIDEST:
            raise _no_tolerance(paths.looks[-1])
    while high - low > 1e-3 * high:
        middle = (low + high) / 2.0
        if outcome(paths, middle, 0.0).passed < wanted:
            low = middle
        else:
            high = middle
    return high


def _no_tolerance(seeds: int) -> UserFault:
    problem = (
        f"No tolerance can be policed: at most {seeds} seeds per arm are looked at, "
        f"and a test needs at least {FEWEST}."
    )
    return UserFault(problem, f"Look at {FEWEST} seeds per arm or more.")
