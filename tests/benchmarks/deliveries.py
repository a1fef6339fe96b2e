"""Webhooks at 200 a second: how long an answer takes, and what a kill loses.

    python -m tests.benchmarks.deliveries [--seconds 60] [--rate 200] [--postgres]

The server is a process of its own on one core, which it shares with PostgreSQL where
that holds the store; in the middle it is killed with SIGKILL and started again.
Deliveries are sent when they are due, whatever became of those before, and an answer's
time counts from then. What was not answered is sent again at the end with its GUID, as
GitHub does when it is asked to.
"""

import argparse
import asyncio
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bot.adapters.store import SqlInbox
from tests.adapters.hooks.examples import examples
from tests.benchmarks.stores import store
from tests.web.wire import headers

P99_S = 0.050
CONNECTIONS = 32
AWAY = (OSError, asyncio.IncompleteReadError, IndexError)


@dataclass
class Server:
    """The server's process; `port` is the same after `start` again."""

    url: str
    core: int
    port: int = 0
    process: subprocess.Popen[str] = field(init=False)
    worked_s: float = 0.0

    def start(self) -> None:
        words = [sys.executable, "-m", "tests.web.hook_server", self.url]
        self.process = subprocess.Popen(
            [*words, str(self.port)], stdout=subprocess.PIPE, text=True
        )
        os.sched_setaffinity(self.process.pid, {self.core})
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        if self.process.poll() is None:
            times = psutil.Process(self.process.pid).cpu_times()
            self.worked_s += times.user + times.system
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Sender:
    """Sends on connections that are kept open; notes what was answered, and when."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._room = asyncio.Semaphore(CONNECTIONS)
        self.took: dict[str, float] = {}
        self.unanswered: dict[str, bytes] = {}

    async def send(self, guid: str, request: bytes, due: float) -> None:
        async with self._room:
            try:
                status = await self._exchange(request)
            except AWAY:
                status = 0
        if status == 202:
            self.took[guid] = time.perf_counter() - due
            self.unanswered.pop(guid, None)
        else:
            self.unanswered[guid] = request

    async def _exchange(self, request: bytes) -> int:
        if self._idle:
            reader, writer = self._idle.pop()
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
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


def requests() -> Iterator[tuple[str, bytes]]:
    """Official examples of pull requests and comments: (event, body), for ever."""
    wanted = {"pull_request", "issue_comment", "check_run", "push"}
    bodies = [(e, json.dumps(p).encode()) for e, p in examples() if e in wanted]
    return itertools.cycle(bodies)


def packed(event: str, guid: str, body: bytes) -> bytes:
    given = headers(body, guid=guid) | {"X-GitHub-Event": event}
    lines = ["POST /webhook HTTP/1.1", "Host: gate"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def drive(server: Server, seconds: float, rate: float) -> Sender:
    sender, bodies = Sender(server.port), requests()
    total, begun = int(seconds * rate), time.perf_counter() + 0.2
    sent: list[asyncio.Task[None]] = []
    restart: asyncio.Future[None] | None = None
    for number in range(total):
        due = begun + number / rate
        event, body = next(bodies)
        request = packed(event, f"d-{number}", body)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if number == total // 2:
            server.kill()
            restart = asyncio.ensure_future(asyncio.to_thread(server.start))
        sent.append(asyncio.create_task(sender.send(f"d-{number}", request, due)))
    await asyncio.gather(*sent)
    if restart is not None:
        await restart
    return sender


async def send_again(sender: Sender) -> int:
    """Redelivers what was not answered; how many there were."""
    missed = list(sender.unanswered.items())
    for guid, request in missed:
        await sender.send(guid, request, time.perf_counter())
    return len(missed)


async def measure(server: Server, seconds: float, rate: float) -> int:
    sender = await drive(server, seconds, rate)
    took = sorted(sender.took.values())
    answered = set(sender.took)
    missed = await send_again(sender)
    server.kill()
    inbox = SqlInbox(server.url, time.time)
    rows = inbox.pending(10_000_000)
    inbox.close()
    kept = {row.guid for row in rows}
    p99 = statistics.quantiles(took, n=100)[98]
    print(f"answered {len(took)} of {int(seconds * rate)}; away at the kill: {missed}")
    print(
        f"p50 {statistics.median(took) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, "
        f"most {took[-1] * 1e3:.1f} ms (goal: p99 < {P99_S * 1e3:.0f} ms)"
    )
    print(f"processor time of the server: {server.worked_s / seconds:.0%} of its core")
    print(f"answered and not kept: {len(answered - kept)} (goal: 0)")
    print(f"kept in the end: {len(kept)}, each once: {len(rows) == len(kept)}")
    lost = answered - kept or len(kept) != int(seconds * rate)
    return int(p99 >= P99_S or bool(lost))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.sched_setaffinity(0, {cores[0]})  # a database of ours inherits it
        url = stack.enter_context(store(folder, postgres=given.postgres))
        os.sched_setaffinity(0, {cores[-1]})
        server = Server(url, cores[0])
        server.start()
        stack.callback(server.kill)
        return asyncio.run(measure(server, given.seconds, given.rate))


if __name__ == "__main__":
    sys.exit(main())
