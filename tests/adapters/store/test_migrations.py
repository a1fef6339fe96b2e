"""Stores of earlier versions are brought up to date, with all that is in them."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.adapters.store import postgres_url
from bot.adapters.store.database.tables import REVISION, metadata
from tests.adapters.store.earlier import READ, ROWS
from tests.adapters.store.older import connected, fill, migrations, opened, read
from tests.databases.postgres import Server


@pytest.mark.parametrize("revision", sorted(ROWS))
def test_a_store_of_an_earlier_schema_is_migrated_and_loses_nothing(
    new_url: str, revision: str
) -> None:
    fill(new_url, revision)
    read(new_url, revision)


def test_a_store_that_was_migrated_takes_what_is_new(new_url: str) -> None:
    fill(new_url, "0001")
    with opened(new_url) as store:
        assert store.pin("one", "new") == "new"
        assert store.attempt("one", "/repo", "main", "idea") == 1
        assert list(store.forecasts("/repo")) == []
    with opened(new_url) as again:
        assert again.pinned("one") == "new"


def test_there_are_rows_of_every_schema_before_the_newest() -> None:
    script = ScriptDirectory.from_config(migrations())
    earlier = {one.revision for one in script.walk_revisions()} - {REVISION}
    assert script.get_heads() == [REVISION]
    assert set(ROWS) == set(READ)
    assert set(ROWS) >= earlier


def test_the_tables_of_the_code_are_those_that_migrations_make(new_url: str) -> None:
    with opened(new_url), connected(new_url) as connection:
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
