"""What tests of several folders share: a PostgreSQL server, started when one asks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings

from tests.databases.postgres import Server

# A deadline would make every property a timed test, which fails on a busy machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first: at the end nobody waits for one of them alone."""
    items.sort(key=lambda one: one.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests of one process; a test that asks fails where none is."""
    with running() as server:
        yield server


@contextmanager
def running() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[str]:
    """The name of a database in which nothing is yet."""
    name = postgres.create()
    yield name
    postgres.drop(name)


@pytest.fixture
def database_url(postgres: Server) -> Iterator[str]:
    """The URL of a store that is up to date and holds nothing."""
    name = postgres.create(postgres.template())
    yield postgres.url(name)
    postgres.drop(name)
