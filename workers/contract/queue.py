"""Nodes, and the queue between the store and the dispatcher."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.contract.results import Progress, TrialResult
from workers.contract.states import Attempt, Claim, TrialState


@dataclass(frozen=True, slots=True)
class Node:
    """A machine as trials see it.

    `hardware_class` and `environment_hash` are parts of trial keys: two trials are
    comparable only where both agree. `editables` are folders that trials import
    packages from instead of an installed copy.
    """

    name: str
    hardware_class: str
    environment_hash: str
    cpus: float
    gpus: float
    memory_bytes: int
    accelerator: str | None = None
    interpreter: str = ""
    environment_summary: str = ""
    editables: tuple[str, ...] = ()

    @property
    def machine(self) -> str:
        """What makes results comparable, in one word: hardware and environment."""
        return f"{self.hardware_class}/{self.environment_hash}"


class QueueError(Exception):
    """The queue cannot be read or written now; `str()` says why and how to mend it."""


class TrialQueue(Protocol):
    """What the dispatcher asks of the store. Every call is one transaction.

    Every method raises `QueueError` where the store cannot be reached or written;
    nothing has changed then.
    """

    def register(self, node: Node) -> None:
        """Say that `node` serves trials now; replaces what it said before."""
        ...

    def lead(self) -> bool:
        """Whether we may serve from now on, because nobody else does; safe to repeat.

        Whoever leads is the only one, until its process ends or its connection does.
        """
        ...

    def recover(self, mine: Collection[Attempt] = ()) -> Collection[Attempt]:
        """Queue again, as the next attempt, what was claimed and is not `mine`.

        A dispatcher that died had claimed it, or an answer got lost. Returns those of
        `mine` that somebody else has given back: their results will not count.
        """
        ...

    def waiting(self, machines: Collection[str] = ()) -> bool:
        """Whether `claim` would find a trial now."""
        ...

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        """QUEUED -> RESERVED for at most `limit` trials, in the order wanted.

        Only trials made for one of `machines` or for any (`TrialSpec.machine`);
        no machines named: all.
        """
        ...

    def advance(self, attempt: Attempt, state: TrialState) -> bool:
        """Move a claimed trial on; False if the attempt no longer holds it."""
        ...

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        """Keep the latest progress of a running trial; stale attempts are ignored."""
        ...

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        """Store the end of an attempt; False (and nothing stored) if it is stale.

        An INFRA outcome goes back to QUEUED until three tries are spent.
        """
        ...

    def cancelled(self) -> Sequence[Attempt]:
        """Claimed attempts whose trial was marked cancelled and may still run."""
        ...
