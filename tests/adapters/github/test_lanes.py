"""Lanes of several installations, and many threads at one of them."""

import threading

import pytest

from bot.adapters.github import Lanes
from bot.domain.errors import MachineryFault
from bot.domain.github import Go, Priority, Rest, Waiting
from tests.fakes.pulls import MemoryPulls

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


def test_a_process_that_starts_every_minute_writes_no_more_than_one_that_stays() -> (
    None
):
    notes, now, went = MemoryPulls(lambda: 0.0), 0.0, list[float]()
    while now < 7200.0:
        lanes = Lanes(notes)
        for _ in range(60):
            went += [now] * isinstance(lanes.turn(1, ONE, now), Go)
            now += 1.0
    most = max(sum(at <= one < at + 3600.0 for one in went) for at in went)
    assert 400 < most <= 500


def test_a_start_does_not_end_a_rest_that_github_asked_for() -> None:
    notes = MemoryPulls(lambda: 0.0)
    Lanes(notes).rest(1, 99.0)
    assert Lanes(notes).turn(1, ONE, 10.0) == Rest(99.0)
    assert isinstance(Lanes(notes).turn(2, ONE, 10.0), Go)


def test_one_that_leads_again_counts_what_went_meanwhile() -> None:
    notes = MemoryPulls(lambda: 0.0)
    mine, other = Lanes(notes), Lanes(notes)
    assert isinstance(mine.turn(1, ONE, 10.0), Go)
    assert isinstance(other.turn(1, ONE, 20.0), Go)
    mine.recall()
    assert mine.turn(1, ONE, 20.5) == Rest(21.0)


def test_what_cannot_be_counted_does_not_go() -> None:
    notes = MemoryPulls(lambda: 0.0)
    lanes = Lanes(notes)
    assert isinstance(lanes.turn(1, ONE, 10.0), Go)
    notes.fault = MachineryFault("The store is away.", "Wait.")
    with pytest.raises(MachineryFault):
        lanes.turn(1, ONE, 20.0)
    notes.fault = None
    assert isinstance(lanes.turn(1, ONE, 20.0), Go)


def test_a_rest_that_cannot_be_kept_is_a_rest() -> None:
    notes = MemoryPulls(lambda: 0.0)
    lanes = Lanes(notes)
    assert isinstance(lanes.turn(1, ONE, 10.0), Go)
    notes.fault = MachineryFault("The store is away.", "Wait.")
    with pytest.raises(MachineryFault):
        lanes.rest(1, 99.0)
    assert lanes.turn(1, ONE, 20.0) == Rest(99.0)
