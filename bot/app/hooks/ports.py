"""The inbox: where a delivery lies from its answer to the end of its work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

TRIES = 12
"""How often a delivery may fail before it is left to the reconciler."""

BACK_OFF_S = (1.0, 5.0, 30.0, 120.0, 300.0, 600.0, 900.0, *[1800.0] * 4)
"""Pause before each further try, seconds: two hours and a half of an outage, because no
sweep finds a button that was pressed."""


class DeliveryState(StrEnum):
    """The life of a delivery; FAILED ones begin anew when GitHub sends them again."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came in, its signature checked and its body not yet read.

    `guid` is GitHub's name for it: a redelivery has the same one. `attempts` counts how
    often working on it has failed. `received_at` is in Unix seconds.
    """

    guid: str
    event: str
    body: bytes
    received_at: float
    attempts: int = 0


class Inbox(Protocol):
    """Deliveries, each once by its GUID. Every method raises `MachineryFault`.

    Whoever works on what `pending` gives must be safe to repeat: two processes may be
    given the same delivery, and one that dies leaves it pending.
    """

    def keep(self, deliveries: Sequence[Delivery]) -> Collection[str]:
        """Keep these, all or none, on the disk when it returns.

        Gives the GUIDs that are work now and were none before: new ones, and failed
        ones that came again. One that is pending or done is left as it is.
        """
        ...

    def pending(self, limit: int) -> Sequence[Delivery]:
        """At most `limit` that are to be worked on now, the oldest first."""
        ...

    def done(self, notes: Mapping[str, str]) -> None:
        """The work of these GUIDs is done, with a note of each: all or none.

        The bodies are dropped, the GUIDs are remembered; unknown ones are left.
        """
        ...

    def failed(self, guid: str, why: str) -> None:
        """The work failed: it is pending again after a pause, or FAILED for good."""
        ...

    def later(self, guid: str, at: float, why: str) -> None:
        """Not before `at` (Unix seconds); it did not fail, so no try is counted."""
        ...

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many there are in each state, 0 included."""
        ...

    def prune(self, before: float) -> int:
        """Forget what is not pending and came before this (Unix seconds); how many."""
        ...

    def reach(self) -> None:
        """Return if the inbox can be read; raise otherwise."""
        ...
