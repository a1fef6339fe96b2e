"""Results and reports that nobody asks for any more, let go.

Statements on an open transaction. A trial stays as it was ordered: its one line still
repeats it. Without its result it counts as never run, and who wants it trains it anew.
What evaluations left for later ones is kept.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from bot.adapters.store.trials.schema import (
    TERMINAL_STATES,
    attempts,
    evaluations,
    pins,
    trials,
    wants,
)
from workers.contract import TrialState

MOST = 100
"""Trials, and reports, that are let go at once: webhooks wait as long as that takes."""


def prune(connection: Connection, before: float) -> int:
    """Let go of what ended before this (Unix seconds); how many in all."""
    old = _old(connection, before)
    for table in (attempts, wants):
        connection.execute(delete(table).where(table.c.key.in_(old)))
    let_go = {"state": TrialState.SUPERSEDED, "result": None}
    connection.execute(update(trials).where(trials.c.key.in_(old)).values(let_go))
    late = select(evaluations.c.id).where(evaluations.c.saved_at < before)
    reports = connection.execute(late.limit(MOST)).scalars().all()
    connection.execute(delete(evaluations).where(evaluations.c.id.in_(reports)))
    return len(old) + len(reports)


def _old(connection: Connection, before: float) -> Sequence[str]:
    """Keys of trials that ended long ago, and serve no evaluation of late."""
    other = attempts.alias()
    later = or_(other.c.ended_at.is_(None), other.c.ended_at >= before)
    query = (
        select(attempts.c.key)
        .join(trials, trials.c.key == attempts.c.key)
        .where(attempts.c.ended_at < before)
        .where(trials.c.state.in_(TERMINAL_STATES))
        .where(~exists().where(other.c.key == attempts.c.key, later))
        .where(~_serves(before))
        .distinct()
        .limit(MOST)
    )
    return connection.execute(query).scalars().all()


def _serves(before: float) -> ColumnElement[bool]:
    """Whether an evaluation wants the trial that was begun, or reported, since."""
    begun = exists().where(
        pins.c.evaluation == wants.c.evaluation, pins.c.pinned_at >= before
    )
    told = exists().where(
        evaluations.c.id == wants.c.evaluation, evaluations.c.saved_at >= before
    )
    return exists().where(wants.c.key == attempts.c.key, or_(begun, told))
