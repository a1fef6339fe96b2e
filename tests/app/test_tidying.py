"""What is old goes while the App runs: deliveries, reports, pages."""

import time
from pathlib import Path

from bot.adapters.store import SqlInbox, SqlPages, SqlStore
from bot.app.hooks import Delivery, DeliveryState
from bot.compose.database import store_url
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
        inbox.done("a")
        pages.keep(1, "old", "<p>", ago)
        stage.begin()
        until(lambda: store.load_evaluation("old") is None, "old reports go")
        until(lambda: pages.page(1, "old") is None, "old pages go")
        until(lambda: not inbox.counts()[DeliveryState.DONE], "old deliveries go")
        for one in (store, inbox, pages):
            one.close()
