"""Deliveries that come while one commit is under way share the next one.

So a slow disk makes commits larger, not the line longer; and only one thread writes.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from bot.app.hooks import Delivery, Inbox

MOST_TOGETHER = 64


class Keeper:
    """Keeps deliveries on behalf of requests; belongs to one event loop."""

    def __init__(self, inbox: Inbox) -> None:
        """Begin with nobody waiting."""
        self._inbox = inbox
        self._thread = ThreadPoolExecutor(1, "inbox")
        self._waiting: dict[asyncio.Future[None], Delivery] = {}
        self._work: asyncio.Task[None] | None = None

    async def keep(self, delivery: Delivery) -> None:
        """Return when it is on the disk; raises what `Inbox.keep` raises.

        Whoever gives up waiting while it is not begun takes it away again.
        """
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[kept] = delivery
        if self._work is None:
            self._work = asyncio.create_task(self._keep_all())
        try:
            await kept
        finally:
            self._waiting.pop(kept, None)

    async def _keep_all(self) -> None:
        while self._waiting:
            together = list(islice(self._waiting, MOST_TOGETHER))
            fault = await self._commit([self._waiting.pop(one) for one in together])
            for kept in together:
                _settle(kept, fault)
        self._work = None

    async def _commit(self, deliveries: Sequence[Delivery]) -> Exception | None:
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._inbox.keep, deliveries)
        except Exception as fault:  # noqa: BLE001  (told to every request that waits)
            return fault
        return None


def _settle(kept: "asyncio.Future[None]", fault: Exception | None) -> None:
    """Tell a request, unless it has given up waiting."""
    if kept.done():
        return
    if fault is None:
        kept.set_result(None)
    else:
        kept.set_exception(fault)
