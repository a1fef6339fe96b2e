"""How often a branch without any effect is stopped, by all rules of a mode together.

Simulated: whole evaluations of normal runs go through the looks, with every family of
hypotheses and the rules for failed trials. What one metric alone promises is in
`power`; this is what an author meets.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.domain.policy import Spending
from bot.domain.stats.simulation import Statistics, normal_arms, statistics
from bot.domain.stats.walk import Crashes, Drawn, Ends, Schedule, walk

REPETITIONS = 4000
SEED = 20_250_611


@dataclass(frozen=True, slots=True)
class Planned:
    """A metric as planned: its tolerance and true `effect` in per-run SDs.

    `correlation` is that of same-seed runs of both arms; `paired` names the test.
    """

    tolerance: float
    correlation: float = 0.0
    paired: bool = True
    effect: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one mode is judged by in one stage.

    `looks` are seeds per arm, rising; `guardrails` are slices too. A trial of either
    arm fails with the chance `failing`.
    """

    looks: tuple[int, ...]
    alpha: float
    spending: Spending
    primaries: tuple[Planned, ...]
    guardrails: tuple[Planned, ...] = ()
    failing: float = 0.0


def chance_of_stop(
    stages: Sequence[Sequence[Rules]],
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> Ends:
    """How an evaluation ends over `stages` of modes, the rungs of a ladder.

    A stage starts only where all modes passed the one before; trials of modes and
    stages are independent of each other.
    """
    going, blocked, trials, place = 1.0, 0.0, 0.0, seed
    for stage in stages:
        modes = [ends(one, repetitions, place + i) for i, one in enumerate(stage)]
        blocked += going * (1.0 - math.prod(1.0 - one.blocked for one in modes))
        trials += going * math.fsum(one.trials for one in modes)
        going *= math.prod(one.passed for one in modes)
        place += len(modes)
    return Ends(going, blocked, max(0.0, 1.0 - going - blocked), trials)


@lru_cache(maxsize=256)
def ends(rules: Rules, repetitions: int = REPETITIONS, seed: int = SEED) -> Ends:
    """How evaluations of one mode in one stage end, by simulation.

    Metrics are drawn independently of each other, which makes a stop somewhat likelier
    than where they move together. At least one metric.
    """
    rng = np.random.default_rng(seed)
    shape = (repetitions, rules.looks[-1])
    crashes = _crashes(rules.failing, shape, rng)
    primaries = [
        _drawn(one, rules.looks, crashes, shape, rng) for one in rules.primaries
    ]
    guards = [_drawn(one, rules.looks, crashes, shape, rng) for one in rules.guardrails]
    schedule = Schedule(rules.looks, rules.alpha, rules.spending)
    return walk(schedule, primaries, guards, crashes)


def _crashes(
    failing: float, shape: tuple[int, int], rng: np.random.Generator
) -> Crashes | None:
    if not failing:
        return None
    return Crashes(rng.random(shape) < failing, rng.random(shape) < failing)


def _drawn(
    planned: Planned,
    looks: tuple[int, ...],
    crashes: Crashes | None,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> Drawn:
    """The metric's runs under the plan, as every look sees them."""
    arms = normal_arms(shape, planned.correlation, rng)
    complete = crashes.complete if crashes else None
    found = statistics(arms, looks, paired=planned.paired, complete=complete)
    moved = Statistics(found.d + planned.effect, found.se, found.df)
    return Drawn(moved, planned.tolerance)
