"""What may take long is done beside the intake, and nobody waits for another."""

import threading

from bot.compose.serving.aside import Aside
from tests.waiting import until


def test_a_repository_that_is_slow_holds_up_itself_alone() -> None:
    aside, go_on, done = Aside(2), threading.Event(), list[str]()
    try:
        aside.do(1, go_on.wait)  # type: ignore[arg-type]
        aside.do(1, lambda: done.append("after it"))
        aside.do(2, lambda: done.append("another"))
        until(lambda: done == ["another"], "the other repository")
        assert aside.busy()
        go_on.set()
        until(lambda: done == ["another", "after it"], "the one after it")
        until(lambda: not aside.busy(), "the end")
    finally:
        go_on.set()
        aside.close()


def test_what_fails_holds_up_nothing() -> None:
    aside, done = Aside(1), list[str]()

    def fails() -> None:
        raise RuntimeError("aside")

    try:
        aside.do(1, fails)
        aside.do(1, lambda: done.append("after it"))
        until(lambda: done == ["after it"], "what comes after")
    finally:
        aside.close()


def test_what_waits_is_let_go_of() -> None:
    aside, go_on, done = Aside(1), threading.Event(), list[str]()
    try:
        aside.do(1, go_on.wait)  # type: ignore[arg-type]
        aside.do(2, lambda: done.append("never"))
        aside.let_go()
        go_on.set()
        until(lambda: not aside.busy(), "the end")
        assert done == []
    finally:
        go_on.set()
        aside.close()
