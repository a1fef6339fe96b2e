"""A git that knows nothing of the person who runs the tests."""

from pathlib import Path

import pytest

from tests.adapters.repository.git_world import GitWorld


@pytest.fixture(autouse=True)
def _plain_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    (tmp_path / "home").mkdir()


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    """An empty repository on branch `main`."""
    return GitWorld(tmp_path / "digits", tmp_path / "cache" / "scratch")
