"""Connections that do not ask: hung up on, since only so many may be open at once."""

import asyncio
from typing import cast

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_S = 10.0
"""How long whoever has connected may take until a request's head is whole."""


class Prompt(H11Protocol):
    """Waits for a request no longer than `head_s`; what is being answered may take on.

    uvicorn has no limit before the first request, nor for a head or a needless body
    that drips.
    """

    head_s = HEAD_S
    _late: asyncio.TimerHandle | None = None

    @override
    def connection_made(  # type: ignore[override]  # as in uvicorn
        self, transport: asyncio.Transport
    ) -> None:
        """Somebody connected, and is to ask for something."""
        super().connection_made(transport)
        self._wait()

    @override
    def data_received(self, data: bytes) -> None:
        """Something came, which may be a whole head."""
        super().data_received(data)
        if self._answers():
            self._wait_no_more()
        elif self._late is None:
            self._wait()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Either side hung up."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _answers(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None at first
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._late = self.loop.call_later(self.head_s, self._hang_up)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hang_up(self) -> None:
        self._late = None
        if not self._answers():
            self.transport.close()
