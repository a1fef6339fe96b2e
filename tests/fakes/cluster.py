"""A cluster on paper: one node, trials that end when a test says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.cluster.book import Book, Share
from workers.cluster.interface import Ended, Event, Placed, Placement, Seen
from workers.contract import (
    Attempt,
    Claim,
    Infra,
    InfraReason,
    Node,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)


@dataclass
class Clock:
    """Time that moves only when a test, or a waiting fake, says so."""

    seconds: float = field(default=1_000.0)

    def __call__(self) -> float:
        return self.seconds


ON_REQUEST = TrialResult(Infra(InfraReason.AGENT, "cancelled on request"))


class FakeCluster:
    """`Cluster` with one node of `cpus` CPUs; waiting moves the clock.

    `when_cancelled` is how a cancelled trial ends; None: it goes on.
    """

    def __init__(self, clock: Clock, cpus: float = 2.0) -> None:
        self.running: dict[Attempt, TrialSpec] = {}
        self.cancels: list[Attempt] = []
        self.when_cancelled: TrialResult | None = ON_REQUEST
        self.node = Node("n1", "cpu", "env", cpus, 0.0, 10**9)
        self._clock = clock
        self._events: list[Event] = []
        self._book = Book()
        self._book.update([Share("n1", cpus, 0.0, 10**9)])

    def nodes(self) -> Sequence[Node]:
        return [self.node]

    def place(self, claim: Claim) -> Placement:
        placement = self._book.enter(claim.attempt, claim.spec.resources)
        if isinstance(placement, Placed):
            self.running[claim.attempt] = claim.spec
        return placement

    def poll(self, wait_s: float) -> Sequence[Event]:
        self._clock.seconds += wait_s
        events, self._events = self._events, []
        return events

    def cancel(self, attempt: Attempt) -> None:
        self.cancels.append(attempt)
        if self.when_cancelled is not None and attempt in self.running:
            self.end(attempt, self.when_cancelled)

    def see(
        self, attempt: Attempt, state: TrialState, progress: Progress | None = None
    ) -> None:
        self._events.append(Seen(attempt, state, progress))

    def end(self, attempt: Attempt, result: TrialResult) -> None:
        del self.running[attempt]
        self._book.strike(attempt)
        self._events.append(Ended(attempt, result))
