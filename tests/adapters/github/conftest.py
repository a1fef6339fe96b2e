"""The fake GitHub's server, once for all tests here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.github.stage import Host, InMemory, OnFake, Stage, hosting, on_fake


@pytest.fixture(scope="session")
def host() -> Iterator[tuple[Host, str]]:
    with hosting() as made:
        yield made


@pytest.fixture
def real(tmp_path: Path, host: tuple[Host, str]) -> Iterator[OnFake]:
    with on_fake(tmp_path, host) as stage:
        yield stage


@pytest.fixture(params=["in memory", "connected"])
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param == "in memory":
        return InMemory()
    return request.getfixturevalue("real")
