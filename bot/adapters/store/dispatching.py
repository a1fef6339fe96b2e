"""The dispatcher's side of the store, as statements on an open transaction.

Every change of a trial's state is a compare-and-set with the attempt number.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    or_,
    select,
    true,
    tuple_,
    update,
)

from bot.adapters.store.codec import (
    dump_node,
    dump_progress,
    dump_result,
    load_spec,
)
from bot.adapters.store.schema import (
    BACK_OFF_S,
    CLAIMED,
    TRIES,
    attempts,
    nodes,
    trials,
)
from bot.adapters.store.upsert import put
from workers.contract import (
    Attempt,
    Claim,
    Failed,
    Infra,
    InfraReason,
    Node,
    Ok,
    Progress,
    TrialResult,
    TrialState,
)

GIVEN_BACK = "given_back"
"""How an attempt ended whose dispatcher died or stopped."""


def register(connection: Connection, node: Node, now: float) -> None:
    """Insert or replace `node`."""
    row = {"name": node.name, "document": dump_node(node), "registered_at": now}
    put(connection, nodes, row)


def recover(
    connection: Connection, now: float, mine: Collection[Attempt] = ()
) -> Collection[Attempt]:
    """Close every open attempt but `mine`; trials that one of them held are queued.

    Returns those of `mine` that are not open any more: somebody gave them back.
    """
    opened = attempts.c.ended_at.is_(None)
    others = and_(opened, _not_among(attempts.c.key, attempts.c.number, mine))
    closed = {"ended_at": now, "outcome": GIVEN_BACK}
    connection.execute(update(attempts).where(others).values(closed))
    held = trials.c.state.in_(CLAIMED)
    unheld = and_(held, _not_among(trials.c.key, trials.c.attempt, mine))
    requeued = {"state": TrialState.QUEUED, "attempt": trials.c.attempt + 1}
    connection.execute(update(trials).where(unheld).values(requeued))
    still_open = select(attempts.c.key, attempts.c.number).where(opened)
    left = {Attempt(*row) for row in connection.execute(still_open)}
    return [attempt for attempt in mine if attempt not in left]


def _not_among(
    key: ColumnElement[str], number: ColumnElement[int], mine: Collection[Attempt]
) -> ColumnElement[bool]:
    if not mine:
        return true()
    return tuple_(key, number).not_in([(one.key, one.number) for one in mine])


def claimable(now: float, machines: Collection[str]) -> ColumnElement[bool]:
    """Queued, rested, fit for one of `machines`, and not still running somewhere."""
    old = select(attempts.c.key).where(attempts.c.key == trials.c.key)
    still_running = exists(old.where(attempts.c.ended_at.is_(None)))
    conditions = [
        trials.c.state == TrialState.QUEUED,
        trials.c.not_before <= now,
        ~still_running,
    ]
    if machines:
        conditions.append(trials.c.machine.in_(["", *machines]))
    return and_(*conditions)


def anything_claimable(
    connection: Connection, now: float, machines: Collection[str]
) -> bool:
    """Whether `claim` would find anything."""
    query = select(trials.c.key).where(claimable(now, machines)).limit(1)
    return connection.execute(query).first() is not None


def claim(
    connection: Connection, limit: int, now: float, machines: Collection[str]
) -> Sequence[Claim]:
    """Reserve the first trials in the order wanted; opens one attempt each."""
    query = (
        select(trials.c.key, trials.c.attempt, trials.c.spec)
        .where(claimable(now, machines))
        .order_by(trials.c.position)
        .limit(limit)
        .with_for_update(skip_locked=True, of=trials)
    )
    claims = [
        Claim(Attempt(row.key, row.attempt), load_spec(row.spec))
        for row in connection.execute(query)
    ]
    for one in claims:
        _open(connection, one.attempt, now)
    return claims


def _open(connection: Connection, attempt: Attempt, now: float) -> None:
    mine = trials.c.key == attempt.key
    connection.execute(update(trials).where(mine).values(state=TrialState.RESERVED))
    row = {"key": attempt.key, "number": attempt.number, "claimed_at": now}
    connection.execute(attempts.insert().values(row))


def _holds(attempt: Attempt) -> ColumnElement[bool]:
    return and_(
        trials.c.key == attempt.key,
        trials.c.attempt == attempt.number,
        trials.c.state.in_(CLAIMED),
    )


def _is(attempt: Attempt) -> ColumnElement[bool]:
    return and_(attempts.c.key == attempt.key, attempts.c.number == attempt.number)


def holds(connection: Connection, attempt: Attempt) -> bool:
    """Whether `attempt` still speaks for its trial."""
    query = select(trials.c.key).where(_holds(attempt)).with_for_update()
    return connection.execute(query).first() is not None


def advance(connection: Connection, attempt: Attempt, state: TrialState) -> bool:
    """Move on, never back; whether the attempt holds its trial."""
    if not holds(connection, attempt):
        return False
    earlier = CLAIMED[: CLAIMED.index(state)]
    due = and_(_holds(attempt), trials.c.state.in_(earlier))
    connection.execute(update(trials).where(due).values(state=state))
    return True


def progress(connection: Connection, attempt: Attempt, seen: Progress) -> None:
    """Keep `seen` for an attempt that holds its trial."""
    if holds(connection, attempt):
        values = {"progress": dump_progress(seen)}
        connection.execute(update(attempts).where(_is(attempt)).values(values))


def finish(
    connection: Connection, attempt: Attempt, result: TrialResult, now: float
) -> bool:
    """Close the attempt; store its end if it held the trial.

    A whole result that was faster than the word that nobody wants it is kept: whoever
    wants that trial again has paid for it.
    """
    held = holds(connection, attempt)
    if held:
        row = _ended(connection, attempt, result, now)
        connection.execute(update(trials).where(_holds(attempt)).values(row))
    elif not isinstance(result.outcome, Infra):
        held = _kept(connection, attempt, result, now)
    closed = {"ended_at": now, "outcome": state_of(result), "detail": _detail(result)}
    still_open = and_(_is(attempt), attempts.c.ended_at.is_(None))
    connection.execute(update(attempts).where(still_open).values(closed))
    return held


def _kept(
    connection: Connection, attempt: Attempt, result: TrialResult, now: float
) -> bool:
    """Store the end of an attempt that was told off, and ended by itself before.

    Where the trial is wanted again, its next attempt must not have begun.
    """
    query = select(attempts.c.ended_at).where(
        _is(attempt), attempts.c.ended_at.is_(None)
    )
    if connection.execute(query).first() is None:
        return False
    given_up = and_(
        trials.c.attempt == attempt.number,
        trials.c.state.in_((TrialState.CANCELLED, TrialState.SUPERSEDED)),
    )
    again = and_(
        trials.c.attempt == attempt.number + 1, trials.c.state == TrialState.QUEUED
    )
    free = and_(trials.c.key == attempt.key, or_(given_up, again))
    row = {**_end(result, now), "attempt": attempt.number}
    return connection.execute(update(trials).where(free).values(row)).rowcount > 0


def _end(result: TrialResult, now: float) -> dict[str, object]:
    return {
        "state": state_of(result),
        "result": dump_result(result),
        "finished_at": now,
    }


def _ended(
    connection: Connection, attempt: Attempt, result: TrialResult, now: float
) -> dict[str, object]:
    """The trial's row after this end: its result, or its place in the queue again."""
    query = select(trials.c.tries).where(trials.c.key == attempt.key)
    row = _end(result, now)
    if not isinstance(result.outcome, Infra):
        return row
    tries = connection.execute(query).scalar_one() + 1
    return retried(result.outcome, attempt, tries, now) or {**row, "tries": tries}


def retried(
    outcome: Infra, attempt: Attempt, tries: int, now: float
) -> dict[str, object] | None:
    """How a lost trial is queued again; None when its tries are spent."""
    if tries >= TRIES or outcome.reason is InfraReason.PLACEMENT:
        return None
    return {
        "state": TrialState.QUEUED,
        "attempt": attempt.number + 1,
        "tries": tries,
        "not_before": now + BACK_OFF_S[tries - 1],
    }


def state_of(result: TrialResult) -> TrialState:
    """The terminal state that a result stands for."""
    match result.outcome:
        case Ok():
            return TrialState.OK
        case Failed():
            return TrialState.FAILED
        case Infra():
            return TrialState.INFRA


def _detail(result: TrialResult) -> str:
    """For people, as text that any database takes: no half characters, no NUL."""
    told = "" if isinstance(result.outcome, Ok) else result.outcome.detail
    return (
        told.encode(errors="replace")
        .decode()
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
    )


def cancelled(connection: Connection) -> Sequence[Attempt]:
    """Open attempts that no longer hold their trial."""
    held = and_(
        trials.c.key == attempts.c.key,
        trials.c.attempt == attempts.c.number,
        trials.c.state.in_(CLAIMED),
    )
    query = select(attempts.c.key, attempts.c.number).where(
        attempts.c.ended_at.is_(None), ~exists(select(trials.c.key).where(held))
    )
    return [Attempt(row.key, row.number) for row in connection.execute(query)]
