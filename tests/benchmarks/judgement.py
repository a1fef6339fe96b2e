"""How long one whole judgement takes: 3 metrics, 20 slices each, 8 changes, 20 seeds.

Trials that are there, all read; judged once, with every family, every change and every
finding. Warm is a process that judged before (a dispatcher, a server); first is the
first judgement of a fresh process, whose boundaries are not solved yet, after imports.

Run: python -m tests.benchmarks.judgement [--runs N] [--profile]
"""

import argparse
import cProfile
import pstats
import statistics
import subprocess
import sys
import time

import numpy as np

from bot.domain.judgement import Evidence, Given, judge_given, judge_looks
from bot.domain.judgement.changes import ChangeArms, judge_changes, with_changes
from bot.domain.judgement.evidence import ArmEvidence, Rulebook
from bot.domain.policy import (
    AbsoluteTolerance,
    Decision,
    Direction,
    Metric,
    Mode,
    RelativeTolerance,
)
from bot.domain.trials import Measured, Observation
from bot.domain.verdict import ModeVerdict, Ruling, Verdict
from workers.contract import MetricSource, SourceKind

GOAL_MS = 50.0
SLICES = tuple(f"slice{i}" for i in range(20))
LOOKS = tuple(range(4, 21))
CHANGES, SEEDS = 8, 20
_FIRST = "--first"


def metric(name: str, tolerance: AbsoluteTolerance | RelativeTolerance) -> Metric:
    return Metric(
        name=name,
        source=MetricSource(name, SourceKind.REPORTED),
        direction=Direction.MINIMIZE,
        tolerance=tolerance,
        slices=SLICES,
    )


MODE = Mode(
    "mode",
    ("python", "train.py"),
    (
        metric("loss", AbsoluteTolerance(0.15)),
        metric("error", AbsoluteTolerance(0.15)),
        metric("cost", RelativeTolerance(0.15)),
    ),
)


def arm(seed: int, mean: float = 1.0) -> tuple[Observation, ...]:
    names = [name for one in MODE.metrics for name in (one.name, *one.slice_names)]
    values = np.random.default_rng(seed).normal(mean, 0.1, (SEEDS, len(names)))
    return tuple(
        Measured(1000 + i, dict(zip(names, map(float, row), strict=True)))
        for i, row in enumerate(values)
    )


def arms(*, hidden: bool) -> tuple[Given, ChangeArms]:
    """A branch without effect; if `hidden`, every second change costs a lot."""
    full, baseline = arm(1), arm(2)
    without = {
        f"change{i}": arm(10 + i, 0.7 if hidden and i % 2 else 1.0)
        for i in range(CHANGES)
    }
    only = {name: arm(20 + i) for i, name in enumerate(without)}
    return Given(baseline, full), ChangeArms(full, baseline, without, only)


def whole(given: Given, changes: ChangeArms) -> Verdict:
    verdict = judge_given(MODE, Decision(), LOOKS, given)
    rules = Rulebook(MODE, Decision(), LOOKS)
    return with_changes(verdict, judge_changes(rules, changes, verdict.state))


def looks(given: Given, _: ChangeArms) -> ModeVerdict:
    """What an evaluation that runs does at every tick: all looks, in turn."""

    def evidence_at(n: int) -> Evidence:
        baseline, branch = given.baseline[:n], given.branch[:n]
        return Evidence(ArmEvidence(baseline), ArmEvidence(branch), paired=True)

    rules = Rulebook(MODE, Decision(), LOOKS)
    return judge_looks(rules, evidence_at, targeted=True)


CASES = {
    "nothing has an effect": (whole, False),
    "4 of 8 changes are harmful": (whole, True),
    "17 looks in turn, no changes": (looks, False),
}


def once(name: str) -> float:
    """Milliseconds of one judgement."""
    judge, hidden = CASES[name]
    given = arms(hidden=hidden)
    start = time.perf_counter()
    judge(*given)
    return 1e3 * (time.perf_counter() - start)


def fresh(name: str) -> float:
    """The same as the first thing that a process does after its imports."""
    words = (sys.executable, "-m", "tests.benchmarks.judgement", _FIRST, name)
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=51)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument(_FIRST)
    chosen = parser.parse_args()
    if chosen.first:
        print(once(chosen.first))
        return
    assert whole(*arms(hidden=True)).state is Ruling.BLOCK
    print(f"{'milliseconds':30} {'warm':>7} {'worst':>7} {'first':>7}   goal")
    for name in CASES:
        once(name)
        took = [once(name) for _ in range(chosen.runs)]
        first = statistics.median(fresh(name) for _ in range(5))
        middle = statistics.median(took)
        print(f"{name:30} {middle:7.1f} {max(took):7.1f} {first:7.1f}   < {GOAL_MS:g}")
    if chosen.profile:
        show_profile("nothing has an effect")


def show_profile(name: str) -> None:
    judge, hidden = CASES[name]
    given = arms(hidden=hidden)
    profile = cProfile.Profile()
    profile.runcall(lambda: [judge(*given) for _ in range(10)])
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
