"""The inbox on a SQL database: a row a delivery, on the disk before `keep` ends.

On SQLite every connection has `synchronous = FULL`, which in WAL mode syncs the log at
each commit; PostgreSQL does so by default.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from bot.adapters.store.database.once import Once
from bot.adapters.store.database.opening import LOG_PAGES
from bot.adapters.store.notes import noted
from bot.adapters.store.schema_web import deliveries
from bot.app.hooks import Delivery, DeliveryState
from bot.app.hooks.ports import BACK_OFF_S, TRIES

LOG = logging.getLogger("seedgate")
MOST_LOG_PAGES = 25 * LOG_PAGES
"""100 MB. So far the log may grow while nobody else writes."""
PATIENCE_S = 5.0
"""Shorter than a store's: GitHub waits 10 s for the whole answer."""

_KNOWN = deliveries.c


class SqlInbox:
    """`Inbox` at a database URL, on connections of its own."""

    def __init__(
        self,
        url: str,
        now: Callable[[], float],
        patience_s: float = PATIENCE_S,
        *,
        hurried: bool = False,
    ) -> None:
        """Open the store at `url`, made or migrated if due; `now` in Unix seconds.

        One that is `hurried` leaves copying SQLite's log back to others, if it can, and
        opens the store when it is asked first: again and again, where it is away.
        """
        pages = MOST_LOG_PAGES if hurried else LOG_PAGES
        self._once = Once(url, patience_s, log_pages=pages, late=hurried)
        self.name = self._once.name
        self._now = now

    def close(self) -> None:
        """Give every connection back to the system."""
        self._once.close()

    def keep(self, deliveries: Sequence[Delivery]) -> Collection[str]:
        """Keep these, all or none, on the disk when it returns; see `Inbox`.

        In one order, so that two processes never wait for each other's rows.
        """
        each = {one.guid: one for one in reversed(deliveries)}
        in_order = [each[guid] for guid in sorted(each)]
        with self._once.write() as connection:
            return _keep(connection, in_order) if in_order else set()

    def pending(self, limit: int) -> Sequence[Delivery]:
        """At most `limit` that are to be worked on now, the oldest first."""
        due = (_KNOWN.state == DeliveryState.PENDING, _KNOWN.not_before <= self._now())
        query = select(deliveries).where(*due)
        query = query.order_by(_KNOWN.received_at, _KNOWN.guid).limit(limit)
        with self._once.read() as connection:
            rows = connection.execute(query).all()
        return [
            Delivery(row.guid, row.event, row.body, row.received_at, row.attempts)
            for row in rows
        ]

    def done(self, notes: Mapping[str, str]) -> None:
        """The work is done: the bodies are dropped, the GUIDs are remembered."""
        if not notes:
            return
        rows = [{"which": guid, "why": noted(notes[guid])} for guid in sorted(notes)]
        with self._once.write() as connection:
            connection.execute(_ENDING, rows)

    def failed(self, guid: str, why: str) -> None:
        """The work failed: it is pending again after a pause, or FAILED for good."""
        fits = (_KNOWN.guid == guid, _KNOWN.state == DeliveryState.PENDING)
        pauses = dict(enumerate(BACK_OFF_S))
        pause = case(pauses, value=_KNOWN.attempts, else_=0.0)
        spent = _KNOWN.attempts + 1 >= TRIES
        values = {
            "attempts": _KNOWN.attempts + 1,
            "not_before": literal(self._now()) + pause,
            "state": case((spent, DeliveryState.FAILED), else_=DeliveryState.PENDING),
            "note": noted(why),
        }
        with self._once.write() as connection:
            connection.execute(update(deliveries).where(*fits).values(values))
        LOG.warning("The webhook %s was not worked off: %s", guid, ascii(noted(why)))

    def later(self, guid: str, at: float, why: str) -> None:
        """Not before `at` (Unix seconds); it did not fail, so no try is counted."""
        fits = (_KNOWN.guid == guid, _KNOWN.state == DeliveryState.PENDING)
        values = {"not_before": at, "note": noted(why)}
        with self._once.write() as connection:
            connection.execute(update(deliveries).where(*fits).values(values))

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many there are in each state, 0 included."""
        query = select(_KNOWN.state, func.count()).group_by(_KNOWN.state)
        with self._once.read() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def prune(self, before: float) -> int:
        """Forget what is not pending and came before this (Unix seconds); how many."""
        old = (_KNOWN.state != DeliveryState.PENDING, _KNOWN.received_at < before)
        with self._once.write() as connection:
            return connection.execute(delete(deliveries).where(*old)).rowcount

    def reach(self) -> None:
        """Return if the inbox can be read; raise `StoreError` otherwise."""
        with self._once.read() as connection:
            connection.execute(select(_KNOWN.guid).limit(1)).all()


def _taking(insert: postgresql.Insert | sqlite.Insert) -> ReturningInsert[str]:
    """Takes new ones and those that had failed; says which. Made once: it is hot."""
    values = {name: insert.excluded[name] for name in _FRESH}
    failed = _KNOWN.state == DeliveryState.FAILED
    taking = insert.on_conflict_do_update(
        index_elements=["guid"], set_=values, where=failed
    )
    return taking.returning(_KNOWN.guid)


_ENDING = (
    update(deliveries)
    .where(_KNOWN.guid == bindparam("which"))
    .values(state=DeliveryState.DONE, body=b"", note=bindparam("why"))
)
_FRESH = ("event", "received_at", "body", "state", "attempts", "not_before", "note")
_TAKING = {
    "postgresql": _taking(postgresql.insert(deliveries)),
    "sqlite": _taking(sqlite.insert(deliveries)),
}


def _keep(connection: Connection, many: Sequence[Delivery]) -> Collection[str]:
    """Insert those that are new, and wake those that had failed, as one statement."""
    taking = _TAKING[connection.dialect.name]
    return set(connection.execute(taking, [_row(one) for one in many]).scalars())


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "guid": delivery.guid,
        "event": delivery.event,
        "received_at": delivery.received_at,
        "body": delivery.body,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "not_before": 0.0,
        "note": "",
    }
