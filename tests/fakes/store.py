"""A store in memory, held to the same contract as the one on a database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.app.ports import LATEST, StoredTrial
from bot.domain.forecast import told_once
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
    FINISHED,
    TERMINAL,
    Attempt,
    Claim,
    Failed,
    Infra,
    InfraReason,
    Node,
    Ok,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)

TRIES = 3
BACK_OFF_S = (2.0, 8.0)
CLAIMED = (
    TrialState.RESERVED,
    TrialState.PREPARING,
    TrialState.RUNNING,
    TrialState.COLLECTING,
)
GIVEN_UP = (TrialState.CANCELLED, TrialState.SUPERSEDED, TrialState.INFRA)


@dataclass
class _Row:
    stored: StoredTrial
    tries: int = 0
    not_before: float = 0.0


@dataclass(frozen=True)
class _Shown:
    at: float
    evaluation: str
    key: MetricKey
    summary: Summary


class MemoryStore:
    """All ports of the store; the order of `_rows` is the order wanted."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._rows: dict[str, _Row] = {}
        self._open: set[Attempt] = set()
        self._wants: set[tuple[str, str]] = set()
        self._nodes: dict[str, tuple[float, Node]] = {}
        self._reports: dict[str, str] = {}
        self._pins: dict[str, str] = {}
        self._branches: dict[tuple[str, str, str], dict[str, bool]] = {}
        self._shown: dict[tuple[str, str, str, str], _Shown] = {}
        self._pilots: dict[MetricKey, Pilot] = {}
        self._charges: dict[tuple[str, str], tuple[Charge, ...]] = {}
        self._fidelity: dict[tuple[str, str], tuple[float, Sequence[StagePair]]] = {}
        self._forecasts: dict[tuple[str, str], tuple[float, Sequence[Forecast]]] = {}

    # The engine's side

    def nodes(self, since: float = 0.0) -> Sequence[Node]:
        latest = sorted(self._nodes.values(), key=lambda one: (-one[0], one[1].name))
        return [node for at, node in latest if at >= since]

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        return {key: self._rows[key].stored for key in keys if key in self._rows}

    def want(self, evaluation: str, specs: Sequence[TrialSpec]) -> None:
        for spec in specs:
            self._wants.add((evaluation, spec.key))
            old = self._rows.get(spec.key)
            if old is None or old.stored.state in GIVEN_UP:
                attempt = 1 if old is None else old.stored.attempt + 1
                self._rows.pop(spec.key, None)
                queued = StoredTrial(
                    spec.key, spec, TrialState.QUEUED, attempt, evaluation
                )
                self._rows[spec.key] = _Row(queued)

    def cancel(self, evaluation: str, keys: Sequence[str]) -> None:
        self._wants -= {(evaluation, key) for key in keys}
        still = {key for _, key in self._wants}
        for key in keys:
            row = self._rows.get(key)
            if row and key not in still and row.stored.state not in TERMINAL:
                self._set(key, state=TrialState.CANCELLED, finished_at=self._now())

    def wishing(self) -> Sequence[str]:
        open_ones = {
            key for key, row in self._rows.items() if row.stored.state not in TERMINAL
        }
        return sorted({name for name, key in self._wants if key in open_ones})

    def withdraw(self, evaluation: str, *, begun: bool = True) -> None:
        spared = FINISHED if begun else set(TrialState) - {TrialState.QUEUED}
        mine = [key for name, key in self._wants if name == evaluation]
        other = [k for k in mine if self._rows[k].stored.state not in spared]
        self.cancel(evaluation, other)

    def save_evaluation(self, evaluation: str, document: str) -> None:
        self._reports[evaluation] = document

    def load_evaluation(self, evaluation: str) -> str | None:
        if evaluation in self._reports:
            return self._reports[evaluation]
        found = [name for name in self._reports if name.startswith(evaluation)]
        return self._reports[found[0]] if len(found) == 1 else None

    # What is kept between evaluations

    def pinned(self, evaluation: str) -> str | None:
        return self._pins.get(evaluation)

    def pin(self, evaluation: str, document: str) -> str:
        return self._pins.setdefault(evaluation, document)

    def attempt(
        self,
        evaluation: str,
        repository: str,
        base: str,
        head: str,
        *,
        again: bool = False,
    ) -> int:
        known = self._branches.setdefault((repository, base, head), {})
        known.setdefault(evaluation, not again)
        return sum(known.values())

    def record(self, evaluation: str, shown: Mapping[MetricKey, Summary]) -> None:
        for key, summary in shown.items():
            place = (key.repository, evaluation, *key.place)
            old = self._shown.get(place)
            at = old.at if old else self._now()
            self._shown[place] = _Shown(at, evaluation, key, summary)

    def past(self, key: MetricKey) -> Sequence[Summary]:
        return [one.summary for one in self._comparable(key)]

    def baseline_means(self, key: MetricKey) -> Sequence[BaselineMean]:
        return [
            BaselineMean(
                one.evaluation,
                one.summary.baseline.mean,
                one.summary.baseline.n,
                one.at,
            )
            for one in self._comparable(key)
            if one.summary.baseline.n
        ]

    def _comparable(self, key: MetricKey) -> list[_Shown]:
        found = [one for one in self._shown.values() if one.key == key]
        return sorted(found, key=lambda one: (one.at, one.evaluation))[-LATEST:]

    def keep_pilot(self, key: MetricKey, pilot: Pilot, *, renew: bool = False) -> Pilot:
        if renew or key not in self._pilots:
            self._pilots[key] = pilot
        return self._pilots[key]

    def pilot(self, key: MetricKey) -> Pilot | None:
        return self._pilots.get(key)

    def charge(
        self, evaluation: str, repository: str, charges: Sequence[Charge]
    ) -> None:
        self._charges[evaluation, repository] = tuple(charges)

    def charges(self, repository: str) -> Sequence[Charge]:
        return [
            one
            for (_, place), many in sorted(self._charges.items())
            for one in sorted(many, key=lambda one: one.place)
            if place == repository
        ]

    def keep_fidelity(
        self, evaluation: str, repository: str, pairs: Sequence[StagePair]
    ) -> None:
        place = (repository, evaluation)
        at, _ = self._fidelity.get(place, (self._now(), ()))
        self._fidelity[place] = (at, tuple(pairs))

    def fidelity(
        self, repository: str, mode: str, metric: str, stage: str, later: str
    ) -> Sequence[StagePair]:
        wanted = (mode, metric, stage, later)
        kept = _in_time(self._fidelity, repository)
        return [
            one
            for some in kept
            for one in some
            if (one.mode, one.metric, one.stage, one.later) == wanted
        ][-LATEST:]

    def keep_forecasts(
        self, evaluation: str, repository: str, forecasts: Sequence[Forecast]
    ) -> None:
        place = (repository, evaluation)
        at, before = self._forecasts.get(place, (self._now(), ()))
        self._forecasts[place] = (at if before else self._now(), tuple(forecasts))

    def forecasts(self, repository: str) -> Sequence[Forecast]:
        kept = sorted(
            (at, name, some)
            for (where, name), (at, some) in self._forecasts.items()
            if where == repository and some
        )
        return told_once(
            [(self._had(repository, name), some) for _, name, some in kept[-LATEST:]]
        )

    def _had(self, repository: str, evaluation: str) -> set[tuple[str, str]]:
        """The branches that had an evaluation."""
        return {
            (base, head)
            for (where, base, head), names in self._branches.items()
            if where == repository and evaluation in names
        }

    # Looking trials up

    def begins(self, prefix: str) -> Sequence[StoredTrial]:
        found = sorted(key for key in self._rows if key.startswith(prefix))
        return [self._rows[key].stored for key in found[:10]]

    def trained(self, tree: str) -> Sequence[StoredTrial]:
        found = sorted(self._rows.items())
        return [row.stored for _, row in found if row.stored.spec.tree == tree]

    # The dispatcher's side

    def register(self, node: Node) -> None:
        self._nodes[node.name] = (self._now(), node)

    def lead(self) -> bool:
        return True

    def recover(self, mine: Collection[Attempt] = ()) -> Collection[Attempt]:
        self._open &= set(mine)
        for key, row in self._rows.items():
            held = Attempt(key, row.stored.attempt)
            if row.stored.state in CLAIMED and held not in mine:
                self._requeue(key)
        return [attempt for attempt in mine if attempt not in self._open]

    def waiting(self, machines: Collection[str] = ()) -> bool:
        return bool(self._free(machines))

    def claim(self, limit: int, machines: Collection[str] = ()) -> Sequence[Claim]:
        return [self._claim(stored) for stored in self._free(machines)[:limit]]

    def _free(self, machines: Collection[str]) -> list[StoredTrial]:
        busy = {attempt.key for attempt in self._open}
        return [
            row.stored
            for key, row in self._rows.items()
            if row.stored.state is TrialState.QUEUED
            and row.not_before <= self._now()
            and key not in busy
            and (not machines or row.stored.spec.machine in ("", *machines))
        ]

    def _claim(self, stored: StoredTrial) -> Claim:
        self._set(stored.key, state=TrialState.RESERVED)
        attempt = Attempt(stored.key, stored.attempt)
        self._open.add(attempt)
        return Claim(attempt, stored.spec)

    def advance(self, attempt: Attempt, state: TrialState) -> bool:
        if state not in CLAIMED:
            raise ValueError(state)
        if not self._holds(attempt):
            return False
        now = self._rows[attempt.key].stored.state
        if CLAIMED.index(state) > CLAIMED.index(now):
            self._set(attempt.key, state=state)
        return True

    def progress(self, attempt: Attempt, progress: Progress) -> None:
        if self._holds(attempt):
            self._set(attempt.key, progress=progress)

    def finish(self, attempt: Attempt, result: TrialResult) -> bool:
        held = self._holds(attempt) or self._spared(attempt, result)
        self._open.discard(attempt)
        if held:
            self._set(attempt.key, attempt=attempt.number)
            self._end(attempt.key, result)
        return held

    def _spared(self, attempt: Attempt, result: TrialResult) -> bool:
        """Told off, and ended well before it heard of that."""
        if attempt not in self._open or isinstance(result.outcome, Infra):
            return False
        stored = self._rows[attempt.key].stored
        if stored.state is TrialState.QUEUED:
            return stored.attempt == attempt.number + 1
        given_up = stored.state in (TrialState.CANCELLED, TrialState.SUPERSEDED)
        return given_up and stored.attempt == attempt.number

    def cancelled(self) -> Sequence[Attempt]:
        return [attempt for attempt in self._open if not self._holds(attempt)]

    def _end(self, key: str, result: TrialResult) -> None:
        row = self._rows[key]
        ended = {"result": result, "finished_at": self._now()}
        match result.outcome:
            case Ok():
                self._set(key, state=TrialState.OK, **ended)
            case Failed():
                self._set(key, state=TrialState.FAILED, **ended)
            case Infra(reason):
                row.tries += 1
                if row.tries >= TRIES or reason is InfraReason.PLACEMENT:
                    self._set(key, state=TrialState.INFRA, **ended)
                else:
                    row.not_before = self._now() + BACK_OFF_S[row.tries - 1]
                    self._requeue(key)

    def _requeue(self, key: str) -> None:
        attempt = self._rows[key].stored.attempt + 1
        self._set(key, state=TrialState.QUEUED, attempt=attempt, progress=None)

    def _set(self, key: str, **changes: object) -> None:
        row = self._rows[key]
        row.stored = replace(row.stored, **changes)  # type: ignore[arg-type]

    def _holds(self, attempt: Attempt) -> bool:
        row = self._rows.get(attempt.key)
        return (
            row is not None
            and row.stored.attempt == attempt.number
            and row.stored.state in CLAIMED
        )


_T = TypeVar("_T")


def _in_time(
    kept: Mapping[tuple[str, str], tuple[float, Sequence[_T]]], repository: str
) -> list[Sequence[_T]]:
    """What each evaluation of a repository left, in order of time."""
    mine = [
        (at, name, some) for (r, name), (at, some) in kept.items() if r == repository
    ]
    return [some for _, _, some in sorted(mine, key=lambda one: one[:2])]
