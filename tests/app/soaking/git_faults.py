"""git over HTTP that goes wrong at random: drawn from a seed, counted by kind."""

import asyncio
import base64
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from tests.fakegithub.server import cut
from tests.fakegithub.state import World

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

Kind = Literal[
    "500",
    "503",
    "token_401",  # the token is revoked, and never taken again
    "hidden_404",  # read-your-writes lag of a repository
    "page_200",  # a page of some proxy
    "reset_before",  # the connection goes before a byte of the answer
    "reset_midway",  # or after the first part of it
    "truncated",  # a whole answer with half the bytes
    "stall",  # `slow_s` before the answer
    "old_refs",  # refs as they were up to `lag_s` ago
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_STATUS: dict[Kind | None, int] = {
    "500": 500,
    "503": 503,
    "hidden_404": 404,
    "page_200": 200,
}
_PAGE = b"<!DOCTYPE html><html><body>Unicorn!</body></html>"


@dataclass
class ShakyGit:
    """An ASGI app around git's; `rate` is the share of requests that fail."""

    inner: Asgi
    world: World
    seed: int
    rate: float = 0.0
    slow_s: float = 1.5
    lag_s: float = 3.0
    struck: "Counter[Kind]" = field(default_factory=Counter)
    _refs: dict[tuple[str, bytes], tuple[float, list[Message]]] = field(
        default_factory=dict
    )
    _draws: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Starts the stream of draws."""
        self._draws = random.Random(f"git/{self.seed}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of a git client, or fails to."""
        asked = await _whole(receive)
        lists = scope["method"] == "POST" and b"command=ls-refs" in asked
        at = (str(scope["path"]), asked) if lists else None
        kind = self._drawn(at)
        if kind is not None:
            self.struck[kind] += 1
        if kind == "token_401":
            self._revoke(scope)
        if kind in _STATUS:
            await _page(send, _STATUS[kind])
        elif kind == "reset_before":
            cut(receive)
            await asyncio.sleep(0)  # the server sees that nobody is there any more
        elif kind == "old_refs" and at is not None:
            await _replayed(self._refs[at][1], send)
        else:
            await asyncio.sleep(self.slow_s if kind == "stall" else 0.0)
            answer = await self._answer(scope, _again(asked, receive))
            if at is not None:
                self._refs[at] = (time.monotonic(), answer)
            await _sent(kind, answer, receive, send)

    def _drawn(self, at: tuple[str, bytes] | None) -> Kind | None:
        """What goes wrong; old refs only where there are some that are not too old."""
        hit, kind = self._draws.random() < self.rate, self._draws.choice(KINDS)
        if kind == "old_refs":
            known = self._refs.get(at) if at else None
            hit = hit and known is not None and time.monotonic() - known[0] < self.lag_s
        return kind if hit else None

    def _revoke(self, scope: Scope) -> None:
        """Whatever token this request brings is no good from now on."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        packed = headers.get(b"authorization", b"").partition(b" ")[2]
        brought = base64.b64decode(packed).decode().partition(":")[2]
        with self.world.lock:
            if token := self.world.tokens.get(brought):
                token.revoked = True

    async def _answer(self, scope: Scope, receive: Receive) -> list[Message]:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self.inner(scope, receive, keep)
        return answer


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body", False))
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read already, once; then whatever else comes."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return parts.pop() if parts else await receive()

    return read


async def _page(send: Send, status: int) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(_PAGE)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": _PAGE})


async def _replayed(answer: list[Message], send: Send) -> None:
    for message in answer:
        await send(dict(message))


async def _sent(
    kind: Kind | None, answer: list[Message], receive: Receive, send: Send
) -> None:
    """The answer whole; or half of it, with or without an end."""
    if kind not in {"truncated", "reset_midway"}:
        await _replayed(answer, send)
        return
    start, *bodies = answer
    body = b"".join(one.get("body", b"") for one in bodies)
    half = body[: len(body) // 2]
    kept = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
    await send({**start, "headers": kept})
    goes_on = kind == "reset_midway"
    last = {"type": "http.response.body", "body": half, "more_body": goes_on}
    await send(last)
    if goes_on:
        cut(receive)
