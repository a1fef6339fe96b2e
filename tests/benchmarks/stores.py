"""Where a benchmark keeps things: a new SQLite file, or a PostgreSQL server of its own.

The server waits for its disk at every commit, as one does that is to lose nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.store import postgres_url, sqlite_url
from tests.databases.postgres import Server


@contextmanager
def database(*, postgres: bool) -> Iterator[str | None]:
    """The URL of an empty database as a person would write it; None: none is named."""
    if not postgres:
        yield None
        return
    server = Server(durable=True)
    try:
        yield server.url(server.create())
    finally:
        server.remove()


@contextmanager
def store(folder: Path, *, postgres: bool) -> Iterator[str]:
    """The URL of a store that is not made yet."""
    with database(postgres=postgres) as url:
        yield sqlite_url(folder / "store.sqlite") if url is None else postgres_url(url)
