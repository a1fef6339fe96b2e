"""Work that intake must not wait for: a few at a time, one of each repository."""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger("seedgate")
AT_ONCE = 4

Work = Callable[[], None]


class Aside:
    """Does what it is given, in order within a repository; repositories take turns.

    What is lost with the process has to be found otherwise: nothing of it is kept.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        """No thread is started before there is something to do."""
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(at_once, "aside")
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, deque[Work]] = OrderedDict()
        self._busy: set[int] = set()
        self._ended = False

    def do(self, repository: int, work: Work) -> None:
        """Do it, after what was given before for the same repository."""
        with self._lock:
            self._waiting.setdefault(repository, deque()).append(work)
            self._go_on()

    def busy(self) -> bool:
        """Whether something is done, or waits for it."""
        with self._lock:
            return bool(self._busy or self._waiting)

    def let_go(self) -> None:
        """Another process leads: nothing more is begun."""
        with self._lock:
            self._waiting.clear()

    def close(self) -> None:
        """Begin nothing more, and wait until what is under way has ended."""
        with self._lock:
            self._ended = True
            self._waiting.clear()
        self._pool.shutdown(wait=True)

    def _go_on(self) -> None:
        """Begin what can be begun; the lock is held."""
        ready = [one for one in self._waiting if one not in self._busy]
        for repository in ready[: self._at_once - len(self._busy)]:
            if self._ended:
                return
            mine = self._waiting.pop(repository)
            work = mine.popleft()
            if mine:
                self._waiting[repository] = mine
            self._busy.add(repository)
            self._pool.submit(self._done, repository, work)

    def _done(self, repository: int, work: Work) -> None:
        try:
            work()
        except Exception:
            LOG.exception("Something of %s was not done; a sweep does it.", repository)
        finally:
            with self._lock:
                self._busy.discard(repository)
                self._go_on()
