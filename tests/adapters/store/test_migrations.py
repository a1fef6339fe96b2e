"""Stores of earlier versions are brought up to date, with all that is in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

import bot.adapters.store
from bot.adapters.store import SqlStore, postgres_url, sqlite_url
from bot.adapters.store.schema import REVISION, metadata
from tests.adapters.store.earlier import READ, ROWS
from tests.databases.postgres import Server

BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "store.sqlite")
    server: Server = request.getfixturevalue("postgres")
    return postgres_url(server.url(request.getfixturevalue("empty_database")))


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
    """A store as an earlier version left it."""
    with connected(url) as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        raw = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
        for one in sorted(ROWS):
            for statement in ROWS[one] if one <= revision else ():
                connection.exec_driver_sql(statement.replace("BYTES", raw))


@BOTH
@pytest.mark.parametrize("revision", sorted(ROWS))
def test_a_store_of_an_earlier_schema_is_migrated_and_loses_nothing(
    url: str, revision: str
) -> None:
    fill(url, revision)
    for one in sorted(READ):
        if one <= revision:
            READ[one](url)


@BOTH
def test_a_store_that_was_migrated_takes_what_is_new(url: str) -> None:
    fill(url, "0001")
    with opened(url) as store:
        assert store.pin("one", "new") == "new"
        assert store.attempt("one", "/repo", "main", "idea") == 1
        assert list(store.forecasts("/repo")) == []
    with opened(url) as again:
        assert again.pinned("one") == "new"


def test_there_are_rows_of_every_schema_before_the_newest() -> None:
    script = ScriptDirectory.from_config(migrations())
    earlier = {one.revision for one in script.walk_revisions()} - {REVISION}
    assert script.get_heads() == [REVISION]
    assert set(ROWS) == set(READ)
    assert set(ROWS) >= earlier


@BOTH
def test_the_tables_of_the_code_are_those_that_migrations_make(url: str) -> None:
    with opened(url), connected(url) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_names_are_compared_byte_by_byte_on_every_server(
    postgres: Server, empty_database: str
) -> None:
    url = postgres_url(postgres.url(empty_database))
    query = text(
        "SELECT DISTINCT collation_name FROM information_schema.columns WHERE "
        "table_schema = 'public' AND data_type = 'character varying' "
        "AND table_name <> 'alembic_version'"
    )
    with opened(url), connected(url) as connection:
        assert connection.execute(query).scalars().all() == ["C"]
        assert len(inspect(connection).get_table_names()) == len(metadata.tables) + 1
