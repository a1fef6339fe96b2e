"""The fake as an ASGI app: the API, the web pages that a browser posts to, git.

with FakeGitHub(world).running() as base_url: ...
"""

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakegithub.auth import pool
from tests.fakegithub.changes import Refused
from tests.fakegithub.faults import Faults
from tests.fakegithub.gateway import Gateway, Reply
from tests.fakegithub.git_access import is_git
from tests.fakegithub.intake import Request
from tests.fakegithub.limits import Limits
from tests.fakegithub.operations.call import Answer, error
from tests.fakegithub.operations.manifests import register
from tests.fakegithub.serving import served
from tests.fakegithub.state import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
MOST_BODY = 25 * 1024 * 1024
DRIP = 16


class HungUpError(Exception):
    """The caller went before the request was whole; GitHub's front drops such a one."""


@dataclass(slots=True)
class FakeGitHub:
    """GitHub on one port; `prefix` is `/api/v3` where it plays an Enterprise server."""

    world: World
    git: Asgi | None = None
    prefix: str = ""
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    gateway: Gateway = field(init=False)
    in_flight: Counter[str] = field(default_factory=Counter)  # by caller

    def __post_init__(self) -> None:
        """Builds the gateway on the same world."""
        self.gateway = Gateway(self.world, self.limits, self.faults)

    @contextmanager
    def running(self, port: int = 0) -> Iterator[str]:
        """Serves on loopback until the block ends; the API's base URL."""
        with served(self, port) as base:
            self.world.web_url = base
            self.world.api_url = f"{base}{self.prefix}"
            yield self.world.api_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"]
        if self.git is not None and is_git(path):
            await self.git(scope, receive, send)
            return
        with suppress(HungUpError):
            await self._whole(path, scope, receive, send)

    async def _whole(
        self, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if path.endswith("/settings/apps/new"):
            await _send(send, await self._register(scope, receive))
        elif (api_path := self._api_path(scope)) is not None:
            await self._api(api_path, scope, receive, send)
        else:
            await _send(send, error(404, "Not Found"))

    def _api_path(self, scope: Scope) -> str | None:
        """The path within the API; GraphQL lives beside an Enterprise server's v3."""
        raw: str = scope["raw_path"].decode().partition("?")[0]
        if self.prefix and raw == "/api/graphql":
            return "/graphql"
        if not raw.startswith(f"{self.prefix}/"):
            return None
        rest = raw.removeprefix(self.prefix)
        return None if self.prefix and rest == "/graphql" else rest

    async def _api(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        query = scope["query_string"].decode()
        caller = pool(self.world, headers.get("authorization", ""))
        self.in_flight[caller] += 1
        came_at = self.world.clock.seconds()
        try:
            body = await _body(receive)
            at_once = self.in_flight[caller]
            told = (scope["method"], path, query, headers, body, at_once, came_at)
            request = Request(*told)
            reply = await asyncio.to_thread(self.gateway.answer, request)
            await _send_reply(receive, send, reply)
        finally:
            self.in_flight[caller] -= 1

    async def _register(self, scope: Scope, receive: Receive) -> Answer:
        """The button of the manifest form, pressed by the owner named in the path."""
        if scope["method"] != "POST":
            return error(404, "Not Found")
        form = parse_qs((await _body(receive)).decode())
        state = parse_qs(scope["query_string"].decode()).get("state", [""])[0]
        parts = scope["path"].split("/")
        with self.world.lock:
            people = self.world.accounts.values()
            named = (
                self.world.account(parts[2]) if parts[1] == "organizations" else None
            )
            owner = named or next((a for a in people if a.type == "User"), None)
            if owner is None:
                return error(404, "Not Found")
            try:
                text = form.get("manifest", [""])[0]
                address = register(self.world, owner, text, state)
            except Refused as refused:
                return error(422, refused.message)
        return Answer(302, None, {"Location": address})


async def _body(receive: Receive) -> bytes:
    whole, more = b"", True
    while more and len(whole) <= MOST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUpError
        whole += message.get("body", b"")
        more = message.get("more_body", False)
    return whole


def _packed(answer: Answer) -> bytes:
    """The bytes of an answer: JSON, or a page as it is."""
    if answer.body is None:
        return b""
    if isinstance(answer.body, str):
        return answer.body.encode()
    return json.dumps(answer.body).encode()


async def _start(send: Send, answer: Answer, length: int) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"} | answer.headers
    if answer.status not in {204, 304}:
        headers["Content-Length"] = str(length)
    packed = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": packed}
    )


async def _send(send: Send, answer: Answer) -> None:
    packed = _packed(answer)
    await _start(send, answer, len(packed))
    await send({"type": "http.response.body", "body": packed})


async def _send_reply(receive: Receive, send: Send, reply: Reply) -> None:
    """Sends an answer as its fault lets it."""
    fault, answer = reply.fault, reply.answer
    packed = _packed(answer)
    match fault.kind if fault else None:
        case "reset_before":
            cut(receive)
        case "reset_mid_body":
            await _start(send, answer, len(packed))
            half = packed[: len(packed) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            cut(receive)
        case "truncated_json":
            half = packed[: len(packed) // 2]
            await _start(send, answer, len(half))
            await send({"type": "http.response.body", "body": half})
        case "slow_drip":
            await _drip(send, answer, packed, fault.seconds if fault else 0.0)
        case "504":
            await asyncio.sleep(fault.seconds if fault else 0.0)
            await _send(send, answer)
        case _:
            await _send(send, answer)


async def _drip(send: Send, answer: Answer, packed: bytes, seconds: float) -> None:
    await _start(send, answer, len(packed))
    size = -(-len(packed) // DRIP) or 1
    for at in range(0, len(packed), size):
        piece = packed[at : at + size]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(seconds)
    await send({"type": "http.response.body", "body": b""})


def cut(receive: Receive) -> None:
    """Resets the connection.

    ASGI has no word for it; uvicorn's `receive` is a method of the object that holds
    the transport. Lingering for no time makes the kernel send a reset, not an end.
    """
    transport: asyncio.Transport = receive.__self__.transport  # type: ignore[attr-defined]
    wire: socket.socket = transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
