"""Which pull requests are to be looked at, as statements on an open transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select, update

from bot.adapters.store.database.upsert import put
from bot.adapters.store.pull_rows import is_of, named
from bot.adapters.store.schema_pulls import alarms
from bot.adapters.store.turns import in_turns
from bot.app.pulls.ports import Due
from bot.domain.pulls.acts import PullKey


def wake(connection: Connection, pull: PullKey, installation: int, at: float) -> None:
    """Due at `at` or earlier; one more wake-up, so that no `rest` on the way wins."""
    known = select(alarms.c.due_at, alarms.c.serial).where(is_of(alarms, pull))
    row = connection.execute(known).one_or_none()
    asked = at if row is None or row.due_at is None else min(at, row.due_at)
    values = {
        **named(pull),
        "installation": installation,
        "due_at": asked,
        "serial": 1 if row is None else row.serial + 1,
    }
    put(connection, alarms, values)


def due(connection: Connection, now: float, limit: int) -> Sequence[Due]:
    """At most `limit` whose time has come: of each repository the longest due first.

    Repositories take turns, so that the many of one do not hide all others.
    """
    order = (alarms.c.due_at, alarms.c.repository, alarms.c.number)
    turn = in_turns(alarms.c.repository, order)
    query = select(alarms).where(alarms.c.due_at <= now).order_by(turn, *order)
    query = query.limit(limit)
    return [
        Due(PullKey(row.repository, row.number), row.installation, row.serial)
        for row in connection.execute(query)
    ]


def rest(connection: Connection, one: Due, again_at: float | None) -> bool:
    """Due at `again_at` only, unless it was woken since; whether it was not left."""
    same = and_(is_of(alarms, one.pull), alarms.c.serial == one.serial)
    changed = connection.execute(update(alarms).where(same).values(due_at=again_at))
    if changed.rowcount:
        return True
    woken = and_(is_of(alarms, one.pull), alarms.c.due_at.is_not(None))
    return connection.execute(select(alarms.c.serial).where(woken)).first() is not None
