"""Errands share a few threads: who waits for one is known."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.adapters.alive import AliveLocks
from bot.adapters.store import StoreError
from bot.app.pulls.beside.errands import Errand
from bot.compose.serving import judging
from bot.compose.serving.errand_threads import ErrandThreads
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.heirs import Heirs
from bot.compose.serving.holding import Holding
from bot.compose.serving.succession import Left
from bot.domain.errors import GitFault, MachineryFault
from bot.domain.pulls.acts import PullKey
from bot.presentation.words import errands as words
from tests.fakes.store import MemoryStore
from tests.waiting import until

PULL = PullKey(1, 1)
KILLED = GitFault("`git merge-tree` was killed (signal 9).")
AWAY = StoreError("The store is away.")


OTHER = PullKey(1, 2)


def ordered(key: str, pull: PullKey = PULL) -> Errand:
    return cast(Errand, SimpleNamespace(key=key, act=SimpleNamespace(pull=pull)))


def test_whose_turn_has_not_come_is_known_and_whose_has() -> None:
    go, told = threading.Event(), list[str]()

    def work(errand: Errand, pulse: Heartbeat) -> str:
        with pulse.succession.carries("scan"):
            go.wait(20.0)
        return errand.key

    made = ErrandThreads(work, 1)
    made.begin(ordered("a"), told.append)
    made.begin(ordered("b", OTHER), told.append)
    until(lambda: made.waiting() == {OTHER}, "the first to begin")
    assert made.carried() == {PULL}
    go.set()
    until(lambda: made.busy() == 0, "the end")
    assert (made.waiting(), told) == (frozenset(), ["a", "b"])
    made.close()


def test_whoever_fetches_a_release_after_a_restart_goes_on_with_its_trials(
    tmp_path: Path,
) -> None:
    """However many sweeps come meanwhile: nothing it began is killed and paid twice."""
    store, withdrawn, told = MemoryStore(lambda: 0.0), list[str](), list[str]()
    store.wishing = lambda: ["scan"]  # type: ignore[method-assign]
    store.withdraw = lambda one, begun=True: withdrawn.append(one)  # type: ignore[method-assign, misc, assignment]
    holding = Holding(AliveLocks(tmp_path), store)
    fetching, fetched = threading.Event(), threading.Event()

    def work(_: Errand, pulse: Heartbeat) -> str:
        fetching.set()
        fetched.wait(20.0)
        with holding.hold(pulse.succession, "scan"):
            return "Done."

    made = ErrandThreads(work)
    made.begin(ordered("a"), told.append)
    assert fetching.wait(20.0)
    heirs = Heirs({PULL})
    for _ in range(3):
        if heirs.have_come(made.waiting(), ()):
            holding.sweep(heirs.leads)
    spared = not withdrawn
    fetched.set()
    until(lambda: made.busy() == 0, "the end")
    made.close()
    assert (spared, told) == (True, ["Done."])
    assert withdrawn == ["scan"]  # it has ended: nobody goes on with that any more


def test_one_that_rests_before_it_carried_anything_on_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judging, "PAUSES_S", (600.0,))
    failed = threading.Event()

    def work(_: Errand, __: Heartbeat) -> str:
        failed.set()
        raise KILLED

    made = ErrandThreads(work)
    made.begin(ordered("a"), lambda _: None)
    assert failed.wait(20.0)
    resting = made.waiting()
    made.keep(PULL, ())
    stopped = made.waiting()
    made.close()
    assert (resting, stopped) == ({PULL}, frozenset())


class Failing:
    """Work that fails so often, and leaves a scan each time; then it ends."""

    def __init__(self, faults: Sequence[MachineryFault]) -> None:
        self.faults, self.withdrawn = list(faults), list[str]()

    def __call__(self, errand: Errand, pulse: Heartbeat) -> str:
        if not self.faults:
            with pulse.succession.carries("scan"):
                pulse.wait()
            return "Done."
        withdraw = partial(self.withdrawn.append, errand.key)
        pulse.succession.leave("scan", Left(lambda: None, withdraw))
        raise self.faults.pop()


def carried(work: Failing, times: int = 1) -> list[str]:
    """What an errand is answered that is ordered so often, each time to its end."""
    told, made = list[str](), ErrandThreads(work)
    for _ in range(times):
        made.begin(ordered("a"), told.append)
        until(lambda: made.busy() == 0, "the end")
    made.close()
    return told


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "PAUSES_S", (0.0, 0.0))


@pytest.mark.parametrize("fault", [KILLED, AWAY])
def test_a_git_that_is_killed_costs_time_and_no_answer(
    pauses: None, fault: MachineryFault
) -> None:
    work = Failing([fault, fault])
    assert carried(work) == ["Done."]
    assert work.withdrawn == []  # it was gone on with


def test_where_it_does_not_pass_that_is_told_and_nobody_trains_for_it(
    pauses: None,
) -> None:
    work = Failing([KILLED] * 3)
    assert carried(work) == [words.FAILED]
    assert work.withdrawn == ["a"]


def resting(
    monkeypatch: pytest.MonkeyPatch, end: Callable[[ErrandThreads], None]
) -> list[str]:
    """What is withdrawn of an errand that is ended while it waits for a store."""
    monkeypatch.setattr(judging, "PAUSES_S", (600.0,))
    work, told = Failing([AWAY]), list[str]()
    made = ErrandThreads(work)
    made.begin(ordered("a"), told.append)
    until(lambda: not work.faults, "the fault")
    end(made)
    until(lambda: made.busy() == 0, "the end")
    made.close()
    assert told == []
    return work.withdrawn


def test_one_that_is_stopped_while_a_store_is_away_trains_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resting(monkeypatch, lambda made: made.keep(PULL, ())) == ["a"]


def test_another_process_goes_on_with_what_is_let_go_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resting(monkeypatch, lambda made: made.let_go()) == []


def test_trials_that_cannot_be_withdrawn_hold_no_answer_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Stuck(Failing):
        def __call__(self, errand: Errand, pulse: Heartbeat) -> str:
            def fails() -> None:
                raise AWAY

            pulse.succession.leave("scan", Left(lambda: None, fails))
            return "Done."

    assert carried(Stuck([]), 2) == ["Done.", "Done."]
    assert "What a left is withdrawn by a sweep." in caplog.text
