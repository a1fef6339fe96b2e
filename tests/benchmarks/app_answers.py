"""How soon people see an answer: a check run, a reaction, a verdict."""

import argparse
import threading
import time
from pathlib import Path

from tests.app.stage import Stage, behaving, staged
from tests.benchmarks.figures import Figures
from tests.fakegithub.records import CheckRun, Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

GOAL_S = 2.0
LANE_S = 1.05
"""One write a second is GitHub's own rule: an idle App has not written for so long."""


def answers(folder: Path, figures: Figures, given: argparse.Namespace) -> None:
    """Each when nothing else is under way."""
    with staged(folder, pace=1.0) as stage:
        ended = _Ends(stage)
        _rest(stage)
        opened, judged = list[float](), list[float]()
        for number in range(given.times):
            pull, seen = _opened(stage, number)
            opened.append(seen)
            judged.append(_judged(stage, pull, ended))
            _rest(stage)
        figures.spread("opened to check run visible", opened, GOAL_S)
        figures.spread("last trial stored to verdict posted", judged, GOAL_S)
        pull = next(iter(stage.quick.pulls.values()))
        reacted = [_reacted(stage, pull) for _ in range(given.times * 2)]
        figures.spread("command to reaction", reacted, GOAL_S)
        stage.fake.gateway.breaks.clear()
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)


class _Ends:
    """When the store had the last result of a trial."""

    def __init__(self, stage: Stage) -> None:
        self.at = 0.0
        finish = stage.crew._store.finish

        def finished(*given: object) -> object:
            done = finish(*given)
            self.at = time.monotonic()
            return done

        stage.crew._store.finish = finished


def _rest(stage: Stage) -> None:
    stage.quiet()
    threading.Event().wait(LANE_S)


def _opened(stage: Stage, number: int) -> tuple[Pull, float]:
    branch = f"idea-{number}"
    files = behaving(branch, WORSE if number % 2 else BETTER)
    stage.bob.pushes(stage.quick, branch, files)
    begun = time.monotonic()
    pull = stage.bob.opens_pull(stage.quick, branch)
    _soon(lambda: stage.runs(pull.head.sha))
    return pull, time.monotonic() - begun


def _judged(stage: Stage, pull: Pull, ended: _Ends) -> float:
    def concluded() -> list[CheckRun]:
        return [one for one in stage.runs(pull.head.sha) if one.conclusion]

    _soon(concluded)
    return time.monotonic() - ended.at


def _reacted(stage: Stage, pull: Pull) -> float:
    begun = time.monotonic()
    said = stage.bob.comments(stage.quick, pull, "/gate status")
    _soon(lambda: said.reactions)
    took = time.monotonic() - begun
    _rest(stage)
    return took


def _soon(condition: object) -> None:
    until(condition, "an answer")
