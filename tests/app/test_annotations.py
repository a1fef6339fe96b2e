"""Marks on files: all of them, in portions, each once, whatever happens between two."""

from pathlib import Path
from typing import Any

import pytest

from bot.app.pulls.ports import Queued, Remote
from bot.domain.pulls.posts import CheckPost
from tests.app.stage import Stage, behaving, staged
from tests.app.test_crashes import Killed
from tests.fakegithub.records import CheckRun, Pull
from tests.samples.quick import BETTER, quick_policy
from tests.waiting import until

MARKS, PORTION = 120, 50
GUARDED = quick_policy(rest='protected: ["guarded/*"]\n')
NAMES = [f"guarded/{number:03}.txt" for number in range(MARKS)]


def touches(stage: Stage) -> Pull:
    """Bob changes more protected files than one request can mark."""
    files = {**behaving("idea", BETTER), **dict.fromkeys(NAMES, "mine\n")}
    stage.bob.pushes(stage.quick, "idea", files)
    return stage.bob.opens_pull(stage.quick, "idea")


def marked(run: CheckRun) -> list[str]:
    return sorted(one["path"] for one in run.annotations)


def test_more_marks_than_one_request_takes_are_all_there_and_each_once(
    tmp_path: Path,
) -> None:
    with staged(tmp_path, GUARDED) as stage:
        pull = touches(stage)
        run = stage.concluded(pull.head.sha, "failure")
        assert marked(run) == NAMES
        stage.looks(pull)
        stage.quiet()
        assert marked(stage.run(pull.head.sha)) == NAMES
        stage.page(pull)


class DiesBetween:
    """The outbox of a process that dies when it has made so many marks."""

    def __init__(self, outbox: Any, made: int) -> None:
        self._outbox, self._made = outbox, made
        self.died = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    def sent(self, one: Queued, remote: Remote | None) -> None:
        self._die(one, remote)
        self._outbox.sent(one, remote)

    def later(
        self, one: Queued, at: float, why: str, remote: Remote | None = None
    ) -> None:
        self._die(one, remote)
        self._outbox.later(one, at, why, remote)

    def _die(self, one: Queued, remote: Remote | None) -> None:
        made = 0 if remote is None else remote.annotations
        if not self.died and isinstance(one.post, CheckPost) and made == self._made:
            self.died = True
            raise Killed


@pytest.mark.parametrize("made", [PORTION, 2 * PORTION, MARKS])
def test_none_is_doubled_where_it_dies_between_two_portions(
    tmp_path: Path, made: int
) -> None:
    with staged(tmp_path, GUARDED) as stage:
        dying = stage.posts_through(lambda outbox: DiesBetween(outbox, made))
        pull = touches(stage)
        until(lambda: dying.died, "the App dies")
        assert len(stage.run(pull.head.sha).annotations) == made
        stage.end()
        stage.begin()
        stage.looks(pull)
        run = stage.concluded(pull.head.sha, "failure")
        assert marked(run) == NAMES
        stage.page(pull)
