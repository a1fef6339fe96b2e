"""The dispatcher's side of the store, as statements on an open transaction.

Every change of a trial's state is a compare-and-set with the attempt number.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    select,
    true,
    tuple_,
    update,
)

from bot.adapters.store.database.upsert import put
from bot.adapters.store.trials.codec import (
    dump_node,
    dump_progress,
    load_spec,
)
from bot.adapters.store.trials.schema import (
    CLAIMED,
    attempts,
    nodes,
    trials,
)
from workers.contract import (
    Attempt,
    Claim,
    Node,
    Progress,
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


def held_by(attempt: Attempt) -> ColumnElement[bool]:
    """The trial, if this attempt still speaks for it."""
    return and_(
        trials.c.key == attempt.key,
        trials.c.attempt == attempt.number,
        trials.c.state.in_(CLAIMED),
    )


def row_of(attempt: Attempt) -> ColumnElement[bool]:
    """The attempt's own row."""
    return and_(attempts.c.key == attempt.key, attempts.c.number == attempt.number)


def holds(connection: Connection, attempt: Attempt) -> bool:
    """Whether `attempt` still speaks for its trial."""
    query = select(trials.c.key).where(held_by(attempt)).with_for_update()
    return connection.execute(query).first() is not None


def advance(connection: Connection, attempt: Attempt, state: TrialState) -> bool:
    """Move on, never back; whether the attempt holds its trial."""
    if not holds(connection, attempt):
        return False
    earlier = CLAIMED[: CLAIMED.index(state)]
    due = and_(held_by(attempt), trials.c.state.in_(earlier))
    connection.execute(update(trials).where(due).values(state=state))
    return True


def progress(connection: Connection, attempt: Attempt, seen: Progress) -> None:
    """Keep `seen` for an attempt that holds its trial."""
    if holds(connection, attempt):
        values = {"progress": dump_progress(seen)}
        connection.execute(update(attempts).where(row_of(attempt)).values(values))


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
