"""What waits in the outbox is sent, a few at a time and one of each installation."""

import logging
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from typing import Protocol

from bot.adapters.store import StoreError
from bot.app.pulls.ports import Outbox, Queued
from bot.app.pulls.sending import Picked
from bot.compose.serving.looks import told
from bot.compose.serving.patience import Patience

LOG = logging.getLogger("seedgate")
IDLE_S, RESTING_S = 0.125, 2.0
"""How long nobody looks where nothing waits, and where all that waits has to rest: to
read it costs more then, and whoever makes a post rings."""
SOONEST_S = 0.01


def pause(again_at: float | None, now: float) -> float:
    """Seconds to the next look at the outbox, unless somebody rings before."""
    if again_at is None:
        return IDLE_S
    return max(SOONEST_S, min(RESTING_S, again_at - now))


class Picks(Protocol):
    """Whoever says what goes now, and sends it: the `Sender`."""

    def pick(self, busy: Collection[int] = ()) -> Picked:
        """What may go now; nothing of the installations that are `busy`."""
        ...

    def send(self, one: Queued) -> None:
        """Send a post that was picked."""
        ...


class Sends:
    """`sender` is asked for anew each time; what it raises is tried again later."""

    def __init__(
        self, outbox: Outbox, sender: Callable[[], Picks], ended: Callable[[], None]
    ) -> None:
        """`ended` is told after each: the installation's next one may go."""
        self._outbox, self._sender, self._ended = outbox, sender, ended
        self._patience = Patience()
        self._lock = threading.Lock()
        self._busy: set[int] = set()

    def begin(self, pool: Executor) -> float | None:
        """Begin all that may go now; when to look again, in Unix seconds."""
        with self._lock:
            busy = set(self._busy)
        picked = self._sender().pick(busy)
        for one in picked.now:
            with self._lock:
                self._busy.add(one.installation)
            pool.submit(self._sent, one).add_done_callback(told)
        return picked.again_at

    def busy(self) -> bool:
        """Whether one is under way."""
        with self._lock:
            return bool(self._busy)

    def _sent(self, one: Queued) -> None:
        try:
            self._went(one)
        finally:
            with self._lock:
                self._busy.discard(one.installation)
        # Not where the store failed: then all would be tried without a pause.
        self._ended()

    def _went(self, one: Queued) -> None:
        try:
            self._sender().send(one)
        except StoreError:
            raise
        except Exception as fault:
            LOG.exception("%s could not be sent; it is tried again.", one.key)
            again = time.time() + self._patience.failed(one.key)
            self._outbox.later(one, again, type(fault).__name__)
        else:
            self._patience.went(one.key)
