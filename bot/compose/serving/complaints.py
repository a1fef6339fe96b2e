"""GitHub's failures in the log: each kind when it begins, then now and then."""

import logging
import threading
import time
from collections.abc import Callable

from bot.domain.github import Failure, Transient, Unauthorised
from bot.presentation.words.troubles import AGAIN, trouble

LOG = logging.getLogger("seedgate")
EVERY_S = 300.0
LASTING = (Transient, Unauthorised)
"""After these it is said too that GitHub answers again."""


class Complaints:
    """Hears of every call to the API at `api_url`. `now` is any clock in seconds."""

    def __init__(self, api_url: str, now: Callable[[], float] = time.monotonic) -> None:
        """Nothing was heard yet."""
        self._api_url, self._now, self._lock = api_url, now, threading.Lock()
        self._told_at: dict[type[Failure], float] = {}
        self._away = False

    def hear(self, failure: Failure | None) -> None:
        """What came of a call; None: it went well."""
        if failure is not None:
            self._complain(failure)
        elif self._away:
            self._away = False
            LOG.info(AGAIN)

    def _complain(self, failure: Failure) -> None:
        kind, now = type(failure), self._now()
        text = trouble(failure, self._api_url)
        with self._lock:
            began = isinstance(failure, LASTING) and not self._away
            self._away = self._away or isinstance(failure, LASTING)
            due = now - self._told_at.get(kind, -EVERY_S) >= EVERY_S
            if not text or not (began or due):
                return
            self._told_at[kind] = now
        LOG.warning(text)
