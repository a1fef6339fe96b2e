"""Pages and bundles on a SQL database, shared by all instances of a site."""

import zlib
from collections.abc import Sequence

from sqlalchemy import Column, Connection, Table, delete, func, select

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.database.once import Once
from bot.adapters.store.database.upsert import insert_into, put
from bot.adapters.store.schema_web import bundles, link_generations, pages
from bot.domain.links import Kind, Subject

PATIENCE_S = 5.0
"""Shorter than a store's: somebody waits for the page."""

_LEVEL = 6
_IDS: dict[Kind, Column[str]] = {
    Kind.PAGE: pages.c.evaluation,
    Kind.BUNDLE: bundles.c.bundle,
}


class SqlPages:
    """`Pages` at a database URL, on connections of its own."""

    def __init__(
        self, url: str, patience_s: float = PATIENCE_S, *, hurried: bool = False
    ) -> None:
        """Open the store at `url`, made or migrated if due.

        One that is `hurried` does so when it is asked first, as an inbox does.
        """
        self._once = Once(url, patience_s, late=hurried)
        self.name = self._once.name

    def close(self) -> None:
        """Give every connection back to the system."""
        self._once.close()

    def keep(self, repository: int, evaluation: str, html: str, at: float) -> None:
        """Keep an evaluation's report in place of an earlier one (Unix seconds)."""
        row = {"evaluation": evaluation, "repository": repository, "kept_at": at}
        packed = zlib.compress(html.encode("utf-8", "xmlcharrefreplace"), _LEVEL)
        with self._once.write() as connection:
            put(connection, pages, {**row, "html": packed})

    def page(self, repository: int, evaluation: str) -> str | None:
        """The HTML of a report, or None."""
        known = pages.c
        fits = (known.evaluation == evaluation, known.repository == repository)
        with self._once.read() as connection:
            found = connection.execute(select(known.html).where(*fits)).scalar()
            return None if found is None else _unpacked(found)

    def keep_bundle(self, repository: int, bundle: str, data: bytes, at: float) -> None:
        """Keep a git bundle in place of an earlier one (Unix seconds)."""
        row = {"bundle": bundle, "repository": repository, "kept_at": at}
        with self._once.write() as connection:
            put(connection, bundles, {**row, "data": data})

    def bundle(self, repository: int, bundle: str) -> bytes | None:
        """The bytes of a bundle, or None."""
        known = bundles.c
        fits = (known.bundle == bundle, known.repository == repository)
        with self._once.read() as connection:
            return connection.execute(select(known.data).where(*fits)).scalar()

    def subjects(self, kind: Kind, id_: str) -> Sequence[Subject]:
        """What is kept under an id, as a link to it must be signed now."""
        name = _IDS[kind]
        owner = name.table.c.repository
        generation = func.coalesce(link_generations.c.generation, 0)
        both = name.table.outerjoin(
            link_generations, link_generations.c.repository == owner
        )
        query = select(owner, generation).select_from(both).where(name == id_)
        with self._once.read() as connection:
            rows = connection.execute(query.order_by(owner)).all()
        return [Subject(row[0], id_, kind, row[1]) for row in rows]

    def generation(self, repository: int) -> int:
        """Which generation of a repository's links counts; 0 at first."""
        known = link_generations.c
        query = select(known.generation).where(known.repository == repository)
        with self._once.read() as connection:
            return connection.execute(query).scalar() or 0

    def revoke(self, repository: int) -> int:
        """Let no link that was given out open anything; the new generation."""
        with self._once.write() as connection:
            return _counted_up(connection, repository)

    def prune(self, before: float) -> int:
        """Forget what was kept before this (Unix seconds); how many."""
        with self._once.write() as connection:
            gone = [_forgotten(connection, one, before) for one in (pages, bundles)]
        return sum(gone)


def _unpacked(packed: bytes) -> str:
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise UnreadableError(f"a page ({error})") from error


def _counted_up(connection: Connection, repository: int) -> int:
    """In one statement, so that two who revoke at once both count."""
    insert = insert_into(connection, link_generations)
    statement = insert.values(repository=repository, generation=1)
    statement = statement.on_conflict_do_update(
        index_elements=["repository"],
        set_={"generation": link_generations.c.generation + 1},
    )
    asked = statement.returning(link_generations.c.generation)
    return int(connection.execute(asked).scalar_one())


def _forgotten(connection: Connection, table: Table, before: float) -> int:
    return connection.execute(delete(table).where(table.c.kept_at < before)).rowcount
