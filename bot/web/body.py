"""A request's body, read no further than it may be: size, time, memory in flight."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost. GitHub sends 25 MB at most, and waits 10 s.

    `in_flight` bounds the bytes of all bodies that are being read at once, since
    nobody knows who sends them before they are whole.
    """

    body: int = 25 * MEGABYTE
    body_s: float = 10.0
    keep_s: float = 8.0
    in_flight: int = 256 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a body was not read: the status, and a sentence for GitHub's log."""

    status: int
    sentence: str


TOO_LARGE = Refusal(413, "The body is larger than GitHub sends.")
TOO_SLOW = Refusal(408, "The body took too long.")
TOO_MANY = Refusal(503, "Too many bodies are being read at once.")
GONE = Refusal(400, "The body was not sent to its end.")


class Reading:
    """Reads bodies within limits, and counts what all of them hold together."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing in flight."""
        self._limits = limits
        self._held = 0

    async def read(
        self, request: Request, take: Callable[[bytes], None]
    ) -> bytes | Refusal:
        """The whole body, each piece given to `take` as it comes; or why not."""
        if self._announced(request) > self._limits.body:
            return TOO_LARGE
        pieces: list[bytes] = []
        try:
            async with asyncio.timeout(self._limits.body_s):
                refused = await self._gather(request, pieces, take)
        except TimeoutError:
            return TOO_SLOW
        except ClientDisconnect:
            return GONE
        finally:
            self._held -= sum(map(len, pieces))
        return refused or b"".join(pieces)

    async def _gather(
        self, request: Request, pieces: list[bytes], take: Callable[[bytes], None]
    ) -> Refusal | None:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > self._limits.body:
                return TOO_LARGE
            if self._held + len(piece) > self._limits.in_flight:
                return TOO_MANY
            self._held += len(piece)
            pieces.append(piece)
            take(piece)
        return None

    @staticmethod
    def _announced(request: Request) -> int:
        """What the header says; a lie is found out while reading."""
        said = request.headers.get("content-length", "0")
        return int(said) if said.isascii() and said.isdigit() else 0
