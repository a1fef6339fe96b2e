"""What tasks leave to those that follow is withdrawn once, and never lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from bot.adapters.store import StoreError
from bot.compose.serving.succession import Left, Succession


def withdrawn_by(withdraw: Callable[[], object]) -> Left:
    """What waits, and whether it does, is of no interest."""
    return Left(lambda: None, withdraw)


def test_two_that_settle_at_once_withdraw_it_once() -> None:
    succession, withdrawn = Succession(), list[str]()
    inside, go = threading.Event(), threading.Event()

    def withdraw() -> None:
        inside.set()
        assert go.wait(5.0)
        withdrawn.append("one")

    succession.leave("one", withdrawn_by(withdraw))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(succession.settle)
        assert inside.wait(20.0)
        succession.leave("two", withdrawn_by(lambda: withdrawn.append("two")))
        succession.settle()
        assert withdrawn == ["two"]
        go.set()
        first.result(20.0)
    assert withdrawn == ["two", "one"]


def test_what_could_not_be_withdrawn_is_left_still() -> None:
    succession, withdrawn = Succession(), list[str]()

    def fails() -> None:
        if not withdrawn:
            withdrawn.append("in vain")
            raise StoreError("The store is away.")
        withdrawn.append("one")

    succession.leave("one", withdrawn_by(fails))
    with pytest.raises(StoreError):
        succession.settle()
    succession.settle()
    succession.settle()
    assert withdrawn == ["in vain", "one"]


def test_what_is_carried_on_again_is_forgotten_and_not_withdrawn() -> None:
    succession = Succession()
    succession.leave("one", withdrawn_by(lambda: pytest.fail("it is carried on")))
    with succession.carries("one"):
        succession.settle()
    succession.settle()


# Taking over -------------------------------------------------------------------------


def following() -> tuple[Succession, list[str]]:
    """Two evaluations are left; what is done by whom, in order."""
    succession, done = Succession(), list[str]()
    for one in ("one", "two"):
        halt, withdraw = (f"halt {one}", f"withdraw {one}")
        left = Left(partial(done.append, halt), partial(done.append, withdraw))
        succession.leave(one, left)
    return succession, done


def test_what_is_under_way_is_wanted_again_when_nothing_left_can_begin_any_more() -> (
    None
):
    """Of what begins between the two, none is withdrawn."""
    succession, done = following()
    with succession.carries("three"):
        succession.takes_over(lambda: done.append("adopt"))
        assert done == ["adopt"]
        done.clear()
        succession.asked()
        succession.asked()
    halted, withdrawn = ["halt one", "halt two"], ["withdraw one", "withdraw two"]
    assert done == [*halted, "adopt", *withdrawn]


def test_what_is_carried_on_again_is_not_halted() -> None:
    succession, done = following()
    with succession.carries("one"):
        succession.takes_over(lambda: done.append("adopt"))
        succession.asked()
    assert done == ["adopt", "halt two", "adopt", "withdraw two"]


def test_one_that_has_ended_wants_nothing_any_more() -> None:
    succession, done = following()
    with succession.carries("three"):
        succession.takes_over(lambda: done.append("adopt"))
    done.clear()
    succession.settle()
    assert done == ["withdraw one", "withdraw two"]


def test_a_store_that_fails_while_all_is_wanted_again_withdraws_nothing() -> None:
    succession, done = following()

    def fails() -> None:
        done.append("adopt")
        if done.count("adopt") == 2:
            raise StoreError("The store is away.")

    with succession.carries("three"):
        succession.takes_over(fails)
        with pytest.raises(StoreError):
            succession.asked()
        assert "withdraw one" not in done
        succession.asked()
    assert done[-3:] == ["adopt", "withdraw one", "withdraw two"]
