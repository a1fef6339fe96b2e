"""Bad wires: a connection that stalls in the middle, servers that answer strangely."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.fakegithub.serving import listen, served


@dataclass
class Stall:
    """Passes a connection on, but holds what the server says after so many bytes."""

    server: int
    bytes: int
    stalled: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def accept(self, listening: socket.socket) -> None:
        listening.listen()
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", self.server))
                _thread(self._pump, client, server)
                _thread(self._drip, server, client)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 14):
                target.sendall(data)
        _end(target)

    def _drip(self, source: socket.socket, target: socket.socket) -> None:
        seen = 0
        with suppress(OSError), source, target:
            while data := source.recv(1 << 14):
                target.sendall(data)
                seen += len(data)
                if seen > self.bytes:
                    self.stalled.set()
                    self.goes_on.wait(60)


@contextmanager
def stalling(url: str, after: int) -> Iterator[Stall]:
    """A wire to the server at `url` that stalls after so many bytes of an answer."""
    stall = Stall(int(url.rpartition(":")[2]), after)
    with listen() as listening:
        stall.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        _thread(stall.accept, listening)
        yield stall
        stall.goes_on.set()
        listening.shutdown(socket.SHUT_RDWR)


def _thread(work: Any, *arguments: Any) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _end(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)


@dataclass
class Strange:
    """Answers everything alike, and says back what it was told in secret."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    heard: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        told = dict(scope["headers"]).get(b"authorization", b"")
        self.heard.append(told.decode())
        headers = [(b"content-type", b"text/plain"), *self.headers]
        start = {"type": "http.response.start", "status": self.status}
        await send(start | {"headers": headers})
        await send({"type": "http.response.body", "body": b"You said " + told})


@contextmanager
def strange(
    status: int, *headers: tuple[bytes, bytes]
) -> Iterator[tuple[Strange, str]]:
    server = Strange(status, headers)
    with served(server) as url:
        yield server, url
