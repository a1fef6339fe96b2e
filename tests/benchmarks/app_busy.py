"""Thirty busy pull requests: what they write, against GitHub's limits."""

import argparse
import random
import threading
import time
from collections import Counter
from pathlib import Path

from tests.app.stage import Brisk, Stage, behaving, staged
from tests.benchmarks.figures import Figures
from tests.fakegithub.limits import NO_CAPS, use_of
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

PULLS = 30
COMMANDS = ("/gate status", "/gate run", "/gate why", "/gate more 1")


def busy(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """Somebody pushes or commands about every second, for some minutes."""
    with staged(folder, pace=1.0, database=given.database) as stage:
        draw = random.Random(5)
        pulls = [stage.proposes(f"idea-{n}", BETTER) for n in range(PULLS)]
        end = time.monotonic() + 60 * given.minutes
        deeds = 0
        while time.monotonic() < end:
            _deed(stage, draw.choice(pulls), draw, deeds)
            deeds += 1
            threading.Event().wait(draw.uniform(0.2, 1.8))
        _report(stage, figures, deeds)
        for pull in pulls:
            stage.bob.closes(stage.quick, pull)
        _hurry(stage)
        for pull in pulls:
            stage.page(pull)
        for run in list(stage.quick.runs.values()):
            stage.town.reader.read_run(run)


def _deed(stage: Stage, pull: Pull, draw: random.Random, number: int) -> None:
    if draw.random() < 0.5:
        files = behaving(f"step {number}", draw.choice((BETTER, WORSE)))
        stage.bob.pushes(stage.quick, pull.head.ref, files)
    else:
        stage.bob.comments(stage.quick, pull, draw.choice(COMMANDS))


def _report(stage: Stage, figures: Figures, deeds: int) -> None:
    with stage.town.world.lock:
        log = list(stage.fake.gateway.log)
        violations = list(stage.fake.limits.violations)
    uses = [use_of(one.at, one.method, one.operation) for one in log]
    writes = [one.at for one in uses if one.content]
    points = Counter[int]()
    for one in uses:
        points[int(one.at // 60)] += one.points
    waiting = len(stage.app_now.pulls.waiting(time.time(), 10_000))
    figures.note(f"{deeds} deeds, {len(log)} calls, {len(writes)} writes")
    figures.note(
        f"writes waiting at the end: {waiting}; points a minute: {max(points.values())}"
    )
    figures.note(f"most writes within a second, as they arrive: {_peak(writes, 1.0)}")
    figures.at_most("writes within a minute", _peak(writes, 60.0), 80)
    figures.at_most("limits broken, as GitHub counts", len(violations), 0)
    for one in violations[:5]:
        figures.note(f"{one}")


def _peak(times: list[float], span: float) -> int:
    return max(
        (sum(at <= other < at + span for other in times) for at in times), default=0
    )


def _hurry(stage: Stage) -> None:
    """What was to be counted is counted: the rest need not wait for its turn."""
    stage.fake.limits.caps = NO_CAPS
    stage.app_now.sender._turns = Brisk(1000.0)
    until(lambda: stage.app_now.idle, "the App is idle", 300)
