"""A child of the App that is started again when it ends."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Generic, TypeVar

from bot.adapters.children import ChildProcess
from bot.domain.errors import MachineryFault

LOG = logging.getLogger("seedgate")
AGAIN_S, SHORT_S = 5.0, 60.0
"""How soon one is started again, and within what time one that ends did not work."""
REPEAT_S = 300.0
"""How long the same words are not said again, where each try ends in them."""

Child = TypeVar("Child", bound=ChildProcess)


class Kept(Generic[Child]):
    """One child at a time, for as long as this is open."""

    def __init__(
        self, name: str, made: Callable[[], Child], tries: int | None = None
    ) -> None:
        """Nothing is started before the first `check`; `name` is for people.

        After so many `tries` in a row that did not work `check` starts none any more.
        """
        self._name, self._made, self._tries = name, made, tries
        self._failed = 0
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._child: Child | None = None
        self._again_at = float("-inf")
        self._said, self._say_at = "", float("-inf")

    def check(self) -> None:
        """Start it where it does not run; one that ends at once is not hurried.

        Raises `MachineryFault` where it was tried often enough.
        """
        with self._lock:
            if self._child is not None and self._alive(self._child):
                return
            self._child = None
            self._stack.close()
            now = time.monotonic()
            if now < self._again_at:
                return
            self._count(now)
            self._again_at = now + AGAIN_S
            try:
                child = self._made()
                self._stack.enter_context(child)
                self._child = child
            except OSError as error:
                LOG.warning("The %s cannot be started: %s.", self._name, error.strerror)

    def _count(self, now: float) -> None:
        lately = now < self._again_at - AGAIN_S + SHORT_S
        self._failed = self._failed + 1 if lately else 0
        if self._tries is not None and self._failed >= self._tries:
            problem = f"The {self._name} does not come up, nor did it when tried again."
            raise MachineryFault(problem, "What it said stands above.")

    def _alive(self, child: Child) -> bool:
        try:
            child.require()
        except MachineryFault as fault:
            self._tell(fault.problem)
            return False
        return True

    def _tell(self, problem: str) -> None:
        now = time.monotonic()
        if problem != self._said or now >= self._say_at:
            self._said, self._say_at = problem, now + REPEAT_S
            LOG.warning("%s It is started again.", problem)

    def running(self) -> Child | None:
        """The child, if one was started; it may have ended since."""
        with self._lock:
            return self._child

    def dismiss(self) -> None:
        """Let it end, while we do other things; `close` waits for it."""
        with self._lock:
            if self._child is not None:
                self._child.dismiss()

    def close(self) -> None:
        """End it, and all that it began. Safe to repeat."""
        with self._lock:
            self._stack.close()
            self._child = None
