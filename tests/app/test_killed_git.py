"""One git is killed, as where memory is short, or what it reads goes away under it."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import Popen
from typing import Literal

import pytest

from bot.adapters.repository import command
from bot.adapters.repository.bounds import Bounds, Collected, collected
from bot.compose.serving import judging
from tests.app.stage import Stage, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER

Who = Literal["look", "evaluation", "errand"]


def killed(found: Collected) -> Collected:
    return replace(found, status=-9, output=b"", words=b"")


def mute(found: Collected) -> Collected:
    return replace(found, status=128, output=b"", words=b"")


@dataclass
class Strikes:
    """What becomes of gits of a verb that looks, evaluations or errands start.

    Of as many as are `left`; nothing of those that work on something else than mirrors.
    """

    who: Who
    verb: str
    left: int
    ends: Callable[[Collected], Collected] = killed
    struck: list[str] = field(default_factory=list)

    def __call__(self, process: "Popen[bytes]", bounds: Bounds) -> Collected:
        found = collected(process, bounds)
        mine = threading.current_thread().name.startswith(self.who)
        if not (mine and self.left and self.verb in process.args):  # type: ignore[operator]
            return found
        self.left -= 1
        self.struck.append(self.verb)
        return self.ends(found)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "PAUSES_S", (0.0, 0.0))


def texts(stage: Stage, pull: Pull) -> str:
    """All that is on GitHub of a pull request."""
    runs = [repr(one.output) for one in stage.runs(pull.head.sha)]
    return "\n".join([*runs, *(one.body for one in stage.comments(pull))])


@pytest.mark.parametrize(
    ("who", "verb", "ends"),
    [
        ("look", "merge-tree", killed),
        ("look", "merge-tree", mute),
        ("look", "rev-parse", killed),
        ("evaluation", "merge-tree", killed),
    ],
)
def test_it_costs_a_moment_and_no_answer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: None,
    who: Who,
    verb: str,
    ends: Callable[[Collected], Collected],
) -> None:
    strikes = Strikes(who, verb, 1, ends)
    with staged(tmp_path) as stage:
        monkeypatch.setattr(command, "collected", strikes)
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        assert strikes.struck == [verb]
        assert str(stage.cache) not in texts(stage, pull)
        stage.page(pull)


def test_it_costs_no_answer_of_what_was_ordered_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: None
) -> None:
    strikes = Strikes("errand", "merge-tree", 1)
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        monkeypatch.setattr(command, "collected", strikes)
        stage.says(stage.bob, pull, f"/gate split without={pull.head.sha[:7]}")
        stage.quiet()
        assert strikes.struck == ["merge-tree"]
        assert "could not be done" not in texts(stage, pull)
        stage.page(pull)


def test_a_mirror_that_goes_away_during_a_look_is_fetched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanished(found: Collected) -> Collected:
        shutil.rmtree(tmp_path / "cache" / "mirrors")
        return found

    strikes = Strikes("look", "merge-tree", 1, vanished)
    with staged(tmp_path) as stage:
        monkeypatch.setattr(command, "collected", strikes)
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        assert strikes.struck
        stage.page(pull)


def test_where_it_does_not_pass_nobody_is_to_blame_and_it_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: None
) -> None:
    strikes = Strikes("evaluation", "merge-tree", 1_000)
    with staged(tmp_path) as stage:
        monkeypatch.setattr(command, "collected", strikes)
        pull = stage.proposes("idea", BETTER)
        run = stage.concluded(pull.head.sha, "failure")
        assert len(strikes.struck) == 1 + len(judging.PAUSES_S)
        assert "own fault" in texts(stage, pull)
        assert "Not possible" not in texts(stage, pull)
        assert str(stage.cache) not in texts(stage, pull)
        assert "Run again" in [one["label"] for one in run.actions]
        strikes.left = 0
        stage.page(pull)
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)
