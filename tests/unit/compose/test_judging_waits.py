"""An evaluation whose store or git fails waits, and ends as our own fault at last."""

from typing import cast

import pytest

from bot.adapters.store import StoreError
from bot.app.pulls.evaluations import Done, Task
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.judging import PAUSES_S, Judging
from bot.domain.conclusions import OwnFault
from bot.domain.errors import GitFault, MachineryFault

FULL = StoreError("The disk is full.", "Free some space.")
KILLED = GitFault("`git merge-tree` was killed (signal 9).")
GOOD = Done(OwnFault("anything", ""))


class Clock:
    """A heartbeat of a second each."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wait(self) -> None:
        self.seconds += 1.0


def ended(
    monkeypatch: pytest.MonkeyPatch, failures: int, fault: MachineryFault = FULL
) -> tuple[Done, float]:
    """What came of a task that failed so often by that, and seconds it took."""
    bench, clock = lambda _: pytest.fail("no bench"), Clock()
    judging = Judging("secret", bench, None, lambda _: pytest.fail("nothing pinned"))
    left = [fault] * failures

    def judged(*_: object) -> Done:
        if left:
            raise left.pop()
        return GOOD

    monkeypatch.setattr(judging, "_judged", judged)
    task, pulse = cast(Task, None), cast(Heartbeat, clock)
    return judging(task, pulse, lambda _: None), clock.seconds


@pytest.mark.parametrize("fault", [FULL, KILLED])
def test_a_store_that_comes_back_costs_time_alone(
    monkeypatch: pytest.MonkeyPatch, fault: MachineryFault
) -> None:
    """So does a git that is killed where memory is short, and then is not."""
    assert ended(monkeypatch, 3, fault) == (GOOD, sum(PAUSES_S[:3]))


def test_a_store_that_stays_away_is_our_own_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, seconds = ended(monkeypatch, len(PAUSES_S) + 1)
    assert told.outcome == OwnFault("The disk is full.", "Free some space.")
    assert seconds == sum(PAUSES_S)


def test_a_git_that_is_killed_again_and_again_is_our_own_fault_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, seconds = ended(monkeypatch, len(PAUSES_S) + 1, KILLED)
    assert told.outcome == OwnFault("`git merge-tree` was killed (signal 9).")
    assert seconds == sum(PAUSES_S)


@pytest.mark.parametrize(
    ("problem", "mend"),
    [
        ("The mirror /srv/gate/cache/mirrors/7.git cannot be worked on.", ""),
        ("The disk is full.", "Make room in '/srv/gate/cache'."),
        ("unable to write ~/.cache/seedgate/x", ""),
    ],
)
def test_where_that_lies_on_our_machine_is_for_the_log_alone(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    problem: str,
    mend: str,
) -> None:
    told, _ = ended(monkeypatch, 1, MachineryFault(problem, mend))
    assert told.outcome == OwnFault()
    assert problem in caplog.text


def test_what_names_no_place_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = MachineryFault("No machine answers.", "Say /gate run, and/or wait.")
    told, _ = ended(monkeypatch, 1, fault)
    assert told.outcome == OwnFault(fault.problem, fault.mend)
