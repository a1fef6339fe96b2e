"""The lanes of all installations: says when a write may go, and never waits.

What went within the last hour is kept: GitHub counts on over our restarts, and over
one instance taking the lead from another.
"""

import json
import threading
from collections.abc import Sequence

from bot.app.pulls.ports import Notes
from bot.domain.github import Go, Lane, Rest, Waiting, rest, turn


class Lanes:
    """One lane for each installation; times are seconds since the epoch."""

    def __init__(self, notes: Notes | None = None) -> None:
        """Lanes as they were kept in `notes`; without, empty ones."""
        self._notes = notes
        self._lanes: dict[int, Lane] = {}
        self._lock = threading.Lock()

    def turn(
        self, installation: int, waiting: Sequence[Waiting], now: float
    ) -> Go | Rest | None:
        """Whose turn it is; a `Go` is counted, whatever becomes of it.

        Raises `MachineryFault` where it cannot be kept; then none goes.
        """
        with self._lock:
            outcome = turn(self._lane(installation), waiting, now)
            if isinstance(outcome, Go):
                self._keep(installation, outcome.lane)
            return outcome

    def rest(self, installation: int, until: float) -> None:
        """GitHub said `RateLimited`: none goes before then."""
        with self._lock:
            lane = rest(self._lane(installation), until)
            self._lanes[installation] = lane  # it holds, also where it cannot be kept
            self._keep(installation, lane)

    def recall(self) -> None:
        """Another instance may have written since: what it kept counts."""
        with self._lock:
            self._lanes.clear()

    def _lane(self, installation: int) -> Lane:
        if installation not in self._lanes:
            text = self._notes.recall(_name(installation)) if self._notes else ""
            self._lanes[installation] = _load(text) if text else Lane()
        return self._lanes[installation]

    def _keep(self, installation: int, lane: Lane) -> None:
        if self._notes is not None:
            self._notes.remember(_name(installation), _dump(lane))
        self._lanes[installation] = lane


def _name(installation: int) -> str:
    return f"lane:{installation}"


def _dump(lane: Lane) -> str:
    """At most as many times as GitHub lets go in an hour: some kilobytes."""
    return json.dumps({"sent": lane.sent, "resting_until": lane.resting_until})


def _load(text: str) -> Lane:
    plain = json.loads(text)
    return Lane(tuple(plain["sent"]), plain["resting_until"])
