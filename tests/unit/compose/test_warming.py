"""Baselines are refreshed one after the other, whatever goes wrong with one."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from bot.adapters.store import StoreError
from bot.app.mirroring import Mirrors
from bot.app.pulls import remembered
from bot.app.pulls.beside.alarms import Alarms
from bot.app.pulls.known import Known
from bot.app.pulls.ports import PullStore
from bot.compose.serving.errands import ErrandWork
from bot.compose.serving.warming import Warming, Warmth
from bot.domain.errors import GitFault, MachineryFault, UserFault
from bot.domain.github import GitHubError, Place, Transient
from tests.waiting import until


class Notes(dict[str, str]):
    """What was kept."""

    def recall(self, name: str) -> str:
        return self.get(name, "")

    def remember(self, name: str, text: str) -> None:
        self[name] = text


def asked(fault: Exception) -> Sequence[int]:
    """Of which repositories a baseline was asked for, where that of the first fails."""
    store = cast(PullStore, Notes())
    remembered.keep_reached(store, {1: 9, 2: 9})
    for one in (1, 2):
        remembered.keep_tips(store, one, {"main": "a" * 40})
    warming, asked = failing(store, fault, free=True)
    warming.look()
    until(lambda: warming.asked, "all were asked for")
    warming.close()
    return asked


def failing(
    store: PullStore, fault: Exception, *, free: bool
) -> tuple[Warming, Sequence[int]]:
    """Asked for baselines that of the first repository fails; of which it was asked."""
    asked = list[int]()

    def known(place: Place) -> None:
        asked.append(place.repository)
        if place.repository == 1:
            raise fault

    nothing = SimpleNamespace()
    warming = Warming(
        Warmth(
            store,
            cast(Mirrors, SimpleNamespace(known=known)),
            cast(Known, nothing),
            cast(ErrandWork, nothing),
            cast(Alarms, nothing),
            lambda: free,
        )
    )
    return warming, asked


@pytest.mark.parametrize(
    "fault",
    [
        GitFault("git could not read our own copy of the repository."),
        UserFault("The policy's `anchor` is gone.", "Pin another release."),
        MachineryFault("A trial was lost."),
        GitHubError(Transient("It hung up.")),
    ],
)
def test_one_repository_starves_no_other(
    caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    assert asked(fault) == [1, 2]
    (told,) = caplog.records
    assert "'main' in repository 1 was not refreshed" in told.getMessage()
    assert told.exc_info is None


def test_a_store_that_is_away_is_the_trouble_of_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert asked(StoreError("The store is away.")) == [1]


def test_what_was_run_before_a_restart_is_looked_for_though_one_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = cast(PullStore, Notes())
    remembered.keep_reached(store, {1: 9, 2: 9})
    for one in (1, 2):
        remembered.keep_prewarms(store, one, {"main": "a" * 40})
    warming, asked = failing(store, GitFault("git was killed."), free=False)
    assert warming.left()  # till it was looked at nobody knows
    warming.look()
    until(lambda: not warming.left(), "nothing is left")
    warming.close()
    assert asked == [1, 2]
    (told,) = caplog.records
    assert "'main' in repository 1 was not run ahead" in told.getMessage()
