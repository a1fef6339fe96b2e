"""Opening a store: folder, connection habits, and migrations where they are due.

A store that is up to date costs one query; Alembic is imported only for one that is
not. Migrations run in one transaction under a lock, so that two processes that start
at once migrate once.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy import text as statement

from bot.adapters.store.database.faults import (
    StoreError,
    blocked_folder,
    explain,
    opening,
    translated,
)
from bot.adapters.store.database.locks import MIGRATION, wait_for
from bot.adapters.store.database.postgres import postgres_engine
from bot.adapters.store.database.refusals import require_fit
from bot.adapters.store.database.tables import REVISION
from bot.adapters.store.database.urls import store_name

READ_ONLY = "seedgate_read_only"
"""Execution option of a connection that only reads: no write lock is taken."""


LOG_PAGES = 1000
"""SQLite's own: after so many pages in its log whoever commits copies them back."""


def open_engine(
    url: str, patience_s: float, *, log_pages: int = LOG_PAGES
) -> tuple[Engine, str]:
    """An engine on an up-to-date store, and the store's name.

    `url` is what `sqlite_url` or `postgres_url` made. A call waits `patience_s` seconds
    at most for another process that is writing; a commit on SQLite copies the log back
    where it has more than `log_pages` pages. Raises `StoreError` for a store that
    cannot be opened, or is newer than this code, and `UserFault` for a server that
    does not let us in, or cannot hold a store.
    """
    parsed = make_url(url)
    name = store_name(parsed)
    if parsed.get_backend_name() == "sqlite":
        return _open_file(parsed, name, patience_s, log_pages), name
    return _open_server(parsed, name, patience_s), name


def _open_file(url: URL, name: str, patience_s: float, log_pages: int) -> Engine:
    _make_folder(Path(name))
    engine = create_engine(url, connect_args={"timeout": patience_s})
    event.listen(engine, "connect", partial(_on_connect, log_pages))
    event.listen(engine, "begin", _on_begin)
    with translated(name):
        _bring_up_to_date(engine, name)
    return engine


def _open_server(url: URL, name: str, patience_s: float) -> Engine:
    engine = postgres_engine(url, patience_s)
    try:
        with opening(name):
            with engine.connect() as connection:
                require_fit(connection, name)
            _bring_up_to_date(engine, name)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise blocked_folder(str(file), str(file.parent), error) from error


def _on_connect(pages: int, connection: SqliteConnection, _record: object) -> None:
    """Leave BEGIN to us; wait for the disk at every commit."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")


def _on_begin(connection: Connection) -> None:
    """Take the write lock first: a transaction never has to be upgraded, and fail."""
    reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _bring_up_to_date(engine: Engine, name: str) -> None:
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        found = _revision(connection)
    _refuse_newer(found, name)
    if found == REVISION:
        return
    with _migration_lock(engine, name) as connection:
        if _revision(connection) != REVISION:
            _migrate(connection)


def _revision(connection: Connection) -> str | None:
    """The schema of an open store; None for a store that has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    query = statement("SELECT version_num FROM alembic_version")
    return connection.execute(query).scalar_one_or_none()


def _refuse_newer(found: str | None, name: str) -> None:
    if found is not None and found > REVISION:
        problem = (
            f"The store {name} was written by a newer Seedgate (schema {found}, this "
            f"one knows {REVISION})."
        )
        raise StoreError(problem, "Update Seedgate, or choose another store.")


@contextmanager
def _migration_lock(engine: Engine, name: str) -> Iterator[Connection]:
    """A connection in a transaction that no second migration can enter."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            # A migration of much data takes its time, and who waits for it waits.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            wait_for(connection, MIGRATION)
            yield connection
        return
    with _file_lock(Path(f"{name}.lock")):
        try:
            _switch_to_wal(engine)
        except sqlite3.Error as error:  # the driver itself is asked, by its own words
            raise explain(name, error) from error
        with engine.begin() as connection:
            yield connection


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    """Turning WAL on does not wait for others by itself; this does."""
    try:
        file = path.open("a")
    except OSError as error:
        raise blocked_folder(str(path), str(path.parent), error) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _switch_to_wal(engine: Engine) -> None:
    """Readers and one writer do not wait for each other from here on; it is kept."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def _migrate(connection: Connection) -> None:
    """Run every migration that is due, in the transaction of `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parents[1] / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
