"""How long a queue that fails is tried again before its fault is ours."""

import logging
from collections.abc import Callable

from workers.contract import QueueError

log = logging.getLogger(__name__)


class Patience:
    """A row of failures without a success; the last one is raised after a while."""

    def __init__(self, now: Callable[[], float], most_s: float) -> None:
        """`now` gives seconds of a clock that is never set back."""
        self._now = now
        self._most_s = most_s
        self._since: float | None = None

    @property
    def tried(self) -> bool:
        """Whether the last thing that happened was a failure."""
        return self._since is not None

    def endure(self, error: QueueError) -> None:
        """Note a failure; raises `error` once they have lasted too long."""
        now = self._now()
        if self._since is None:
            log.warning("The queue failed, and is tried again: %s", error)
            self._since = now
        if now - self._since >= self._most_s:
            raise error

    def relieve(self) -> None:
        """Note a success."""
        self._since = None
