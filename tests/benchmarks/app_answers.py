"""How soon people see an answer: a check run, a reaction, a verdict."""

import argparse
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bot.app.pulls.ports import Queued
from bot.domain.pulls.posts import CheckPost
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
    with staged(folder, pace=1.0, database=given.database) as stage:
        steps = _Steps(stage)
        _rest(stage)
        opened, judged = list[float](), list[float]()
        for number in range(given.times):
            pull, seen = _opened(stage, number)
            opened.append(seen)
            judged.append(_judged(stage, pull, steps))
            _rest(stage)
        figures.spread("opened to check run visible", opened, GOAL_S)
        figures.spread("last trial stored to verdict posted", judged, GOAL_S)
        for what, parts in steps.parts.items():
            figures.note(f"  of it, {what}: {_spread(parts)}")
        pull = next(iter(stage.quick.pulls.values()))
        reacted = [_reacted(stage, pull) for _ in range(given.times * 2)]
        figures.spread("command to reaction", reacted, GOAL_S)
        stage.fake.gateway.breaks.clear()
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)


STEPS = ("judged", "looked at and said", "in its turn", "sent and seen")
"""What comes between the last trial in the store and the verdict on GitHub."""


class _Steps:
    """When each step was done last, and how long they took."""

    def __init__(self, stage: Stage) -> None:
        self.at = dict.fromkeys(("stored", *STEPS), 0.0)
        self.parts = {step: list[float]() for step in STEPS}
        app = stage.app_now
        self._mark(stage.crew._store, "finish", "stored")
        self._mark(app.evaluations, "_wake", "judged")
        self._mark(app.pulls, "say", "looked at and said")
        self._mark(app.pulls, "begun", "in its turn", self._is_verdict)

    def _mark(
        self,
        owner: object,
        method: str,
        step: str,
        counts: Callable[..., bool] = lambda *_: True,
    ) -> None:
        plain = getattr(owner, method)

        def marked(*given: object) -> object:
            done = plain(*given)
            if counts(*given):
                self.at[step] = time.monotonic()
            return done

        setattr(owner, method, marked)

    @staticmethod
    def _is_verdict(one: Queued) -> bool:
        post = one.post
        return isinstance(post, CheckPost) and post.change.conclusion is not None

    def seen(self) -> float:
        """The verdict is seen now; how long after the last trial."""
        self.at[STEPS[-1]] = time.monotonic()
        times = list(self.at.values())
        for step, before, after in zip(STEPS, times, times[1:], strict=False):
            self.parts[step].append(after - before)
        return times[-1] - times[0]


def _spread(parts: list[float]) -> str:
    return f"p50 {statistics.median(parts):.2f} s, most {max(parts):.2f} s"


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


def _judged(stage: Stage, pull: Pull, steps: _Steps) -> float:
    def concluded() -> list[CheckRun]:
        return [one for one in stage.runs(pull.head.sha) if one.conclusion]

    _soon(concluded)
    return steps.seen()


def _reacted(stage: Stage, pull: Pull) -> float:
    begun = time.monotonic()
    said = stage.bob.comments(stage.quick, pull, "/gate status")
    _soon(lambda: said.reactions)
    took = time.monotonic() - begun
    _rest(stage)
    return took


def _soon(condition: object) -> None:
    until(condition, "an answer")
