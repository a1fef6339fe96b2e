"""What a design can see: detectable effects and simulated operating characteristics."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, nctdtr, stdtrit

from bot.domain.policy import Spending
from bot.domain.stats.boundaries import levels
from bot.domain.stats.estimate import critical
from bot.domain.stats.paths import Array, chunks, moments

_FAR = 100.0  # beyond this critical t the limit law is good to 1e-4
_HALVINGS = 60


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

    The estimate `d` and its `se` in per-run SDs, and the `critical` t of each look.
    """

    looks: tuple[int, ...]
    d: Array
    se: Array
    critical: Array


def simulate(design: Design, correlation: float, repetitions: int, seed: int) -> Paths:
    """Normal runs of both arms whose same-seed `correlation` is given (-1 to 1)."""
    rng = np.random.default_rng(seed)
    nominal = np.array(levels(design.looks, design.alpha, design.spending))
    parts = []
    for size in chunks(repetitions, design.looks[-1]):
        shape = (size, design.looks[-1])
        old, own = rng.standard_normal(shape), rng.standard_normal(shape)
        new = correlation * old + math.sqrt(1.0 - correlation**2) * own
        parts.append(_statistics(design, old, new, nominal))
    d, se, bound = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Paths(design.looks, d, se, bound)


def _statistics(
    design: Design, old: Array, new: Array, nominal: Array
) -> tuple[Array, Array, Array]:
    """d, se and critical t at each look: the rule of `compare`, on arrays."""
    n = np.array(design.looks, dtype=np.float64)
    if design.paired:
        d, variance = moments(new - old, design.looks)
        bound = np.broadcast_to(-stdtrit(n - 1.0, nominal), d.shape)
        return d, np.sqrt(variance / n), bound
    (old_mean, old_var), (new_mean, new_var) = (
        moments(arm, design.looks) for arm in (old, new)
    )
    total = old_var + new_var
    df = (n - 1.0) * total**2 / (old_var**2 + new_var**2)
    return new_mean - old_mean, np.sqrt(total / n), -stdtrit(df, nominal)


def outcome(paths: Paths, tolerance_sd: float, effect: float) -> Operating:
    """The verdicts on `paths` when the true effect is `effect` tolerances."""
    d = paths.d + effect * tolerance_sd
    passed = d + tolerance_sd >= paths.critical * paths.se
    crossed = passed | (d <= -paths.critical * paths.se)
    decided = crossed.any(axis=1)
    first = np.where(decided, crossed.argmax(axis=1), len(paths.looks) - 1)
    good = passed[np.arange(len(first)), first]
    return Operating(
        d=effect,
        passed=float(good.mean()),
        blocked=float((decided & ~good).mean()),
        undecided=float((~decided).mean()),
        trials=float(2.0 * np.array(paths.looks)[first].mean()),
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
    """The smallest tolerance, in per-run SDs, that passes `wanted` of no-change PRs."""
    low, high = 0.0, 1.0
    while outcome(paths, high, 0.0).passed < wanted:
        low, high = high, 2.0 * high
    while high - low > 1e-3 * high:
        middle = (low + high) / 2.0
        if outcome(paths, middle, 0.0).passed < wanted:
            low = middle
        else:
            high = middle
    return high
