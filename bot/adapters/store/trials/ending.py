"""How attempts end: results, and lost trials that are queued again.

Statements on an open transaction, each a compare-and-set with the attempt number.
"""

from sqlalchemy import Connection, and_, or_, select, update

from bot.adapters.store.trials.codec import dump_result
from bot.adapters.store.trials.dispatching import held_by, holds, row_of
from bot.adapters.store.trials.schema import BACK_OFF_S, TRIES, attempts, trials
from workers.contract import (
    Attempt,
    Failed,
    Infra,
    InfraReason,
    Ok,
    TrialResult,
    TrialState,
)


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
        connection.execute(update(trials).where(held_by(attempt)).values(row))
    elif not isinstance(result.outcome, Infra):
        held = _kept(connection, attempt, result, now)
    closed = {"ended_at": now, "outcome": state_of(result), "detail": _detail(result)}
    still_open = and_(row_of(attempt), attempts.c.ended_at.is_(None))
    connection.execute(update(attempts).where(still_open).values(closed))
    return held


def _kept(
    connection: Connection, attempt: Attempt, result: TrialResult, now: float
) -> bool:
    """Store the end of an attempt that was told off, and ended by itself before.

    Where the trial is wanted again, its next attempt must not have begun.
    """
    query = select(attempts.c.ended_at).where(
        row_of(attempt), attempts.c.ended_at.is_(None)
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
