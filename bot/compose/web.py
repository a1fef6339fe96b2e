"""What is served over HTTP: webhooks, pages of reports, and health."""

import time
from collections.abc import Callable

from bot.app.hooks import Inbox
from bot.app.pages import Pages
from bot.compose.trust import Trust
from bot.domain.links import key_of
from bot.web import Application, Receiver, application, secrets
from bot.web.pages import page_routes


def web(
    trust: Trust, inbox: Inbox, pages: Pages, now: Callable[[], float] = time.time
) -> Application:
    """Webhooks into `inbox`, `pages` for those who have a link, and health."""
    receiver = Receiver(inbox, secrets(trust.webhook, trust.former), now)
    routes = page_routes(pages, key_of(trust.links), now)
    return application(receiver, inbox, routes)
