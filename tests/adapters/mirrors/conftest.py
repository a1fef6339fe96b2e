"""The fake GitHub's server, once for all tests here; a git that knows nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.mirrors.stage import Host, InMemory, OnFake, Stage, hosting, on_fake


@pytest.fixture(autouse=True)
def _plain_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    (tmp_path / "home").mkdir()


@pytest.fixture(scope="session")
def host() -> Iterator[tuple[Host, str]]:
    with hosting() as made:
        yield made


@pytest.fixture
def real(tmp_path: Path, host: tuple[Host, str]) -> OnFake:
    return on_fake(tmp_path, host)


@pytest.fixture(params=["in memory", "by git"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Stage:
    if request.param == "in memory":
        return InMemory(tmp_path / "fake")
    made: OnFake = request.getfixturevalue("real")
    return made
