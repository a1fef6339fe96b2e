"""What tasks leave to those that follow is withdrawn once, and never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.adapters.store import StoreError
from bot.compose.serving.succession import Succession


def test_two_that_settle_at_once_withdraw_it_once() -> None:
    succession, withdrawn = Succession(), list[str]()
    inside, go = threading.Event(), threading.Event()

    def withdraw() -> None:
        inside.set()
        assert go.wait(5.0)
        withdrawn.append("one")

    succession.leave("one", withdraw)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(succession.settle)
        assert inside.wait(20.0)
        succession.leave("two", lambda: withdrawn.append("two"))
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

    succession.leave("one", fails)
    with pytest.raises(StoreError):
        succession.settle()
    succession.settle()
    succession.settle()
    assert withdrawn == ["in vain", "one"]


def test_what_is_carried_on_again_is_forgotten_and_not_withdrawn() -> None:
    succession = Succession()
    succession.leave("one", lambda: pytest.fail("it is carried on"))
    with succession.carries("one"):
        succession.settle()
    succession.settle()
