"""Print how often single changes are flagged: hidden harm found, and false alarms.

Whole simulated pull requests go through the gate's own judgement of changes, look after
look, as if the branch itself had passed: at every look the branch against itself
without each change, harm at its Holm boundary, failures in a family of their own. Then
others go through the engine's own steps, which count what an ablation costs.

Run: python -m tests.benchmarks.ablation [--repetitions N] [--seed N]
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.judgement.changes import ChangeArms, JudgedChanges, judge_changes
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import (
    AbsoluteTolerance,
    Decision,
    Direction,
    Metric,
    Mode,
    Seeding,
)
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Reason, Ruling
from tests.benchmarks.ablation_cost import table
from workers.contract import MetricSource, SourceKind

FLAGS = (Reason.CHANGE_HARMFUL, Reason.MORE_FAILURES)
SD = 0.2
TOLERANCE = 0.1
FOUR, EVERY = (5, 10, 15, 20), tuple(range(4, 21))
SHADOWED = (-0.4, 0.9)


@dataclass(frozen=True)
class World:
    """What every pull request is made of: effects of its changes, oriented.

    `correlation` is that of runs with one seed; each trial fails with the chance
    `failing`.
    """

    effects: tuple[float, ...]
    looks: tuple[int, ...] = FOUR
    correlation: float = 0.0
    failing: float = 0.0
    paired: bool = True


def flagged(world: World, seed: int) -> frozenset[str]:
    """The changes of one pull request that are flagged at any look."""
    rng = np.random.default_rng(seed)
    every = _arms(world, rng)
    rules = Rulebook(_mode(world), Decision(), world.looks)
    judged = JudgedChanges()
    for n in world.looks:
        without = {str(i): one[:n] for i, one in enumerate(every[1:])}
        arms = ChangeArms(every[0][:n], without=without)
        judged = judge_changes(rules, arms, Ruling.PASS, earlier=judged)
    return frozenset(
        one.change for one in judged.findings if one.reason in FLAGS and one.change
    )


def _arms(world: World, rng: np.random.Generator) -> list[tuple[Observation, ...]]:
    """The whole branch, then the branch without each change."""
    whole, n = sum(world.effects), world.looks[-1]
    means = [whole, *(whole - one for one in world.effects)]
    shared = rng.standard_normal(n) * math.sqrt(world.correlation)
    own = rng.standard_normal((len(means), n)) * math.sqrt(1.0 - world.correlation)
    values = np.array(means)[:, None] + SD * (shared + own)
    failed = rng.random(values.shape) < world.failing
    return [_trials(*one) for one in zip(values, failed, strict=True)]


def _trials(values: Sequence[float], failed: Sequence[bool]) -> tuple[Observation, ...]:
    return tuple(
        Crashed(seed, "exception") if broke else Measured(seed, {"score": float(value)})
        for seed, (value, broke) in enumerate(zip(values, failed, strict=True))
    )


def _mode(world: World) -> Mode:
    score = Metric(
        name="score",
        source=MetricSource("score", SourceKind.REPORTED),
        direction=Direction.MAXIMIZE,
        tolerance=AbsoluteTolerance(TOLERANCE),
    )
    seeding = Seeding.SHARED if world.paired else Seeding.NONE
    return Mode("mode", ("python", "train.py"), (score,), seeding=seeding)


def rate(world: World, repetitions: int, seed: int, wanted: str | None = None) -> float:
    """The share of pull requests with a flag: any, or one of the change `wanted`."""
    found = [flagged(world, seed + i) for i in range(repetitions)]
    hits = [bool(one) if wanted is None else wanted in one for one in found]
    return sum(hits) / repetitions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    start = time.perf_counter()
    print(f"SD of runs {SD}, tolerance {TOLERANCE}; up to 20 seeds an arm")
    print("hidden harm: A -0.4 beside B +0.9 (goal: found in 95 %)")
    for looks in (FOUR, EVERY):
        world = World(SHADOWED, looks)
        found = rate(world, chosen.repetitions, chosen.seed, "0")
        print(f"  {_shown(looks):12} A flagged {found:.4f}")
    print("no change has an effect: any flag at all (goal: 5.5 % at most)")
    for changes in (2, 4, 8):
        none = (0.0,) * changes
        for world in (
            World(none),
            World(none, EVERY),
            World(none, correlation=0.5),
            World(none, paired=False),
            World(none, failing=0.1),
        ):
            found = rate(world, chosen.repetitions, chosen.seed)
            print(f"  {changes} changes, {_described(world):42} {found:.4f}")
    for line in table(chosen.repetitions, chosen.seed):
        print(line, flush=True)
    error = math.sqrt(0.05 * 0.95 / chosen.repetitions)
    print(f"standard error {error:.4f}; {time.perf_counter() - start:.0f} s")


def _shown(looks: tuple[int, ...]) -> str:
    return "/".join(map(str, looks)) if looks == FOUR else "4..20"


def _described(world: World) -> str:
    parts = [_shown(world.looks), "paired" if world.paired else "Welch"]
    if world.correlation:
        parts.append(f"correlation {world.correlation}")
    if world.failing:
        parts.append(f"{world.failing:.0%} of trials fail")
    return ", ".join(parts)


if __name__ == "__main__":
    main()
