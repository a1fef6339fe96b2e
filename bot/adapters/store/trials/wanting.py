"""The engine's side of the store, as statements on an open transaction."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.adapters.store.database.upsert import add_missing, put
from bot.adapters.store.trials.codec import (
    dump_spec,
    load_node,
    load_progress,
    load_result,
    load_spec,
)
from bot.adapters.store.trials.schema import (
    RESULT_STATES,
    TERMINAL_STATES,
    WANTED_AGAIN,
    attempts,
    evaluations,
    nodes,
    trials,
    wants,
)
from bot.app.ports import StoredTrial
from workers.contract import Node, TrialSpec, TrialState

CHUNK = 500
"""Keys a statement: databases limit the number of parameters."""


def chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """`keys` in pieces of at most CHUNK."""
    return (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK))


def serving(connection: Connection, since: float) -> Sequence[Node]:
    """The nodes registered at `since` or later, latest first."""
    query = (
        select(nodes.c.document)
        .where(nodes.c.registered_at >= since)
        .order_by(nodes.c.registered_at.desc(), nodes.c.name)
    )
    return [load_node(row.document) for row in connection.execute(query)]


def find(connection: Connection, keys: Sequence[str]) -> dict[str, StoredTrial]:
    """The stored trials among `keys`, in that order, with their latest progress."""
    latest = and_(attempts.c.key == trials.c.key, attempts.c.number == trials.c.attempt)
    query = select(trials, attempts.c.progress).outerjoin(attempts, latest)
    found: dict[str, StoredTrial] = {}
    for some in chunks(keys):
        rows = connection.execute(query.where(trials.c.key.in_(some)))
        found |= {row["key"]: _stored(row) for row in rows.mappings()}
    return {key: found[key] for key in keys if key in found}


def _stored(row: RowMapping) -> StoredTrial:
    result, progress = row["result"], row["progress"]
    return StoredTrial(
        key=row["key"],
        spec=load_spec(row["spec"]),
        state=TrialState(row["state"]),
        attempt=row["attempt"],
        evaluation=row["evaluation"],
        result=None if result is None else load_result(result),
        progress=None if progress is None else load_progress(progress),
        finished_at=row["finished_at"],
    )


def want(connection: Connection, evaluation: str, specs: Sequence[TrialSpec]) -> None:
    """Queue what is new or was given up, behind all that is queued, in this order."""
    states = _states(connection, [spec.key for spec in specs])
    last = connection.execute(select(func.max(trials.c.position))).scalar()
    fresh: list[dict[str, object]] = []
    for position, spec in enumerate(specs, start=(last or 0) + 1):
        row = _queued(spec, evaluation, position)
        if spec.key not in states:
            fresh.append({**row, "attempt": 1})
        elif states[spec.key] in WANTED_AGAIN:
            _queue_again(connection, row)
    add_missing(connection, trials, fresh)
    wishes = [{"evaluation": evaluation, "key": spec.key} for spec in specs]
    add_missing(connection, wants, wishes)


def _states(connection: Connection, keys: Sequence[str]) -> dict[str, TrialState]:
    states: dict[str, TrialState] = {}
    for some in chunks(keys):
        query = select(trials.c.key, trials.c.state).where(trials.c.key.in_(some))
        rows = connection.execute(query.with_for_update())
        states |= {row.key: TrialState(row.state) for row in rows}
    return states


def _queued(spec: TrialSpec, evaluation: str, position: int) -> dict[str, object]:
    return {
        "key": spec.key,
        "spec": dump_spec(spec),
        "machine": spec.machine,
        "state": TrialState.QUEUED,
        "tries": 0,
        "position": position,
        "not_before": 0.0,
        "evaluation": evaluation,
        "result": None,
        "finished_at": None,
    }


def _queue_again(connection: Connection, row: dict[str, object]) -> None:
    """A trial that was cancelled or lost; twice in one call is once."""
    given_up = and_(trials.c.key == row["key"], trials.c.state.in_(WANTED_AGAIN))
    values = {**row, "attempt": trials.c.attempt + 1}
    connection.execute(update(trials).where(given_up).values(values))


def cancel(
    connection: Connection, evaluation: str, keys: Sequence[str], now: float
) -> None:
    """Withdraw the wishes; what nobody wants and has not ended is cancelled."""
    wanted = exists(select(wants.c.key).where(wants.c.key == trials.c.key))
    ended = {"state": TrialState.CANCELLED, "finished_at": now}
    for some in chunks(keys):
        mine = and_(wants.c.evaluation == evaluation, wants.c.key.in_(some))
        connection.execute(delete(wants).where(mine))
        unwanted = and_(
            trials.c.key.in_(some), trials.c.state.not_in(TERMINAL_STATES), ~wanted
        )
        connection.execute(update(trials).where(unwanted).values(ended))


def wishing(connection: Connection) -> Sequence[str]:
    """Evaluations that want trials which have not ended, in order of their ids."""
    query = (
        select(wants.c.evaluation)
        .join(trials, trials.c.key == wants.c.key)
        .where(trials.c.state.not_in(TERMINAL_STATES))
        .distinct()
        .order_by(wants.c.evaluation)
    )
    return [row.evaluation for row in connection.execute(query)]


def withdraw(
    connection: Connection, evaluation: str, now: float, *, begun: bool
) -> None:
    """Cancel the wishes of one evaluation; what it has a result of stays its own.

    A trial that was lost would be run for it, too, once another one wants that again.
    Without `begun`, only what waits is cancelled.
    """
    waits = trials.c.state == TrialState.QUEUED
    query = (
        select(wants.c.key)
        .join(trials, trials.c.key == wants.c.key)
        .where(wants.c.evaluation == evaluation)
        .where(trials.c.state.not_in(RESULT_STATES) if begun else waits)
    )
    keys = [row.key for row in connection.execute(query)]
    cancel(connection, evaluation, keys, now)


def save_evaluation(
    connection: Connection, evaluation: str, document: str, now: float
) -> None:
    """Insert or replace the report."""
    row = {"id": evaluation, "document": document, "saved_at": now}
    put(connection, evaluations, row)


def load_evaluation(connection: Connection, evaluation: str) -> str | None:
    """The report with this id, else the only one whose id begins so."""
    if "\0" in evaluation:
        return None  # no text of PostgreSQL's holds it
    begins = func.substr(evaluations.c.id, 1, len(evaluation)) == evaluation
    query = (
        select(evaluations.c.id, evaluations.c.document)
        .where(begins)
        .order_by(evaluations.c.id)
        .limit(2)
    )
    rows = connection.execute(query).all()
    if len(rows) == 1 or (rows and rows[0].id == evaluation):
        document: str = rows[0].document
        return document
    return None
