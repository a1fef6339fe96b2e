"""What is old goes while the App runs: deliveries, reports, pages."""

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.adapters.mirrors import GitMirrors
from bot.adapters.store import SqlInbox, SqlPages, SqlStore
from bot.app.hooks import Delivery, DeliveryState
from bot.app.mirroring import MirrorError, Unreachable
from bot.compose.database import store_url
from bot.compose.serving import service
from bot.domain.errors import MachineryFault
from bot.domain.github import Place
from tests.app.stage import staged
from tests.waiting import until

YEAR_S = 365 * 86_400.0


def test_what_a_year_left_behind_goes(tmp_path: Path) -> None:
    ago = time.time() - YEAR_S
    with staged(tmp_path) as stage:
        stage.end()
        url = store_url(stage.settings())
        store, inbox, pages = (
            SqlStore(url, lambda: ago),
            SqlInbox(url, time.time),
            SqlPages(url),
        )
        store.save_evaluation("old", "{}")
        inbox.keep([Delivery("a", "push", b"{}", ago)])
        inbox.done({"a": ""})
        pages.keep(1, "old", "<p>", ago)
        stage.begin()
        until(lambda: store.load_evaluation("old") is None, "old reports go")
        until(lambda: pages.page(1, "old") is None, "old pages go")
        until(lambda: not inbox.counts()[DeliveryState.DONE], "old deliveries go")
        for one in (store, inbox, pages):
            one.close()


def test_a_mirror_that_cannot_be_tidied_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def prune(_mirrors: GitMirrors, place: Place, _unused_s: float) -> int:
        asked.append(place.repository)
        if place.repository == 7:
            raise MirrorError(Unreachable("It is still being fetched."))
        if place.repository == 8:
            raise MachineryFault("The disk is full.")
        return 0

    reached = SimpleNamespace(reached=lambda _notes: dict.fromkeys((7, 8, 9), 1))
    monkeypatch.setattr(GitMirrors, "prune", prune)
    with staged(tmp_path) as stage:
        stage.end()
        ago = time.time() - YEAR_S
        store = SqlStore(store_url(stage.settings()), lambda: ago)
        store.save_evaluation("old", "{}")
        monkeypatch.setattr(service, "remembered", reached)
        stage.begin()
        until(lambda: 9 in asked, "the last mirror is tidied")
        assert asked[-3:] == [7, 8, 9]
        assert store.load_evaluation("old") is None
        store.close()
