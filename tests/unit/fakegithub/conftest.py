"""Ends the server that the stages share."""

from collections.abc import Iterator

import pytest

from tests.unit.fakegithub.stage import HOST


@pytest.fixture(scope="session", autouse=True)
def host_ends() -> Iterator[None]:
    yield
    HOST.stop()
