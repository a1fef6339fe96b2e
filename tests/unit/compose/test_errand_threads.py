"""Errands share a few threads: who waits for one is known."""

import threading
from types import SimpleNamespace
from typing import cast

from bot.app.pulls.beside.errands import Errand
from bot.compose.serving.errand_threads import ErrandThreads
from bot.compose.serving.heartbeat import Heartbeat
from tests.waiting import until


def test_whose_turn_has_not_come_is_known_by_name() -> None:
    go, told = threading.Event(), list[str]()

    def work(errand: Errand, _: Heartbeat) -> str:
        go.wait(20.0)
        return errand.key

    made = ErrandThreads(work, 1)
    for key in ("a", "b"):
        made.begin(cast(Errand, SimpleNamespace(key=key)), told.append)
    until(lambda: made.waiting() == {"b"}, "the first to begin")
    go.set()
    until(lambda: made.busy() == 0, "the end")
    assert (made.waiting(), told) == (frozenset(), ["a", "b"])
    made.close()
