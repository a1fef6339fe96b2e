"""GitHub's clock, as near as its answers tell: ours may be off by any amount."""

import math
import threading
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

TOLD_S = 2.0
"""`Date` is of whole seconds, and servers may write it anew once a second alone."""


class TheirClock:
    """How far GitHub's clock is ahead of ours, between two bounds, in seconds.

    Each answer gives bounds: GitHub wrote its `Date` after the question left and before
    the answer came. Bounds that contradict those before tell of a clock that was set.
    """

    def __init__(self, ours: Callable[[], float]) -> None:
        """Until an answer tells otherwise the clocks agree. Safe for many threads."""
        self._ours, self._lock = ours, threading.Lock()
        self._least, self._most = -math.inf, math.inf

    def hear(self, headers: Mapping[str, str], asked_at: float) -> None:
        """An answer came just now to what was asked at `asked_at`, by our clock."""
        told = told_time(headers)
        if told is None:
            return
        least, most = told - self._ours(), told + TOLD_S - asked_at
        with self._lock:
            self._least = max(self._least, least)
            self._most = min(self._most, most)
            if self._least > self._most:
                self._least, self._most = least, most

    def now(self) -> float:
        """Seconds since the epoch: ours where they may agree, else never too early."""
        with self._lock:
            agree = self._least <= 0.0 <= self._most
            ahead = 0.0 if agree else self._most
        return self._ours() + ahead


def told_time(headers: Mapping[str, str]) -> float | None:
    """When GitHub says that it wrote an answer; None where it does not."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):  # a zone that is no zone
        return None
