"""A full pass of the reconciler over a thousand open pull requests."""

import argparse
import gc
import threading
import time
from collections import Counter
from pathlib import Path

import psutil

from tests.app.stage import Stage, staged
from tests.benchmarks.figures import Figures
from tests.fakegithub import fates
from tests.fakegithub.limits import NO_CAPS
from tests.waiting import until

GOAL_S = 5.0
PASSES = 6
GROWTH = 1.05


def sweep(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """How long, how many calls, and what memory is left behind."""
    with staged(folder, pace=10_000.0, database=given.database) as stage:
        # Nobody waits hours for a thousand comments before there is anything to
        # measure; limits are for the part that is called `busy`.
        stage.fake.limits.caps = NO_CAPS
        stage.deliveries.policy = fates.nothing
        begun = time.monotonic()
        _open(stage, given.pulls)
        figures.note(f"{given.pulls} pull requests opened in {_since(begun):.0f} s")
        begun = time.monotonic()
        stage.app_now.reconciler.sweep()
        until(lambda: _said(stage) == given.pulls, "all are known", 1800)
        _quiet(stage)
        figures.note(f"all of them found and answered in {_since(begun):.0f} s")
        _passes(stage, figures)
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)


def _open(stage: Stage, count: int) -> None:
    """Changes of documents alone: no trial is run for them, all else is."""
    for number in range(count):
        branch = f"docs-{number}"
        stage.bob.pushes(stage.quick, branch, {f"docs/{number}.md": f"{number}\n"})
        stage.bob.opens_pull(stage.quick, branch)


def _said(stage: Stage) -> int:
    runs = stage.quick.runs.values()
    return sum(one.conclusion == "success" for one in list(runs))


def _quiet(stage: Stage) -> None:
    until(lambda: stage.app_now.idle, "the App is idle", 600)


def _passes(stage: Stage, figures: Figures) -> None:
    process, log = psutil.Process(), stage.fake.gateway.log
    took, memory = list[float](), list[int]()
    calls = Counter[str]()
    for number in range(PASSES):
        log.clear()
        begun = time.monotonic()
        stage.app_now.reconciler.sweep()
        took.append(_since(begun))
        if number == 1:
            calls = Counter(one.operation for one in log)
        _quiet(stage)
        gc.collect()
        threading.Event().wait(0.2)
        memory.append(process.memory_info().rss)
    told = ", ".join(f"{name} {count}" for name, count in calls.most_common())
    figures.note(f"calls of a pass: {told}")
    figures.note(
        "memory after each pass, MiB: " + ", ".join(f"{one >> 20}" for one in memory)
    )
    figures.note("seconds of each pass: " + ", ".join(f"{one:.2f}" for one in took))
    figures.under("a pass over all", max(took[1:]), GOAL_S)
    figures.under(
        "memory, last pass to second", memory[-1] / memory[1], GROWTH, "times"
    )


def _since(begun: float) -> float:
    return time.monotonic() - begun
