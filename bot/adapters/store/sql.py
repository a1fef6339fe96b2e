"""The store on a SQL database: one object behind the engine's and dispatcher's ports.

Every call is one transaction. Where the database cannot go on, `StoreError` says why
and how to mend it; what was committed before stays.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from bot.adapters.store import (
    dispatching,
    expecting,
    looking,
    remembering,
    wanting,
)
from bot.adapters.store.faults import translated
from bot.adapters.store.opening import READ_ONLY, open_engine
from bot.adapters.store.schema import CLAIMED
from bot.app.ports import StoredTrial
from bot.domain.history import (
    BaselineMean,
    Charge,
    MetricKey,
    Pilot,
    StagePair,
    Summary,
)
from bot.domain.verdict import Forecast
from workers.contract import (
    Attempt,
    Claim,
    Node,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)

PATIENCE_S = 10.0
"""How long a call waits for another process that is writing."""


class SqlStore:
    """`EvaluationStore`, `Memory`, and `TrialQueue` for the dispatcher."""

    def __init__(
        self, url: str, now: Callable[[], float], patience_s: float = PATIENCE_S
    ) -> None:
        """Open the store at `url`, made or migrated if due; `now` in Unix seconds."""
        self._engine, self.name = open_engine(url, patience_s)
        self._reader = self._engine.execution_options(**{READ_ONLY: True})
        self._now = now

    def close(self) -> None:
        """Give every connection back to the system."""
        self._engine.dispose()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(self.name), self._reader.connect() as connection:
            yield connection

    # The engine's side -----------------------------------------------------------

    def nodes(self, since: float = 0.0) -> Sequence[Node]:
        """The nodes registered at `since` (Unix seconds) or later, latest first."""
        with self._read() as connection:
            return wanting.serving(connection, since)

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        """The stored trials among `keys`."""
        with self._read() as connection:
            return wanting.find(connection, keys)

    def want(self, evaluation: str, specs: Sequence[TrialSpec]) -> None:
        """Queue these trials in this order after what is queued; safe to repeat."""
        with self._write() as connection:
            wanting.want(connection, evaluation, specs)

    def cancel(self, evaluation: str, keys: Sequence[str]) -> None:
        """Withdraw this evaluation's wish; a trial that nobody wants is cancelled."""
        with self._write() as connection:
            wanting.cancel(connection, evaluation, keys, self._now())

    def wishing(self) -> Sequence[str]:
        """The evaluations that want trials which have not ended."""
        with self._read() as connection:
            return wanting.wishing(connection)

    def withdraw(self, evaluation: str) -> None:
        """Withdraw all wishes of an evaluation that nobody carries on."""
        with self._write() as connection:
            wanting.withdraw(connection, evaluation, self._now())

    def save_evaluation(self, evaluation: str, document: str) -> None:
        """Keep the latest report (JSON text) of an evaluation."""
        with self._write() as connection:
            wanting.save_evaluation(connection, evaluation, document, self._now())

    def load_evaluation(self, evaluation: str) -> str | None:
        """The kept report, or None. A unique prefix of the id is enough."""
        with self._read() as connection:
            return wanting.load_evaluation(connection, evaluation)

    # What is kept between evaluations -------------------------------------------

    def pinned(self, evaluation: str) -> str | None:
        """The document that is kept for an evaluation, or None."""
        with self._read() as connection:
            return remembering.pinned(connection, evaluation)

    def pin(self, evaluation: str, document: str) -> str:
        """Keep the first document given for an evaluation; the one that is kept."""
        with self._write() as connection:
            return remembering.pin(connection, evaluation, document, self._now())

    def attempt(self, evaluation: str, repository: str, base: str, head: str) -> int:
        """Note an evaluation of a branch; how many different ones it has had."""
        branch = (repository, base, head)
        with self._write() as connection:
            return remembering.attempt(connection, evaluation, branch, self._now())

    def record(self, evaluation: str, shown: Mapping[MetricKey, Summary]) -> None:
        """Keep, or replace, what an evaluation showed."""
        with self._write() as connection:
            remembering.record(connection, evaluation, shown, self._now())

    def past(self, key: MetricKey) -> Sequence[Summary]:
        """What the latest comparable evaluations showed, in order of time."""
        with self._read() as connection:
            return remembering.past(connection, key)

    def baseline_means(self, key: MetricKey) -> Sequence[BaselineMean]:
        """The mean of each comparable evaluation's own baseline runs, in time order."""
        with self._read() as connection:
            return remembering.baseline_means(connection, key)

    def keep_pilot(self, key: MetricKey, pilot: Pilot, *, renew: bool = False) -> Pilot:
        """Keep the first pilot, or the new one where told to `renew`; the kept one."""
        with self._write() as connection:
            now = self._now()
            return remembering.keep_pilot(connection, key, pilot, now, renew=renew)

    def pilot(self, key: MetricKey) -> Pilot | None:
        """The kept pilot, or None."""
        with self._read() as connection:
            return remembering.load_kept_pilot(connection, key)

    def charge(
        self, evaluation: str, repository: str, charges: Sequence[Charge]
    ) -> None:
        """Keep the tolerated losses of an evaluation in place of what it had."""
        with self._write() as connection:
            remembering.charge(connection, evaluation, repository, charges)

    def charges(self, repository: str) -> Sequence[Charge]:
        """Every tolerated loss of a repository."""
        with self._read() as connection:
            return remembering.load_charges(connection, repository)

    def keep_fidelity(
        self, evaluation: str, repository: str, pairs: Sequence[StagePair]
    ) -> None:
        """Keep the pairs of an evaluation in place of what it had."""
        place = (repository, evaluation)
        with self._write() as connection:
            expecting.keep_fidelity(connection, place, pairs, self._now())

    def fidelity(
        self, repository: str, mode: str, metric: str, stage: str, later: str
    ) -> Sequence[StagePair]:
        """The latest pairs of these two stages, in order of time."""
        pair = (mode, metric, stage, later)
        with self._read() as connection:
            return expecting.load_fidelity(connection, repository, pair)

    def keep_forecasts(
        self, evaluation: str, repository: str, forecasts: Sequence[Forecast]
    ) -> None:
        """Keep the forecasts of an evaluation in place of what it had."""
        place = (repository, evaluation)
        with self._write() as connection:
            expecting.keep_forecasts(connection, place, forecasts, self._now())

    def forecasts(self, repository: str) -> Sequence[Forecast]:
        """The forecasts of the latest evaluations that had any, in order of time."""
        with self._read() as connection:
            return expecting.load_forecasts(connection, repository)

    # Looking trials up -----------------------------------------------------------

    def begins(self, prefix: str) -> Sequence[StoredTrial]:
        """At most ten trials whose key begins so, in order of their keys."""
        with self._read() as connection:
            return looking.begins(connection, prefix)

    def trained(self, tree: str) -> Sequence[StoredTrial]:
        """Every trial of a tree, in order of their keys."""
        with self._read() as connection:
            return looking.trained(connection, tree)

    # The dispatcher's side -------------------------------------------------------

    def register(self, node: Node) -> None:
        """Say that `node` serves trials now; replaces what it said before."""
        with self._write() as connection:
            dispatching.register(connection, node, self._now())

    def recover(self) -> None:
        """Queue again, as the next attempt, what a dead dispatcher had claimed."""
        with self._write() as connection:
            dispatching.recover(connection, self._now())

    def waiting(self, machines: Collection[str] = ()) -> bool:
        """Whether `claim` would find a trial now."""
        with self._read() as connection:
            return dispatching.anything_claimable(connection, self._now(), machines)

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        """QUEUED -> RESERVED for at most `limit` trials, in the order wanted.

        An empty queue is only read: asking often costs no write.
        """
        if not self.waiting(machines):
            return ()
        with self._write() as connection:
            return dispatching.claim(connection, limit, self._now(), machines)

    def advance(self, attempt: Attempt, state: TrialState) -> bool:
        """Move a claimed trial on; False if the attempt no longer holds it.

        `ValueError` for a state that a running attempt cannot be in.
        """
        if state not in CLAIMED:
            message = f"{state} is not a state of a claimed trial"
            raise ValueError(message)
        with self._write() as connection:
            return dispatching.advance(connection, attempt, state)

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        """Keep the latest progress of a running trial; stale attempts are ignored."""
        with self._write() as connection:
            dispatching.progress(connection, attempt, progress)

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        """Store the end of an attempt; False (and nothing stored) if it is stale.

        An INFRA outcome goes back to QUEUED, after a pause, until three tries are
        spent. `ValueError` for a result with a number that is not finite.
        """
        with self._write() as connection:
            return dispatching.finish(connection, attempt, result, self._now())

    def cancelled(self) -> Sequence[Attempt]:
        """Claimed attempts whose trial was marked cancelled and may still run."""
        with self._read() as connection:
            return dispatching.cancelled(connection)
