"""Stores as earlier versions left them, and processes that bring them up to date."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Row, create_engine, inspect, text

import bot.adapters.store
from bot.adapters.store import SqlStore
from tests.adapters.store.earlier import READ, ROWS
from tests.waiting import until

WAITS = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database "
    "WHERE datname = current_database() AND NOT granted"
)


def migrations() -> Config:
    folder = Path(bot.adapters.store.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[SqlStore]:
    store = SqlStore(url, lambda: 2_000.0)
    yield store
    store.close()


def fill(url: str, revision: str) -> None:
    """A store as an earlier version left it, with rows that are older still."""
    with connected(url) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        raw = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
        for one in sorted(ROWS):
            if one <= revision:
                command.upgrade(config, one)
                for statement in ROWS[one]:
                    connection.exec_driver_sql(statement.replace("BYTES", raw))


def read(url: str, revision: str) -> None:
    """A store of today says of those rows what it has to."""
    for one in sorted(READ):
        if one <= revision:
            READ[one](url)


def rows(url: str) -> Mapping[str, Sequence[Row[Any]]]:
    """All that is in a store, by the name of its table."""
    with connected(url) as connection:
        return {
            name: sorted(connection.exec_driver_sql(f"SELECT * FROM {name}"), key=repr)
            for name in inspect(connection).get_table_names()
        }


class Migrating:
    """A process that opens a store; it halts before a statement with these words."""

    def __init__(self, url: str, before: str = "") -> None:
        words = ("-W", "error", "-m", "tests.adapters.store.migrating", url, before)
        self._url = url
        self._process = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def halts(self) -> None:
        """Wait until it stands in the middle of its work."""
        assert self._said() == "halted\n"

    def queues(self) -> None:
        """Wait until it waits for another one's migration."""
        until(self._blocked, "a process that waits for a migration")

    def goes_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("on\n")
        self._process.stdin.flush()

    def made(self) -> int:
        """How many tables it has made when it has the store open."""
        said = self._said()
        assert self._process.wait(60) == 0
        return int(said)

    def kill(self) -> None:
        """As `kill -9` does; safe to repeat."""
        self._process.kill()
        self._process.communicate()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def _blocked(self) -> bool:
        if self._url.startswith("postgresql"):
            with connected(self._url) as connection:
                return bool(connection.execute(WAITS).scalar_one())
        known = Path("/proc/locks").read_text().splitlines()
        return any("->" in one and f" {self._process.pid} " in one for one in known)


@contextmanager
def migrating(url: str, before: str = "") -> Iterator[Migrating]:
    """Such a process, ended at the end."""
    process = Migrating(url, before)
    try:
        yield process
    finally:
        process.kill()
