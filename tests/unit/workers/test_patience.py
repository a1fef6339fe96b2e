"""A queue that fails for a while, and a dispatcher that waits for its turn to lead."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.cluster import Clock
from workers.contract import QueueError
from workers.dispatcher import LeaderLock
from workers.dispatcher.leader import lead
from workers.dispatcher.patience import Patience

GONE = QueueError("The connection was lost.")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(clock, 30.0)


def test_failures_are_endured_for_a_while(clock: Clock, patience: Patience) -> None:
    patience.endure(GONE)
    clock.seconds += 29.0
    patience.endure(GONE)
    assert patience.tried
    clock.seconds += 1.0
    with pytest.raises(QueueError, match="was lost"):
        patience.endure(GONE)


def test_a_success_begins_a_new_row(clock: Clock, patience: Patience) -> None:
    patience.endure(GONE)
    clock.seconds += 29.0
    patience.relieve()
    assert not patience.tried
    patience.endure(GONE)
    clock.seconds += 29.0
    patience.endure(GONE)


class Queue:
    """Says who leads, as a test has it: True, False, or an error."""

    def __init__(self, *answers: bool | QueueError) -> None:
        self.answers = list(answers)

    def lead(self) -> bool:
        answer = self.answers.pop(0)
        if isinstance(answer, QueueError):
            raise answer
        return answer


@pytest.fixture
def wait(
    tmp_path: Path, patience: Patience, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Queue], bool]]:
    """Waits to lead a queue; every wait moves the clock, and after 60 s it is over."""

    def sleep(seconds: float) -> None:
        clock.seconds += seconds

    monkeypatch.setattr("workers.dispatcher.leader.time.sleep", sleep)
    lock = LeaderLock(tmp_path / "lock")

    def waited(queue: Queue) -> bool:
        end = clock.seconds + 60.0
        return lead(lock, queue, patience, lambda: clock.seconds >= end)  # type: ignore[arg-type]

    yield waited
    lock.release()


def test_who_leads_machine_and_queue_may_serve(
    wait: Callable[[Queue], bool], tmp_path: Path
) -> None:
    assert wait(Queue(True))
    assert not LeaderLock(tmp_path / "lock").take()


def test_while_the_queue_lets_it_wait_another_may_lead_the_machine(
    wait: Callable[[Queue], bool],
    tmp_path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken: list[bool] = []

    class Watched(Queue):
        def lead(self) -> bool:
            other = LeaderLock(tmp_path / "lock")
            taken.append(other.take())
            other.release()
            return super().lead()

    assert wait(Watched(False, False, True))
    assert taken == [False, False, False]  # only between two questions
    assert clock.seconds == pytest.approx(1_000.4)
    assert caplog.messages == ["Another dispatcher leads the queue. Standing by."]


def test_after_the_queue_failed_the_one_who_led_comes_first(
    wait: Callable[[Queue], bool], clock: Clock
) -> None:
    assert wait(Queue(False, GONE, True))
    assert clock.seconds == pytest.approx(1_005.2)


def test_a_queue_that_stays_away_ends_the_wait(wait: Callable[[Queue], bool]) -> None:
    with pytest.raises(QueueError):
        wait(Queue(*[GONE] * 10))


def test_one_that_never_leads_ends_when_it_is_told_to(
    wait: Callable[[Queue], bool], tmp_path: Path
) -> None:
    assert not wait(Queue(*[False] * 1_000))
    free = LeaderLock(tmp_path / "lock")
    assert free.take()
    free.release()
