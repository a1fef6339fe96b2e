"""Sends webhooks when they are due, whatever became of those before; notes answers.

It is done in a process of its own (`sending`), so that nothing but the answers is in
their times.
"""

import asyncio
import itertools
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.benchmarks.traffic import Hook, Place, traffic
from tests.web.wire import headers

CONNECTIONS = 32
GITHUB_WAITS_S = 10.0
PATIENCE_S, PAUSE_S = 60.0, 0.5
AWAY = (OSError, asyncio.IncompleteReadError, IndexError, TimeoutError)
OURS = "bench-"
"""How GUIDs of ours begin."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where deliveries go, and what they are signed with."""

    port: int
    secret: str


@dataclass
class Sent:
    """What became of deliveries, by GUID; times by `time.perf_counter`.

    `answered` is when each was the first time it was sent, `again` when it was sent
    again; `comments` are the numbers of the comments that they tell of.
    """

    due: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    again: dict[str, float] = field(default_factory=dict)
    missed: dict[str, Hook] = field(default_factory=dict)
    comments: dict[str, int] = field(default_factory=dict)
    killed_at: float = float("inf")

    @property
    def taken(self) -> list[str]:
        """All that were answered 202 at some time."""
        return [*self.answered, *self.again]

    @property
    def back_at(self) -> float:
        """When it first answered what was due after it had been killed."""
        after = [
            at for guid, at in self.answered.items() if self.due[guid] >= self.killed_at
        ]
        return min(after, default=float("inf"))

    def took(self, *, away: bool = False) -> list[float]:
        """Seconds from when each was due to its answer; of those due while it was
        away, or of all others; in order of length."""
        back_at = self.back_at
        return sorted(
            at - self.due[guid]
            for guid, at in self.answered.items()
            if (self.killed_at <= self.due[guid] < back_at) is away
        )

    def between(self, since: float, until: float) -> list[float]:
        """The same of those that were due in a stretch of time."""
        return sorted(
            at - self.due[guid]
            for guid, at in self.answered.items()
            if since <= self.due[guid] < until
        )


class Sender:
    """Sends on connections that are kept open."""

    def __init__(self, target: Target, connections: int = CONNECTIONS) -> None:
        """`connections` is how many there are at most."""
        self._target = target
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._room = asyncio.Semaphore(connections)
        self.sent = Sent()

    async def send(self, guid: str, hook: Hook, due: float) -> None:
        """Send one; its time counts from `due`."""
        self.sent.due[guid] = due
        if hook.comment is not None:
            self.sent.comments[guid] = hook.comment
        if await self._answered(guid, hook):
            self.sent.answered[guid] = time.perf_counter()
        else:
            self.sent.missed[guid] = hook

    async def send_again(self) -> None:
        """Send what was not answered until it is, as GitHub does when it is asked."""
        give_up = time.perf_counter() + PATIENCE_S
        while self.sent.missed and time.perf_counter() < give_up:
            for guid, hook in list(self.sent.missed.items()):
                if not await self._answered(guid, hook):
                    await asyncio.sleep(PAUSE_S)
                    break
                self.sent.again[guid] = time.perf_counter()
                del self.sent.missed[guid]

    async def _answered(self, guid: str, hook: Hook) -> bool:
        request = packed(hook, guid, self._target.secret)
        async with self._room:
            try:
                async with asyncio.timeout(GITHUB_WAITS_S):
                    return await self._exchange(request) == 202
            except AWAY:
                return False

    async def _exchange(self, request: bytes) -> int:
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            port = self._target.port
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return int(head.split(b" ", 2)[1])


def packed(hook: Hook, guid: str, secret: str) -> bytes:
    """The request, signed."""
    signed = headers(hook.body, guid=guid, secret=secret)
    given = signed | {"X-GitHub-Event": hook.event}
    lines = ["POST /webhook HTTP/1.1", "Host: gate"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + hook.body


def steady(
    target: Target, place: Place, seconds: float, rate: float, begun: float
) -> Sent:
    """So many a second from `begun`; in the end, again what was not answered."""

    async def driven() -> Sent:
        sender, sent = Sender(target), list[asyncio.Task[None]]()
        hooks = itertools.islice(traffic(place), int(seconds * rate))
        for number, hook in enumerate(hooks):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            one = sender.send(f"{OURS}{number}", hook, due)
            sent.append(asyncio.create_task(one))
        await asyncio.gather(*sent)
        await sender.send_again()
        return sender.sent

    return asyncio.run(driven())


def at_once(target: Target, hooks: Sequence[Hook], name: str) -> Sent:
    """All at once, each on a connection of its own."""

    async def driven() -> Sent:
        sender, due = Sender(target, connections=len(hooks)), time.perf_counter()
        each = enumerate(hooks)
        many = (sender.send(f"{OURS}{name}-{one}", hook, due) for one, hook in each)
        await asyncio.gather(*many)
        return sender.sent

    return asyncio.run(driven())


@contextmanager
def sending() -> Iterator[ProcessPoolExecutor]:
    """A process that sends, ready for it; on the cores of whoever begins it."""
    anew = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=anew) as pool:
        pool.submit(time.perf_counter).result()
        yield pool
