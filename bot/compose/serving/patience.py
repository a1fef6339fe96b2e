"""How long what failed waits before it is tried again: longer each time."""

import threading
import time
from collections.abc import Callable, Hashable

LONGEST_S = 300.0


class Patience:
    """Counts failures by what failed; safe to use from several threads."""

    def __init__(
        self, longest_s: float = LONGEST_S, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` is any clock in seconds."""
        self._longest_s, self._now = longest_s, now
        self._lock = threading.Lock()
        self._failed: dict[Hashable, tuple[int, float]] = {}

    def failed(self, what: Hashable) -> float:
        """It failed once more; seconds that it is to wait."""
        with self._lock:
            tries, _ = self._failed.get(what, (0, 0.0))
            wait = min(2.0**tries, self._longest_s)
            # Ten are enough for the longest wait: no power grows for ever.
            self._failed[what] = (min(tries + 1, 10), self._now() + wait)
        return wait

    def went(self, what: Hashable) -> None:
        """It went well."""
        with self._lock:
            self._failed.pop(what, None)

    def rests(self, what: Hashable) -> bool:
        """Whether it is to be left alone for now."""
        with self._lock:
            _, until = self._failed.get(what, (0, 0.0))
        return self._now() < until
