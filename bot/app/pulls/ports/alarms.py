"""When pull requests are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.pulls.acts import PullKey


@dataclass(frozen=True, slots=True)
class Due:
    """A pull request that is to be looked at. `serial` counts its wake-ups."""

    pull: PullKey
    installation: int
    serial: int


class Alarms(Protocol):
    """Which pull requests are to be looked at, and when."""

    def wake(self, pull: PullKey, installation: int, at: float) -> None:
        """Look at it at `at`, or earlier where that was asked before; counts one up."""
        ...

    def due(self, now: float, limit: int) -> Sequence[Due]:
        """Those whose time has come: repositories in turns, the longest due first.

        So the many of one repository do not hide those of others.
        """
        ...

    def rest(self, due: Due, again_at: float | None) -> bool:
        """It was looked at: next at `again_at`, or when it is woken.

        One that was woken since `due` was read stays due as it is. False is returned
        of one that was left since: it stays so, and what the look began is to end.
        """
        ...
