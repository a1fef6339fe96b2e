"""The one ASGI application: which path is answered by what."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Route

from bot.app.hooks import Inbox
from bot.web.health import Health
from bot.web.receiver import Receiver

HOOK_PATH = "/webhook"
"""Where GitHub delivers to; the App's settings name it."""


def application(
    receiver: Receiver, inbox: Inbox, more: Sequence[Route] = ()
) -> Starlette:
    """Webhooks, health and `more`; other paths are 404, other methods 405."""
    health = Health(inbox)
    made = Starlette(
        routes=[
            Route(HOOK_PATH, receiver.receive, methods=["POST"]),
            Route("/healthz", health.live),
            Route("/readyz", health.ready),
            *more,
        ]
    )
    made.router.redirect_slashes = False
    return made
