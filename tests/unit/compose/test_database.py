"""Which store a process works with, as its settings say."""

from pathlib import Path

import pytest

from bot.adapters.alive import AliveLocks
from bot.adapters.store import SqlStore, sqlite_url
from bot.compose.check import recall_in
from bot.compose.database import begun, locks, open_store, store_url
from bot.compose.reproduce import Reproducer
from bot.domain.errors import UserFault
from bot.settings import Settings


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEEDGATE_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("SEEDGATE_DATABASE_URL", raising=False)
    monkeypatch.delenv("PGPASSWORD", raising=False)
    return tmp_path


def test_without_a_database_the_store_is_a_file_in_the_cache_folder(
    cache: Path,
) -> None:
    settings = Settings()
    assert store_url(settings) == sqlite_url(cache / "seedgate.sqlite")
    assert not begun(settings)
    store = open_store(settings)
    assert begun(settings)
    assert isinstance(locks(settings, store), AliveLocks)
    store.close()


def test_a_database_is_opened_and_shared_with_its_password(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDGATE_DATABASE_URL", "postgres://ann@db/gate")
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    settings = Settings()
    assert store_url(settings) == "postgresql+psycopg://ann:hunter2@db/gate"
    assert begun(settings)


def test_on_a_database_the_store_itself_says_who_carries_an_evaluation_on(
    cache: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("SEEDGATE_DATABASE_URL", database_url)
    settings = Settings()
    store = open_store(settings)
    assert isinstance(store, SqlStore)
    assert locks(settings, store) is store
    assert list(cache.iterdir()) == []
    store.close()


def test_a_trial_is_looked_up_in_the_database(
    cache: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("SEEDGATE_DATABASE_URL", database_url)
    with Reproducer("abc") as reproducer, pytest.raises(UserFault) as caught:
        reproducer.find()
    assert "abc" in caught.value.problem
    assert "there is no store" not in caught.value.problem


def test_a_database_that_cannot_be_opened_is_told_by_who_needs_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDGATE_DATABASE_URL", "postgresql://db")
    with (
        Reproducer("abc") as reproducer,
        pytest.raises(UserFault, match="names no database"),
    ):
        reproducer.find()
    assert recall_in(cache) is None  # a policy is sound or not without it
