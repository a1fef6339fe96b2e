"""An evaluation whose store fails waits for it, and ends as our own fault at last."""

from typing import cast

import pytest

from bot.adapters.store import StoreError
from bot.app.pulls.evaluations import Done, Task
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.judging import PAUSES_S, Judging
from bot.domain.conclusions import OwnFault

FULL = StoreError("The disk is full.", "Free some space.")
GOOD = Done(OwnFault("anything", ""))


class Clock:
    """A heartbeat of a second each."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wait(self) -> None:
        self.seconds += 1.0


def ended(monkeypatch: pytest.MonkeyPatch, failures: int) -> tuple[Done, float]:
    """What came of a task whose store failed so often, and seconds it took."""
    judging, clock = Judging("secret", lambda _: pytest.fail("no bench"), None), Clock()
    left = [FULL] * failures

    def judged(*_: object) -> Done:
        if left:
            raise left.pop()
        return GOOD

    monkeypatch.setattr(judging, "_judged", judged)
    task, pulse = cast(Task, None), cast(Heartbeat, clock)
    return judging(task, pulse, lambda _: None), clock.seconds


def test_a_store_that_comes_back_costs_time_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ended(monkeypatch, 3) == (GOOD, sum(PAUSES_S[:3]))


def test_a_store_that_stays_away_is_our_own_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told, seconds = ended(monkeypatch, len(PAUSES_S) + 1)
    assert told.outcome == OwnFault("The disk is full.", "Free some space.")
    assert seconds == sum(PAUSES_S)
