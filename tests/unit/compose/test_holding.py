"""Evaluations that are stopped leave no wishes; those of a process that ends do."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.adapters.alive import AliveLocks
from bot.adapters.store import StoreError
from bot.compose.serving.heartbeat import Followed, LetGo, Stopped
from bot.compose.serving.holding import SPARED_S, Holding
from bot.compose.serving.judging import PAUSES_S
from bot.compose.serving.succession import Succession
from bot.domain.errors import GitFault, MachineryFault
from tests.fakes.store import MemoryStore
from tests.unit.compose.clock import Clock


class Wishes(MemoryStore):
    """Two evaluations want trials."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.withdrawn: list[str] = []
        self.halted: list[str] = []

    def wishing(self) -> Sequence[str]:
        return ["one", "two"]

    def withdraw(self, evaluation: str, *, begun: bool = True) -> None:
        (self.withdrawn if begun else self.halted).append(evaluation)


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


def leads() -> bool:
    return True


@pytest.fixture
def holding(wishes: Wishes, tmp_path: Path, clock: Clock) -> Holding:
    return Holding(AliveLocks(tmp_path), wishes, clock)


@pytest.mark.parametrize("why", [Stopped, RuntimeError])
def test_what_is_stopped_is_withdrawn(
    holding: Holding, wishes: Wishes, why: type[Exception]
) -> None:
    with pytest.raises(why), holding.hold(Succession(), "one"):
        raise why
    assert wishes.withdrawn == ["one"]


def test_so_is_what_a_verdict_did_not_need(holding: Holding, wishes: Wishes) -> None:
    with holding.hold(Succession(), "one"):
        assert wishes.withdrawn == []
    assert wishes.withdrawn == ["one"]


def test_what_ends_with_the_process_is_not(holding: Holding, wishes: Wishes) -> None:
    with pytest.raises(LetGo), holding.hold(Succession(), "one"):
        raise LetGo
    assert wishes.withdrawn == []


def test_what_is_followed_is_withdrawn_once_the_next_one_has_asked(
    holding: Holding, wishes: Wishes
) -> None:
    succession = Succession()
    with pytest.raises(Followed), holding.hold(succession, "one"):
        raise Followed
    succession.asked()  # nothing is carried on: nobody can have asked for anything
    assert wishes.withdrawn == []
    with holding.hold(succession, "two"):
        assert wishes.withdrawn == []
        succession.asked()
        assert wishes.withdrawn == ["one"]
        succession.asked()
        assert wishes.withdrawn == ["one"]


def test_what_is_followed_begins_no_more_before_the_next_one_takes_it_over(
    holding: Holding, wishes: Wishes
) -> None:
    """But by one that carries the same on: all of that stays as it is."""
    succession, seen = Succession(), list[tuple[list[str], list[str]]]()
    with pytest.raises(Followed), holding.hold(succession, "one", "two"):
        raise Followed
    with holding.hold(succession, "two"):
        succession.takes_over(
            lambda: seen.append((wishes.halted[:], wishes.withdrawn[:]))
        )
        succession.asked()
    assert seen == [([], []), (["one"], [])]
    assert "one" in wishes.withdrawn


@pytest.mark.parametrize("fault", [StoreError, GitFault])
def test_where_store_or_git_fail_for_a_moment_no_trial_is_killed_for_it(
    holding: Holding, wishes: Wishes, fault: type[MachineryFault]
) -> None:
    succession = Succession()
    with pytest.raises(fault), holding.hold(succession, "one"):
        raise fault("It is away.")
    assert wishes.withdrawn == []
    with holding.hold(succession, "one"):
        succession.asked()
        assert wishes.withdrawn == []


def test_sweeps_while_a_store_that_failed_is_waited_for_kill_nothing(
    holding: Holding, wishes: Wishes, clock: Clock
) -> None:
    """However many: each webhook of an installation has everything swept at once."""
    holding.sweep(leads)
    wishes.withdrawn.clear()
    with pytest.raises(StoreError), holding.hold(Succession(), "one"):
        raise StoreError("The store is away.")
    for pause in (0.0, 0.0, *PAUSES_S):
        clock.seconds += pause
        holding.sweep(leads)
    assert set(wishes.withdrawn) == {"two"}
    clock.seconds += SPARED_S - sum(PAUSES_S)
    wishes.withdrawn.clear()
    holding.sweep(leads)  # nobody went on with it
    assert wishes.withdrawn == ["one", "two"]


def test_what_could_not_be_withdrawn_when_it_was_given_up_is_by_the_next_sweep(
    holding: Holding, wishes: Wishes, monkeypatch: pytest.MonkeyPatch
) -> None:
    succession = Succession()
    with pytest.raises(StoreError), holding.hold(succession, "one"):
        raise StoreError("The store is away.")

    def fails(_evaluation: str, *, begun: bool) -> None:
        raise StoreError("The store is away.")

    with monkeypatch.context() as away:
        away.setattr(wishes, "withdraw", fails)
        with pytest.raises(StoreError):
            succession.settle()
    holding.sweep(leads)
    assert wishes.withdrawn == ["one", "two"]


def test_where_the_store_failed_for_too_long_they_are_withdrawn_in_the_end(
    holding: Holding, wishes: Wishes
) -> None:
    succession = Succession()
    with pytest.raises(StoreError), holding.hold(succession, "one"):
        raise StoreError("The store is away.")
    succession.settle()
    assert wishes.withdrawn == ["one"]


def test_what_is_followed_by_itself_is_gone_on_with(
    holding: Holding, wishes: Wishes
) -> None:
    succession = Succession()
    with pytest.raises(Followed), holding.hold(succession, "one"):
        raise Followed
    with holding.hold(succession, "one"):
        succession.asked()
        succession.settle()
        assert wishes.withdrawn == []


def test_one_that_another_carries_on_is_left_to_it(
    holding: Holding, wishes: Wishes
) -> None:
    with holding.hold(Succession(), "one"):
        with pytest.raises(Stopped), holding.hold(Succession(), "one"):
            raise Stopped
        holding.sweep(leads)
        assert wishes.withdrawn == ["two"]


def test_who_leads_no_more_withdraws_nothing(holding: Holding, wishes: Wishes) -> None:
    """What it carried on is let go, and goes on elsewhere."""
    holding.sweep(lambda: not wishes.withdrawn)
    assert wishes.withdrawn == ["one"]
