"""Smart HTTP: clone, fetch and push through `git http-backend`, streamed."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.fakegithub.git_access import Asked, Granted, Refused, decide, read_request
from tests.fakegithub.plumbing import environment, refs_under
from tests.fakegithub.records import Repository
from tests.fakegithub.state import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
# A ref with its SHA before and after; None where it was not or is no more.
RefMove = tuple[str, str | None, str | None]
Landed = Callable[[Repository, list[RefMove], int], None]

_CHUNK = 1 << 16


@dataclass(slots=True)
class GitHttp:
    """The ASGI app; `landed` is told, in a thread, which refs a push has moved.

    The client's answer ends after `landed`, so that whoever pushed sees its effects.
    """

    world: World
    landed: Landed
    _pushing: dict[int, asyncio.Lock] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request of a git client."""
        asked = read_request(scope["method"], scope["path"], scope["query_string"])
        if asked is None:
            await _refuse(send, Refused(404, "Not Found"))
            return
        with self.world.lock:
            answer = decide(self.world, asked, _header(scope, b"authorization"))
        if isinstance(answer, Refused):
            await _refuse(send, answer)
        elif asked.ending == "/git-receive-pack":
            await self._push(answer, scope, receive, send)
        else:
            await _backend(answer, asked, scope, receive, send)

    async def _push(
        self, granted: Granted, scope: Scope, receive: Receive, send: Send
    ) -> None:
        repository = granted.repository
        asked = Asked("", "git-receive-pack", "/git-receive-pack")
        async with self._pushing.setdefault(repository.id, asyncio.Lock()):
            before = await asyncio.to_thread(_branches, repository)
            answer = _HeldEnd(send)
            await _backend(granted, asked, scope, receive, answer)
            after = await asyncio.to_thread(_branches, repository)
            moves = ref_moves(before, after)
            await asyncio.to_thread(self.landed, repository, moves, granted.sender_id)
            await answer.release()


@dataclass(slots=True)
class _HeldEnd:
    """Passes an answer on, all but its end."""

    send: Send
    end: MutableMapping[str, Any] | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Sends a message now, or keeps it when it is the last."""
        last = message["type"] == "http.response.body" and not message.get("more_body")
        if last:
            self.end = message
        else:
            await self.send(message)

    async def release(self) -> None:
        """Sends the end."""
        if self.end is not None:
            await self.send(self.end)


def ref_moves(before: Mapping[str, str], after: Mapping[str, str]) -> list[RefMove]:
    """Every ref that is not where it was."""
    names = sorted(before.keys() | after.keys())
    moves = [(name, before.get(name), after.get(name)) for name in names]
    return [move for move in moves if move[1] != move[2]]


def _branches(repository: Repository) -> dict[str, str]:
    return refs_under(_path(repository), "refs/heads", "refs/tags")


def _path(repository: Repository) -> Path:
    if repository.git_path is None:
        raise AssertionError(f"{repository.name} has no git repository")
    return repository.git_path


@cache
def _program() -> str:
    told = subprocess.run(
        ["git", "--exec-path"], check=True, capture_output=True, text=True
    )
    return str(Path(told.stdout.strip()) / "git-http-backend")


async def _backend(
    granted: Granted, asked: Asked, scope: Scope, receive: Receive, send: Send
) -> None:
    """Runs git's own CGI program, streaming in both directions."""
    process = await asyncio.create_subprocess_exec(
        _program(),
        env=_cgi(granted, asked, scope),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    fed = asyncio.create_task(_feed(process, receive))
    try:
        await _relay(process, send)
        await fed
    finally:
        fed.cancel()
        if process.returncode is None:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Waits for a program that has said all; one whose reader has gone is ended."""
    try:
        await asyncio.wait_for(process.wait(), timeout=5)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _feed(process: asyncio.subprocess.Process, receive: Receive) -> None:
    pipe = process.stdin
    if pipe is None:
        return
    more = True
    while more:
        message = await receive()
        more = bool(message.get("more_body", False))
        try:
            pipe.write(message.get("body", b""))
            await pipe.drain()
        except (BrokenPipeError, ConnectionResetError):
            break
    pipe.close()


async def _relay(process: asyncio.subprocess.Process, send: Send) -> None:
    pipe = process.stdout
    if pipe is None:
        return
    status, headers = 200, []
    while line := (await pipe.readline()).strip():
        name, _, value = line.partition(b": ")
        if name.lower() == b"status":
            status = int(value.split()[0])
        else:
            headers.append((name.lower(), value))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    while chunk := await pipe.read(_CHUNK):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _cgi(granted: Granted, asked: Asked, scope: Scope) -> dict[str, str]:
    path = _path(granted.repository)
    passed = {
        "HTTP_CONTENT_ENCODING": b"content-encoding",
        "GIT_PROTOCOL": b"git-protocol",
        "CONTENT_LENGTH": b"content-length",
        "CONTENT_TYPE": b"content-type",
    }
    told = {name: _header(scope, header) for name, header in passed.items()}
    return environment(
        GIT_PROJECT_ROOT=str(path.parent),
        GIT_HTTP_EXPORT_ALL="1",
        PATH_INFO=f"/{path.name}{asked.ending}",
        QUERY_STRING=scope["query_string"].decode(),
        REQUEST_METHOD=scope["method"],
        REMOTE_ADDR="127.0.0.1",
        REMOTE_USER="x-access-token",
        **{name: value for name, value in told.items() if value},
    )


def _header(scope: Scope, wanted: bytes) -> str:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((v.decode("latin-1") for n, v in headers if n.lower() == wanted), "")


async def _refuse(send: Send, refused: Refused) -> None:
    body = refused.said.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *refused.headers,
    ]
    await send(
        {"type": "http.response.start", "status": refused.status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": body})
