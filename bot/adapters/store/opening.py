"""Opening a store: folder, connection habits, and migrations where they are due.

A store that is up to date costs one query; Alembic is imported only for one that is
not. Migrations run in one transaction under a lock, so that two processes that start
at once migrate once.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)

from bot.adapters.store.faults import StoreError, blocked_folder, translated
from bot.adapters.store.schema import REVISION

READ_ONLY = "seedgate_read_only"
"""Execution option of a connection that only reads: no write lock is taken."""


def sqlite_url(path: Path) -> str:
    """The URL of the SQLite file `path`, whatever characters it has."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def store_name(url: URL) -> str:
    """What people call this store: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


def open_engine(url: str, patience_s: float) -> tuple[Engine, str]:
    """An engine on an up-to-date store, and the store's name.

    A call waits `patience_s` seconds at most for another process that is writing.
    Raises `StoreError` for a store that cannot be opened, or is newer than this code.
    """
    parsed = make_url(url)
    name = store_name(parsed)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(Path(name))
        engine = _sqlite_engine(parsed, patience_s)
    else:
        engine = create_engine(parsed, pool_pre_ping=True)
    with translated(name):
        _bring_up_to_date(engine, name)
    return engine, name


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise blocked_folder(str(file), str(file.parent), error) from error


def _sqlite_engine(url: URL, patience_s: float) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience_s})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: SqliteConnection, _record: object) -> None:
    """Leave BEGIN to us; wait for the disk at every commit."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


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
    query = text("SELECT version_num FROM alembic_version")
    return connection.execute(query).scalar_one_or_none()


def _refuse_newer(found: str | None, name: str) -> None:
    if found is not None and found > REVISION:
        problem = (
            f"The store {name} was written by a newer Seedgate (schema {found}, this "
            f"one knows {REVISION})."
        )
        raise StoreError(problem, "Update Seedgate, or choose another cache folder.")


@contextmanager
def _migration_lock(engine: Engine, name: str) -> Iterator[Connection]:
    """A connection in a transaction that no second migration can enter."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(715517)"))
            yield connection
        return
    with _file_lock(Path(f"{name}.lock")):
        _switch_to_wal(engine)
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
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
