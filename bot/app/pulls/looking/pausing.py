"""How long to wait before what fails again and again is tried once more."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.pulls.acts import PullKey

FIRST_S = 2.0
LONGEST_S = 300.0
MOST = 10_000
"""Pull requests that are remembered; the one that failed first is forgotten first."""
_MOST_DOUBLED = 20


@dataclass(frozen=True, slots=True)
class Pause:
    """`again_at` is when to try again, `since` when it first failed: Unix seconds."""

    again_at: float
    since: float
    count: int = 1


class Pauses:
    """Pauses that double for each pull request, until it is said that it is over.

    Kept in memory: a process that starts anew tries at once.
    """

    def __init__(self, now: Callable[[], float], most: int = MOST) -> None:
        """Nothing failed yet."""
        self._now, self._most = now, most
        self._kept: dict[PullKey, Pause] = {}

    def failed(self, pull: PullKey) -> Pause:
        """It failed once more."""
        now, old = self._now(), self._kept.get(pull)
        count = min(old.count, _MOST_DOUBLED) if old else 0
        wait = min(FIRST_S * 2.0**count, LONGEST_S)
        pause = Pause(now + wait, old.since if old else now, count + 1)
        self._kept[pull] = pause
        if len(self._kept) > self._most:
            self._kept.pop(next(iter(self._kept)), None)
        return pause

    def over(self, pull: PullKey) -> None:
        """It does not fail any more, or nobody tries any more."""
        self._kept.pop(pull, None)
