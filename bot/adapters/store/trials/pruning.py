"""Results and reports that nobody asks for any more, let go.

Statements on an open transaction. A trial stays as it was ordered: its one line still
repeats it. Without its result it counts as never run, and who wants it trains it anew.
What evaluations left for later ones is kept, and so is a report that an open pull
request shows. Nothing that goes could serve again: no policy lets a run serve that is
older than what is let go (`baseline.max_age`), and one that serves leaves no wish.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from bot.adapters.store.pull_codec import report_of
from bot.adapters.store.pull_rows import same
from bot.adapters.store.schema_pulls import standings
from bot.adapters.store.schema_sweeps import outlines
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
    reports = _reports(connection, before)
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


def _reports(connection: Connection, before: float) -> Sequence[str]:
    """Ids of reports that are old, and that no open pull request shows."""
    late = select(evaluations.c.id).where(evaluations.c.saved_at < before)
    found = connection.execute(late.order_by(evaluations.c.saved_at)).scalars().all()
    shown = _shown(connection) if found else set()
    return [one for one in found if one not in shown][:MOST]


def _shown(connection: Connection) -> Collection[str]:
    """Ids of the reports that open pull requests stand by."""
    open_ = exists().where(same(outlines, standings))
    query = select(standings.c.document).where(open_)
    rows = connection.execute(query.execution_options(yield_per=MOST)).scalars()
    return {report_of(document) for document in rows}


def _serves(before: float) -> ColumnElement[bool]:
    """Whether an evaluation wants the trial that was begun, or reported, since."""
    begun = exists().where(
        pins.c.evaluation == wants.c.evaluation, pins.c.pinned_at >= before
    )
    told = exists().where(
        evaluations.c.id == wants.c.evaluation, evaluations.c.saved_at >= before
    )
    return exists().where(wants.c.key == attempts.c.key, or_(begun, told))
