"""Whether this instance leads, asked again and again, and what follows when it does."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import MachineryFault

LOG = logging.getLogger("seedgate")
ASK_S = 0.25
"""A lost lead is noticed so soon; what is written before that is refused."""


class Lock(Protocol):
    """What one instance at a time has."""

    def take(self) -> bool:
        """Whether we have it; False once after it was lost."""
        ...


@dataclass(frozen=True, slots=True)
class Turns:
    """What happens as the lead comes and goes.

    `still_busy` says that something of the time before is under way yet: then the lead
    is not asked for, lest it be taken for what we do now.
    """

    begun: Callable[[], None]
    lost: Callable[[], None]
    still_busy: Callable[[], bool]


class Leading:
    """Asks for the lead; `leads` says what came of it."""

    def __init__(self, lock: Lock, turns: Turns) -> None:
        """We do not lead before the first `ask`."""
        self._lock, self._turns = lock, turns
        self.leads = False

    def ask(self) -> float:
        """Ask once; seconds to the next time. Raises `MachineryFault`: that is a no."""
        if not self.leads and self._turns.still_busy():
            return ASK_S
        try:
            has = self._lock.take()
            if has and not self.leads:
                self._turns.begun()
        except MachineryFault:
            self._step_down()
            raise
        if has and not self.leads:
            self.leads = True
            LOG.info("This instance leads: it works on what comes in.")
        elif not has:
            self._step_down()
        return ASK_S

    def resign(self) -> None:
        """We end: the lock is given back by whoever has made it."""
        self.leads = False

    def _step_down(self) -> None:
        """From here on others may lead."""
        if not self.leads:
            return
        self.leads = False
        LOG.warning("This instance lost the lead: it stands by.")
        self._turns.lost()
