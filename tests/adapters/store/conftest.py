"""What tests of the App's store share: one in memory, and one on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.store import SqlPulls, postgres_url, sqlite_url
from tests.adapters.store.pull_samples import Clock
from tests.databases.postgres import Server
from tests.fakes.pulls import MemoryPulls


@pytest.fixture
def time() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        return postgres_url(server.url(request.getfixturevalue("empty_database")))
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def pulls_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return postgres_url(request.getfixturevalue("database_url"))
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def pulls(
    request: pytest.FixtureRequest, tmp_path: Path, time: Clock
) -> Iterator[SqlPulls | MemoryPulls]:
    if request.param == "memory":
        yield MemoryPulls(time)
        return
    url = sqlite_url(tmp_path / "store.sqlite")
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("database_url"))
    opened = SqlPulls(url, time)
    yield opened
    opened.close()


@pytest.fixture
def two(pulls_url: str, time: Clock) -> Iterator[tuple[SqlPulls, SqlPulls]]:
    """Two programs, each with the store open."""
    both = SqlPulls(pulls_url, time), SqlPulls(pulls_url, time)
    yield both
    for one in both:
        one.close()
