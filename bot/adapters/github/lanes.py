"""The lanes of all installations: says when a write may go, and never waits."""

import threading
from collections.abc import Sequence

from bot.domain.github import Go, Lane, Rest, Waiting, rest, turn


class Lanes:
    """One lane for each installation; times are seconds since the epoch."""

    def __init__(self) -> None:
        """Empty lanes: after a start, GitHub's own answers are the only memory."""
        self._lanes: dict[int, Lane] = {}
        self._lock = threading.Lock()

    def turn(
        self, installation: int, waiting: Sequence[Waiting], now: float
    ) -> Go | Rest | None:
        """Whose turn it is; a `Go` is counted, whatever becomes of it."""
        with self._lock:
            outcome = turn(self._lanes.get(installation, Lane()), waiting, now)
            if isinstance(outcome, Go):
                self._lanes[installation] = outcome.lane
            return outcome

    def rest(self, installation: int, until: float) -> None:
        """GitHub said `RateLimited`: none goes before then."""
        with self._lock:
            lane = self._lanes.get(installation, Lane())
            self._lanes[installation] = rest(lane, until)
