"""Looks at pull requests that are due, a few at a time and one of each repository.

What is slow is a repository: its mirror, its rights, its size. So whichever is slow
takes one thread, and others go on.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future

from bot.adapters.store import StoreError
from bot.app.pulls.ports import Alarms, Due
from bot.compose.serving.patience import Patience
from bot.domain.errors import MachineryFault

LOG = logging.getLogger("seedgate")
AT_ONCE, DUE = 8, 32
"""Looks at a time, and rows that are read for them: more than can be busy."""


class Looks:
    """`look` looks at one and lets it rest; what it raises is tried again later."""

    def __init__(
        self,
        store: Alarms,
        look: Callable[[Due], None],
        ended: Callable[[], None],
        at_once: int = AT_ONCE,
    ) -> None:
        """`ended` is told after each that went well: the next one may begin."""
        self._store, self._look, self._ended = store, look, ended
        self._at_once = at_once
        self._patience = Patience()
        self._lock = threading.Lock()
        self._busy: set[int] = set()

    def begin(self, pool: Executor) -> None:
        """Begin all that may begin now."""
        for due in self._store.due(time.time(), DUE):
            with self._lock:
                full = len(self._busy) >= self._at_once
                if due.pull.repository in self._busy or full:
                    continue
                self._busy.add(due.pull.repository)
            pool.submit(self._looked, due).add_done_callback(told)

    def busy(self) -> bool:
        """Whether one is under way."""
        with self._lock:
            return bool(self._busy)

    def _looked(self, due: Due) -> None:
        try:
            went = self._went(due)
        finally:
            with self._lock:
                self._busy.discard(due.pull.repository)
        if went:
            self._ended()

    def _went(self, due: Due) -> bool:
        try:
            self._look(due)
        except StoreError:
            raise
        except Exception:
            LOG.exception("A look at %s failed; it is tried again.", due.pull)
            again = time.time() + self._patience.failed(due.pull)
            self._store.rest(due, again)
            return False
        self._patience.went(due.pull)
        return True


def told(future: "Future[None]") -> None:
    """What a thread raised is said; its alarm stays, so it is done again."""
    fault = future.exception()
    if isinstance(fault, MachineryFault):
        LOG.warning("%s %s", fault.problem, fault.mend)
    elif fault is not None:
        LOG.error("A look or a post failed; it is tried again.", exc_info=fault)
