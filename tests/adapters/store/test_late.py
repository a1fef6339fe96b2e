"""A store that is opened late: by whoever asks, once it is there."""

from pathlib import Path

import pytest

from bot.adapters.store import SqlInbox, SqlPages, StoreError, postgres_url, sqlite_url
from bot.adapters.store.database import once
from bot.app.hooks import Delivery
from bot.domain.links import Kind
from tests.databases.postgres import Server

ONE = Delivery("a", "push", b"{}", 1.0)


def test_a_file_that_cannot_be_made_is_told_to_each_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("no folder")
    url = sqlite_url(blocked / "store.sqlite")
    inbox, pages = SqlInbox(url, float, hurried=True), SqlPages(url, hurried=True)
    for asked in (inbox.reach, lambda: inbox.keep([ONE])):
        with pytest.raises(StoreError, match=r"cache .* failed: File exists"):
            asked()
    with pytest.raises(StoreError):
        pages.subjects(Kind.PAGE, "x")
    blocked.unlink()
    with pytest.raises(StoreError):  # so soon it is not tried again
        inbox.reach()
    monkeypatch.setattr(once, "AGAIN_S", 0.0)
    inbox, pages = SqlInbox(url, float, hurried=True), SqlPages(url, hurried=True)
    assert inbox.keep([ONE]) == {"a"}
    assert pages.subjects(Kind.PAGE, "x") == []
    inbox.close()
    pages.close()


def test_a_server_that_is_away_is_found_when_it_is_back(
    postgres: Server, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person could mend at the start is trouble like any other by then."""
    monkeypatch.setattr(once, "AGAIN_S", 0.0)
    inbox = SqlInbox(postgres_url(database_url), float, 2.0, hurried=True)
    with postgres.down():
        for _ in range(2):
            with pytest.raises(StoreError, match="No PostgreSQL server answers"):
                inbox.keep([ONE])
    assert inbox.keep([ONE]) == {"a"}
    inbox.close()


def test_one_that_is_not_late_refuses_at_once(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    url = sqlite_url(tmp_path / "cache" / "store.sqlite")
    with pytest.raises(StoreError):
        SqlInbox(url, float)
    with pytest.raises(StoreError):
        SqlPages(url)


def test_one_that_was_never_asked_closes(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    SqlInbox(url, float, hurried=True).close()
    assert not (tmp_path / "store.sqlite").exists()
