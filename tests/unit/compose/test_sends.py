"""Posts are sent one of each installation at a time, and the next one at once."""

import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.adapters.store import StoreError
from bot.app.pulls.ports import Queued
from bot.app.pulls.sending import Picked
from bot.compose.serving.loops import Loop
from bot.compose.serving.sends import IDLE_S, RESTING_S, Sends, pause
from bot.domain.github import Place, Reaction
from bot.domain.pulls.posts import ReactionPost
from tests.fakes.pulls import MemoryPulls
from tests.waiting import until

POST = ReactionPost(Place(1, 7), 3, Reaction.SEEN)


class Picks:
    """Gives what waits, unless it is busy; `fault` is what sending raises."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.sent = fault, 0
        self.store = MemoryPulls(time.time)
        self.store.put([POST])

    def pick(self, busy: Collection[int] = ()) -> Picked:
        found = self.store.waiting(time.time(), 1)
        return Picked(tuple(one for one in found if one.installation not in busy), 5.0)

    def send(self, one: Queued) -> None:
        self.sent += 1
        if self.fault is not None:
            raise self.fault
        self.store.sent(one, None)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def tried(pool: ThreadPoolExecutor, picks: Picks) -> int:
    """How often it was rung for the next one after one try."""
    rung = list[bool]()
    sends = Sends(picks.store, lambda: picks, lambda: rung.append(sends.busy()))
    assert sends.begin(pool) == 5.0
    pool.submit(int).result()
    assert picks.sent == 1
    assert True not in rung
    return len(rung)


def test_what_was_sent_lets_the_next_one_go_at_once(pool: ThreadPoolExecutor) -> None:
    picks = Picks()
    assert tried(pool, picks) == 1
    assert picks.store.next_at() is None


def test_what_nobody_foresaw_is_tried_again_later(pool: ThreadPoolExecutor) -> None:
    picks = Picks(ValueError("odd"))
    assert tried(pool, picks) == 1
    assert picks.pick().now == ()
    assert picks.store.next_at() is not None


def test_a_store_that_fails_is_not_asked_again_at_once(
    pool: ThreadPoolExecutor,
) -> None:
    picks = Picks(StoreError("The store is full.", "Make room."))
    assert tried(pool, picks) == 0
    assert len(picks.pick().now) == 1


@pytest.mark.parametrize(
    ("again_in", "pauses"),
    [(None, IDLE_S), (-1.0, 0.01), (0.5, 0.5), (3600.0, RESTING_S)],
)
def test_what_has_to_rest_is_not_read_again_and_again(
    again_in: float | None, pauses: float
) -> None:
    now = 1_000_000.0
    again_at = None if again_in is None else now + again_in
    assert pause(again_at, now) == pauses
    assert RESTING_S >= 8 * IDLE_S


def test_a_lane_that_rests_is_not_asked_all_the_time() -> None:
    stop, looked = threading.Event(), list[float]()

    def look() -> float:
        looked.append(time.monotonic())
        return pause(time.time() + 3600.0, time.time())

    loop = Loop("sends", look, stop)
    loop.start()
    until(lambda: looked, "it is looked at once")
    loop.ring()
    until(lambda: len(looked) == 2, "and again, for somebody rang")
    assert looked[1] - looked[0] < RESTING_S
    stop.set()
    loop.join(10)
