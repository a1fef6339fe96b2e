"""The store on a SQL database: one object behind the engine's and dispatcher's ports.

Every call is one transaction. Where the database cannot go on, `StoreError` says why
and how to mend it; what was committed before stays. On PostgreSQL many machines may
share a store: then it also says who leads, and who carries which evaluation on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from bot.adapters.store.database.calling import Calls
from bot.adapters.store.database.faults import translated
from bot.adapters.store.database.holding import Holds
from bot.adapters.store.database.leading import Lead
from bot.adapters.store.database.opening import open_engine
from bot.adapters.store.trials import (
    dispatching,
    ending,
    expecting,
    looking,
    pruning,
    remembering,
    wanting,
)
from bot.adapters.store.trials.schema import CLAIMED
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
        """Open the store at `url`, made or migrated if due; `now` in Unix seconds.

        `url` is what `sqlite_url` or `postgres_url` made. Raises `StoreError`, and
        `UserFault` for a server that does not let us in.
        """
        self._engine, self.name = open_engine(url, patience_s)
        self._holds = Holds(self._engine)
        self._calls = Calls(self._engine, self.name, self._holds, patience_s)
        self._lead = Lead(self._engine, self.name)
        self._now = now

    def close(self) -> None:
        """Give every connection back to the system."""
        self._holds.close()
        self._lead.close()
        self._engine.dispose()

    # Who carries an evaluation on, where many machines share the store -----------

    @contextmanager
    def hold(self, evaluation: str) -> Iterator[None]:
        """Be one of those who carry on this evaluation; only on PostgreSQL."""
        with translated(self.name), self._holds.hold(evaluation):
            yield

    @contextmanager
    def abandoned(self, evaluation: str) -> Iterator[bool]:
        """Whether nobody carries it on; if so, nobody can start to within the block."""
        with translated(self.name), self._holds.abandoned(evaluation) as abandoned:
            yield abandoned

    # The engine's side -----------------------------------------------------------

    def nodes(self, since: float = 0.0) -> Sequence[Node]:
        """The nodes registered at `since` (Unix seconds) or later, latest first."""
        return self._calls.read(wanting.serving, since)

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        """The stored trials among `keys`."""
        return self._calls.read(wanting.find, keys)

    def want(self, evaluation: str, specs: Sequence[TrialSpec]) -> None:
        """Queue these trials in this order after what is queued; safe to repeat."""
        self._calls.write(wanting.want, evaluation, specs)

    def cancel(self, evaluation: str, keys: Sequence[str]) -> None:
        """Withdraw this evaluation's wish; a trial that nobody wants is cancelled."""
        self._calls.write(wanting.cancel, evaluation, keys, self._now())

    def wishing(self) -> Sequence[str]:
        """The evaluations that want trials which have not ended."""
        return self._calls.read(wanting.wishing)

    def withdraw(self, evaluation: str, *, begun: bool = True) -> None:
        """Withdraw all wishes of an evaluation that nobody carries on."""
        self._calls.write(wanting.withdraw, evaluation, self._now(), begun=begun)

    def save_evaluation(self, evaluation: str, document: str) -> None:
        """Keep the latest report (JSON text) of an evaluation."""
        self._calls.write(wanting.save_evaluation, evaluation, document, self._now())

    def load_evaluation(self, evaluation: str) -> str | None:
        """The kept report, or None. A unique prefix of the id is enough."""
        return self._calls.read(wanting.load_evaluation, evaluation)

    # What is kept between evaluations -------------------------------------------

    def pinned(self, evaluation: str) -> str | None:
        """The document that is kept for an evaluation, or None."""
        return self._calls.read(remembering.pinned, evaluation)

    def pin(self, evaluation: str, document: str) -> str:
        """Keep the first document given for an evaluation; the one that is kept."""
        return self._calls.write(remembering.pin, evaluation, document, self._now())

    def attempt(
        self,
        evaluation: str,
        repository: str,
        base: str,
        head: str,
        *,
        again: bool = False,
    ) -> int:
        """Note an evaluation of a branch; how many that count it has had."""
        branch = (repository, base, head)
        began = remembering.BEGUN_BEFORE if again else self._now()
        return self._calls.write(remembering.attempt, evaluation, branch, began)

    def record(self, evaluation: str, shown: Mapping[MetricKey, Summary]) -> None:
        """Keep, or replace, what an evaluation showed."""
        self._calls.write(remembering.record, evaluation, shown, self._now())

    def past(self, key: MetricKey) -> Sequence[Summary]:
        """What the latest comparable evaluations showed, in order of time."""
        return self._calls.read(remembering.past, key)

    def baseline_means(self, key: MetricKey) -> Sequence[BaselineMean]:
        """The mean of each comparable evaluation's own baseline runs, in time order."""
        return self._calls.read(remembering.baseline_means, key)

    def keep_pilot(self, key: MetricKey, pilot: Pilot, *, renew: bool = False) -> Pilot:
        """Keep the first pilot, or the new one where told to `renew`; the kept one."""
        return self._calls.write(
            remembering.keep_pilot, key, pilot, self._now(), renew=renew
        )

    def pilot(self, key: MetricKey) -> Pilot | None:
        """The kept pilot, or None."""
        return self._calls.read(remembering.load_kept_pilot, key)

    def charge(
        self, evaluation: str, repository: str, charges: Sequence[Charge]
    ) -> None:
        """Keep the tolerated losses of an evaluation in place of what it had."""
        self._calls.write(remembering.charge, evaluation, repository, charges)

    def charges(self, repository: str) -> Sequence[Charge]:
        """Every tolerated loss of a repository."""
        return self._calls.read(remembering.load_charges, repository)

    def keep_fidelity(
        self, evaluation: str, repository: str, pairs: Sequence[StagePair]
    ) -> None:
        """Keep the pairs of an evaluation in place of what it had."""
        place = (repository, evaluation)
        self._calls.write(expecting.keep_fidelity, place, pairs, self._now())

    def fidelity(
        self, repository: str, mode: str, metric: str, stage: str, later: str
    ) -> Sequence[StagePair]:
        """The latest pairs of these two stages, in order of time."""
        pair = (mode, metric, stage, later)
        return self._calls.read(expecting.load_fidelity, repository, pair)

    def keep_forecasts(
        self, evaluation: str, repository: str, forecasts: Sequence[Forecast]
    ) -> None:
        """Keep the forecasts of an evaluation in place of what it had."""
        place = (repository, evaluation)
        self._calls.write(expecting.keep_forecasts, place, forecasts, self._now())

    def forecasts(self, repository: str) -> Sequence[Forecast]:
        """The forecasts of the latest evaluations that had any, in order of time."""
        return self._calls.read(expecting.load_forecasts, repository)

    # Looking trials up -----------------------------------------------------------

    def begins(self, prefix: str) -> Sequence[StoredTrial]:
        """At most ten trials whose key begins so, in order of their keys."""
        return self._calls.read(looking.begins, prefix)

    def trained(self, tree: str) -> Sequence[StoredTrial]:
        """Every trial of a tree, in order of their keys."""
        return self._calls.read(looking.trained, tree)

    # Letting go ------------------------------------------------------------------

    def prune(self, before: float) -> int:
        """Let go of results and reports from before this (Unix seconds); see there.

        How many in all: a portion at a time, so ask until there are none. What trials
        are is kept, and what evaluations left for later ones.
        """
        return self._calls.write(pruning.prune, before)

    # The dispatcher's side -------------------------------------------------------

    def register(self, node: Node) -> None:
        """Say that `node` serves trials now; replaces what it said before."""
        self._lead.call(dispatching.register, node, self._now())

    def lead(self) -> bool:
        """Whether we dispatch from now on, because nobody else on this store does.

        On SQLite, whose machine has a file for that, always.
        """
        return self._lead.take()

    def recover(self, mine: Collection[Attempt] = ()) -> Collection[Attempt]:
        """Queue again, as the next attempt, what was claimed and is not `mine`.

        Returns those of `mine` that do not hold their trial any more.
        """
        return self._lead.call(dispatching.recover, self._now(), mine)

    def waiting(self, machines: Collection[str] = ()) -> bool:
        """Whether `claim` would find a trial now."""
        return self._lead.look(dispatching.anything_claimable, self._now(), machines)

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        """QUEUED -> RESERVED for at most `limit` trials, in the order wanted.

        An empty queue is only read: asking often costs no write.
        """
        if not self.waiting(machines):
            return ()
        return self._lead.call(dispatching.claim, limit, self._now(), machines)

    def advance(self, attempt: Attempt, state: TrialState) -> bool:
        """Move a claimed trial on; False if the attempt no longer holds it.

        `ValueError` for a state that a running attempt cannot be in.
        """
        if state not in CLAIMED:
            message = f"{state} is not a state of a claimed trial"
            raise ValueError(message)
        return self._lead.call(dispatching.advance, attempt, state)

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        """Keep the latest progress of a running trial; stale attempts are ignored."""
        self._lead.call(dispatching.progress, attempt, progress)

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        """Store the end of an attempt; False (and nothing stored) if it is stale.

        An INFRA outcome goes back to QUEUED, after a pause, until three tries are
        spent. `ValueError` for a result with a number that is not finite.
        """
        return self._lead.call(ending.finish, attempt, result, self._now())

    def cancelled(self) -> Sequence[Attempt]:
        """Claimed attempts whose trial was marked cancelled and may still run."""
        return self._lead.look(dispatching.cancelled)
