"""Repositories that git cannot bring here, or only slowly: nobody waits for them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app.mirroring import (
    Gone,
    Mirror,
    MirrorError,
    MirrorFailure,
    TooLarge,
    Unfit,
    Unreachable,
    Wanted,
)
from bot.app.pulls import remembered
from bot.app.pulls.sweeping.resting import after_push
from bot.domain.github import Place, Secret
from tests.fakes.yard import DAY_S, START, Yard, files, yard

MINUTE_S, HOUR_S = 60.0, 3_600.0
LARGE = TooLarge("It is larger than 10 GiB.")
SLOW = Unreachable("It did not end in 1800 s.")


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


class Git:
    """Fails to bring repositories here, each after some seconds; the others go well."""

    def __init__(self, gate: Yard, patch: pytest.MonkeyPatch) -> None:
        self.tries: list[tuple[float, Place]] = []
        self._gate, self._real = gate, gate.mirrors.refresh
        self._failing: dict[Place, tuple[MirrorFailure, float]] = {}
        patch.setattr(gate.mirrors, "refresh", self._refresh)

    def fails(self, place: Place, failure: MirrorFailure, after: float = 0.0) -> None:
        self._failing[place] = failure, after

    def mends(self, place: Place) -> None:
        del self._failing[place]

    def times(self, place: Place) -> list[float]:
        """When it was tried, in seconds of the story."""
        return [at - START for at, one in self.tries if one == place]

    def _refresh(
        self, place: Place, name: str, token: Secret, wanted: Sequence[Wanted]
    ) -> Mirror:
        self.tries.append((self._gate.clock.now, place))
        if place not in self._failing:
            return self._real(place, name, token, wanted)
        failure, after = self._failing[place]
        self._gate.clock.now += after
        raise MirrorError(failure)


@pytest.fixture
def git(gate: Yard, monkeypatch: pytest.MonkeyPatch) -> Git:
    return Git(gate, monkeypatch)


def sweeps(gate: Yard, seconds: float, every: float = 10 * MINUTE_S) -> None:
    """Sweeps for so long."""
    until = gate.clock.now + seconds
    while gate.clock.now < until:
        gate.reconciler.sweep()
        gate.clock.now += every


def push(gate: Yard) -> bool:
    """Whether a push is looked at."""
    try:
        with after_push(gate.reach, gate.place):
            gate.bases.look(gate.place, ["main"], {})
    except MirrorError as fault:
        return "rests" not in str(fault)
    return True


# Pauses -----------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [LARGE, Unfit("It holds `.git`.")])
def test_what_cannot_be_brought_here_is_tried_once_a_day_in_the_end(
    gate: Yard, git: Git, failure: MirrorFailure
) -> None:
    gate.opens()
    git.fails(gate.place, failure)
    sweeps(gate, 3 * DAY_S)
    first = [0.0, 10 * MINUTE_S, 70 * MINUTE_S, 430 * MINUTE_S]
    assert git.times(gate.place) == [*first, *(first[-1] + n * DAY_S for n in (1, 2))]


def test_one_that_fails_after_long_takes_a_small_part_of_the_time(
    gate: Yard, git: Git
) -> None:
    gate.opens()
    git.fails(gate.place, SLOW, after=30 * MINUTE_S)
    sweeps(gate, 10 * DAY_S)
    assert len(git.times(gate.place)) * 30 * MINUTE_S < 10 * DAY_S / 15
    before = git.times(gate.place)[-1]
    sweeps(gate, DAY_S)
    assert git.times(gate.place)[-1] > before


def test_where_git_is_away_for_hours_nobody_waits_long_after_that(
    gate: Yard, git: Git
) -> None:
    gate.opens()
    git.fails(gate.place, SLOW, after=MINUTE_S)
    sweeps(gate, 6 * HOUR_S)
    git.mends(gate.place)
    before = len(git.tries)
    sweeps(gate, 20 * MINUTE_S, every=MINUTE_S)
    assert len(git.tries) > before


@pytest.mark.parametrize("failure", [Unreachable("away"), Gone("renamed")])
def test_what_fails_quickly_is_tried_in_every_sweep(
    gate: Yard, git: Git, failure: MirrorFailure
) -> None:
    gate.opens()
    git.fails(gate.place, failure, after=10.0)
    sweeps(gate, HOUR_S, every=5 * MINUTE_S)
    assert len(git.tries) >= 11


def test_a_success_ends_the_pauses(gate: Yard, git: Git) -> None:
    gate.opens()
    for _ in range(2):
        git.fails(gate.place, LARGE)
        gate.reconciler.sweep()
        gate.clock.now += 10 * MINUTE_S
        git.mends(gate.place)
        gate.reconciler.sweep()
        assert remembered.rest(gate.store, gate.place.repository) is None
    assert len(git.tries) == 4


def test_while_one_rests_its_pull_requests_are_gone_through(
    gate: Yard, git: Git
) -> None:
    git.fails(gate.place, LARGE)
    gate.opens()
    gate.reconciler.sweep()
    second = gate.opens("another")
    gate.clock.now += MINUTE_S
    report = gate.reconciler.sweep()
    assert (report.pulls, report.troubled, len(git.tries)) == (2, 1, 1)
    assert second.number in gate.due()


# News -------------------------------------------------------------------------------


def test_a_new_pull_request_has_it_tried_sooner_and_once(gate: Yard, git: Git) -> None:
    gate.opens()
    git.fails(gate.place, LARGE)
    sweeps(gate, 2 * HOUR_S)
    assert len(git.tries) == 3  # it rests for 6 hours
    gate.opens("another")
    sweeps(gate, 3 * HOUR_S)
    assert len(git.tries) == 4  # and then for a day


def test_pushes_have_it_tried_sooner_and_never_again_and_again(
    gate: Yard, git: Git
) -> None:
    gate.opens()
    git.fails(gate.place, LARGE)
    gate.reconciler.sweep()
    assert not push(gate)
    for _ in range(24 * 60):
        push(gate)
        gate.clock.now += MINUTE_S
    tries = [0.0, 10 * MINUTE_S, 20 * MINUTE_S, 80 * MINUTE_S, 440 * MINUTE_S]
    assert git.times(gate.place)[:5] == tries
    assert len(git.tries) == 7


def test_a_push_to_one_that_rests_is_found_by_a_sweep(gate: Yard, git: Git) -> None:
    gate.opens()
    git.fails(gate.place, LARGE)
    sweeps(gate, 2 * HOUR_S)
    push(gate)  # an hour is not over yet
    git.mends(gate.place)
    before = len(git.tries)
    sweeps(gate, HOUR_S)
    assert len(git.tries) > before
    assert remembered.tips(gate.store, gate.place.repository)["main"] == gate.tip()


# Others -----------------------------------------------------------------------------


def test_one_sweep_waits_for_no_more_than_one_that_takes_long(
    gate: Yard, git: Git
) -> None:
    gate.judges(gate.opens())
    gate.reconciler.sweep()
    huge = [gate.founds(f"big/n{number}", files()) for number in range(3)]
    for place in huge:
        git.fails(place, SLOW, after=30 * MINUTE_S)
        gate.opens(place=place)
    gate.commits({"notes.txt": "a\n"})
    first = gate.clock.now
    for number in range(1, 7):
        report = gate.reconciler.sweep()
        assert gate.clock.now == first + number * 30 * MINUTE_S
        assert report.pulls == 4
        known = remembered.tips(gate.store, gate.place.repository)
        assert known["main"] == gate.tip()
    assert all(git.times(place) for place in huge)


def test_who_has_to_wait_for_the_next_sweep_is_not_looked_at_in_vain(
    gate: Yard, git: Git
) -> None:
    bare = gate.founds("big/bare", files(policy=None))
    gate.opens(place=bare)
    gate.opens()
    git.fails(gate.place, SLOW, after=30 * MINUTE_S)
    report = gate.reconciler.sweep()
    assert (report.troubled, report.woken) == (2, 1)
    assert git.times(bare) == []
    report = gate.reconciler.sweep()
    assert (report.troubled, report.woken) == (1, 1)
    assert len(git.times(bare)) == 1


def test_one_that_is_not_reached_any_more_begins_anew(gate: Yard, git: Git) -> None:
    gate.opens()
    git.fails(gate.place, LARGE)
    gate.reconciler.sweep()
    town = gate.github.towns.pop(gate.place)
    gate.reconciler.sweep()
    gate.github.towns[gate.place] = town
    gate.reconciler.sweep()
    assert len(git.tries) == 2


def test_what_nobody_asks_anything_of_is_not_brought_here(gate: Yard, git: Git) -> None:
    for _ in range(2):
        report = gate.reconciler.sweep()
        assert (report.repositories, report.troubled) == (1, 0)
    assert git.tries == []
    gate.opens()
    gate.reconciler.sweep()
    assert len(git.tries) == 1
