"""The dispatcher's loop: from claims to results, for as long as it leads.

What happens on the cluster is first noted in memory and then written to the queue, so
that a queue that fails for a while (a full disk, a locked file, a server that starts
anew) loses nothing: the next round settles what became of the last one, and writes what
is still unwritten.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workers.cluster.interface import Cluster, Ended, Event, Later, Never, Placed, Seen
from workers.contract import (
    Attempt,
    Claim,
    Infra,
    InfraReason,
    Progress,
    QueueError,
    TrialQueue,
    TrialResult,
    TrialState,
)
from workers.dispatcher.patience import Patience

log = logging.getLogger(__name__)

CANCELLED = "It was cancelled before it ended."


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often things are done, in seconds, and `at_once`: the most trials that run.

    `poll_s` is the length of a round in which no trial ends. Progress of a trial is
    stored every `progress_s` at most. A trial from which nothing is heard for `lost_s`
    is lost. A queue that fails is tried again every `retry_s`, and given up after
    `patience_s`. On a stop, trials have `farewell_s` to end.
    """

    poll_s: float = 0.2
    progress_s: float = 0.5
    register_s: float = 5.0
    cancel_s: float = 1.0
    lost_s: float = 120.0
    retry_s: float = 1.0
    patience_s: float = 30.0
    farewell_s: float = 12.0
    at_once: int | None = None


@dataclass(slots=True)
class _Running:
    """What is known of a placed trial, and how much of it is written."""

    heard_at: float
    state: TrialState = TrialState.RESERVED
    written: TrialState = TrialState.RESERVED
    progress: Progress | None = None
    progress_at: float = float("-inf")
    cancelled_at: float = float("-inf")


class Dispatcher:
    """Between one queue and one cluster; every method runs on one thread."""

    def __init__(
        self,
        queue: TrialQueue,
        cluster: Cluster,
        now: Callable[[], float],
        tempo: Tempo | None = None,
    ) -> None:
        """`now` gives seconds of a clock that is never set back."""
        self._queue = queue
        self._cluster = cluster
        self._now = now
        self._tempo = tempo or Tempo()
        self._running: dict[Attempt, _Running] = {}
        self._ended: dict[Attempt, TrialResult] = {}
        self._waiting: Claim | None = None
        self._machines: frozenset[str] = frozenset()
        self._registered_at = float("-inf")
        self._settled = False
        self._disowned: set[Attempt] = set()
        self._patience = Patience(now, self._tempo.patience_s)
        self._write_at = float("-inf")

    def run(self, stop: Callable[[], bool]) -> None:
        """Serve until `stop`; then end every trial and give back what was claimed.

        Only the leader may call it. Raises `QueueError` when the queue has failed for
        longer than patience allows, `ClusterError` when the cluster cannot go on.
        """
        while not stop():
            self.step()
        self._say_farewell()

    def step(self) -> None:
        """One round: listen to the cluster, then bring the queue up to date."""
        self._note(self._cluster.poll(self._tempo.poll_s))
        if self._now() < self._write_at:
            return
        try:
            self._settle()
            self._exchange()
            self._patience.relieve()
        except QueueError as error:
            self._endure(error)

    # Listening -------------------------------------------------------------------

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Seen():
                    self._note_seen(event)
                case Ended(attempt, result):
                    if self._running.pop(attempt, None) is not None:
                        self._ended[attempt] = result

    def _note_seen(self, seen: Seen) -> None:
        trial = self._running.get(seen.attempt)
        if trial is not None:
            trial.heard_at = self._now()
            trial.state = seen.state
            trial.progress = seen.progress or trial.progress

    # Exchanging with the queue ---------------------------------------------------

    def _settle(self) -> None:
        """At the start and after a failure: agree with the queue on who holds what.

        What a dead dispatcher held, or was claimed in an answer that got lost, is
        queued. What another has taken from us meanwhile is ended here.
        """
        if not self._settled:
            waiting = () if self._waiting is None else (self._waiting.attempt,)
            mine = [*self._running, *self._ended, *waiting]
            self._disowned.update(self._queue.recover(mine))
            self._settled = True

    def _exchange(self) -> None:
        self._write_ends()
        self._register()
        self._cancel_unwanted()
        self._declare_lost()
        self._write_states()
        self._fill()

    def _write_ends(self) -> None:
        for attempt, result in list(self._ended.items()):
            self._finish(attempt, result)
            del self._ended[attempt]

    def _finish(self, attempt: Attempt, result: TrialResult) -> None:
        """Store an end; one that cannot be stored at all is the agent's fault."""
        try:
            self._queue.finish(attempt, result)
        except ValueError as error:
            detail = f"The agent's answer cannot be stored: {error}"
            self._queue.finish(attempt, _infra(InfraReason.AGENT, detail))

    def _register(self) -> None:
        if self._now() - self._registered_at < self._tempo.register_s:
            return
        nodes = self._cluster.nodes()
        for node in nodes:
            self._queue.register(node)
        self._machines = frozenset(node.machine for node in nodes)
        self._registered_at = self._now()

    def _cancel_unwanted(self) -> None:
        """The queue has marked them already; ask again until each has ended."""
        for attempt in dict.fromkeys([*self._queue.cancelled(), *self._disowned]):
            if attempt in self._running:
                self._cancel(attempt)
            else:
                self._drop(attempt)
                self._disowned.discard(attempt)

    def _cancel(self, attempt: Attempt) -> None:
        trial = self._running[attempt]
        if self._now() - trial.cancelled_at >= self._tempo.cancel_s:
            trial.cancelled_at = self._now()
            self._cluster.cancel(attempt)

    def _drop(self, attempt: Attempt) -> None:
        """A claim that runs nowhere: tell the queue that it is over."""
        if self._waiting is not None and self._waiting.attempt == attempt:
            self._waiting = None
        self._queue.finish(attempt, _infra(InfraReason.AGENT, CANCELLED))

    def _declare_lost(self) -> None:
        for attempt, trial in list(self._running.items()):
            silent = self._now() - trial.heard_at
            if silent >= self._tempo.lost_s:
                self._cluster.cancel(attempt)
                del self._running[attempt]
                detail = f"Nothing was heard from its node for {silent:.0f} s."
                self._ended[attempt] = _infra(InfraReason.NODE_LOST, detail)

    def _write_states(self) -> None:
        for attempt, trial in self._running.items():
            try:
                self._write_state(attempt, trial)
            except ValueError as error:  # such as a loss that is not a number
                log.warning("Progress of %s cannot be stored: %s", attempt, error)

    def _write_state(self, attempt: Attempt, trial: _Running) -> None:
        if trial.state is not trial.written:
            state, trial.written = trial.state, trial.state
            self._queue.advance(attempt, state)
        due = self._now() - trial.progress_at >= self._tempo.progress_s
        if trial.progress is not None and due:
            progress, trial.progress = trial.progress, None
            trial.progress_at = self._now()
            self._queue.progress(attempt, progress)

    def _fill(self) -> None:
        """Claim and start trials in order for as long as there is room."""
        while self._machines and self._has_room() and self._place_next():
            pass

    def _has_room(self) -> bool:
        most = self._tempo.at_once
        return most is None or len(self._running) < most

    def _place_next(self) -> bool:
        """Whether to go on: the first in line was started or refused."""
        if self._waiting is None:
            claims = self._queue.claim(1, self._machines)
            self._waiting = claims[0] if claims else None
        if self._waiting is None:
            return False
        attempt = self._waiting.attempt
        match self._cluster.place(self._waiting):
            case Later():
                return False
            case Placed():
                self._running[attempt] = _Running(self._now())
            case Never(detail):
                self._ended[attempt] = _infra(InfraReason.PLACEMENT, detail)
        self._waiting = None
        return True

    # Trouble and the end ---------------------------------------------------------

    def _endure(self, error: QueueError) -> None:
        """Go on for a while: trials keep running, their ends are kept here."""
        self._settled = False
        self._patience.endure(error)
        self._write_at = self._now() + self._tempo.retry_s

    def _say_farewell(self) -> None:
        """End what runs; what had ended before is stored, all else is given back.

        The agent reports a trial that it ended as INFRA: nobody's fault, so not a try.
        """
        self._note(self._cluster.poll(0.0))
        before = dict(self._ended)
        deadline = self._now() + self._tempo.farewell_s
        while self._running and self._now() < deadline:
            for attempt in self._running:
                self._cancel(attempt)
            self._note(self._cluster.poll(self._tempo.poll_s))
        for attempt, result in self._ended.items():
            if attempt in before or not isinstance(result.outcome, Infra):
                self._finish(attempt, result)
        self._queue.recover()


def _infra(reason: InfraReason, detail: str) -> TrialResult:
    return TrialResult(Infra(reason, detail))
