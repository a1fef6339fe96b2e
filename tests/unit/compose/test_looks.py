"""Whoever is slow takes one look at a time, and what failed is tried again."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.app.pulls.ports import Due
from bot.compose.serving.looks import Looks
from bot.domain.pulls.acts import PullKey
from tests.fakes.pulls import MemoryPulls
from tests.waiting import until


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def store(*pulls: PullKey) -> MemoryPulls:
    made = MemoryPulls(time.time)
    for one in pulls:
        made.wake(one, 1, 1.0)
    return made


def test_a_repository_that_is_slow_takes_one_look_at_a_time(
    pool: ThreadPoolExecutor,
) -> None:
    pulls = store(*(PullKey(1, number) for number in range(1, 100)), PullKey(2, 1))
    go_on, seen = threading.Event(), list[PullKey]()

    def look(due: Due) -> None:
        seen.append(due.pull)
        if due.pull.repository == 1:
            go_on.wait()
        pulls.rest(due, None)

    looks = Looks(pulls, look, lambda: None, at_once=4)
    looks.begin(pool)
    until(lambda: PullKey(2, 1) in seen, "the other repository")
    looks.begin(pool)
    assert seen.count(PullKey(1, 1)) == 1
    assert len(seen) == 2
    assert looks.busy()
    go_on.set()
    until(lambda: not looks.busy(), "the end")


def test_the_next_of_a_repository_is_looked_at_as_soon_as_the_last_has_ended(
    pool: ThreadPoolExecutor,
) -> None:
    mine = [PullKey(1, number) for number in range(1, 6)]
    pulls, seen = store(*mine), list[PullKey]()

    def look(due: Due) -> None:
        seen.append(due.pull)
        pulls.rest(due, None)

    looks = Looks(pulls, look, lambda: looks.begin(pool))
    looks.begin(pool)
    until(lambda: seen == mine, "all of them")


def test_a_look_that_failed_rests_and_others_go_on(pool: ThreadPoolExecutor) -> None:
    pulls, ended = store(PullKey(1, 1)), list[None]()

    def look(_due: Due) -> None:
        raise RuntimeError("a look")

    looks = Looks(pulls, look, lambda: ended.append(None))
    looks.begin(pool)
    until(lambda: not looks.busy(), "the end")
    again = pulls.alarms[PullKey(1, 1)].at
    assert again is not None
    assert again > 1.0
    assert ended == []
