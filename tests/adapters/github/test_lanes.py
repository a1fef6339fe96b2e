"""Lanes of several installations, and many threads at one of them."""

import threading

from bot.adapters.github import Lanes
from bot.domain.github import Go, Priority, Rest, Waiting

ONE = [Waiting("a", Priority.COMMENT, 0.0)]


def test_installations_do_not_wait_for_each_other() -> None:
    lanes = Lanes()
    assert isinstance(lanes.turn(1, ONE, 10.0), Go)
    assert lanes.turn(1, ONE, 10.0) == Rest(11.0)
    assert isinstance(lanes.turn(2, ONE, 10.0), Go)
    lanes.rest(2, 99.0)
    assert lanes.turn(2, ONE, 12.0) == Rest(99.0)
    assert isinstance(lanes.turn(1, ONE, 12.0), Go)


def test_of_many_threads_at_once_one_goes() -> None:
    lanes, went = Lanes(), []

    def asks() -> None:
        if isinstance(lanes.turn(1, ONE, 10.0), Go):
            went.append(1)

    threads = [threading.Thread(target=asks) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert went == [1]
