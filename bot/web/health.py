"""Is the process alive, and can it do its work; neither says anything about content."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.app.hooks import Inbox
from bot.domain.errors import MachineryFault

READY_S = 2.0


class Health:
    """`/healthz` and `/readyz`, for whoever restarts and routes."""

    def __init__(self, inbox: Inbox, ready_s: float = READY_S) -> None:
        """Ask `inbox`, and wait `ready_s` seconds at most."""
        self._inbox = inbox
        self._thread = ThreadPoolExecutor(1, "health")  # one that hangs blocks no other
        self._ready_s = ready_s

    async def live(self, _request: Request) -> Response:
        """200 as long as requests are answered at all."""
        return PlainTextResponse("Alive.\n")

    async def ready(self, _request: Request) -> Response:
        """200 if the store can be reached, 503 otherwise."""
        try:
            async with asyncio.timeout(self._ready_s):
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._thread, self._inbox.reach)
        except (MachineryFault, TimeoutError):
            return PlainTextResponse("The store cannot be reached.\n", 503)
        return PlainTextResponse("Ready.\n")
