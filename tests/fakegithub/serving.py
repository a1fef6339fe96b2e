"""Serves an ASGI app on loopback in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from typing_extensions import override


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:
    """The base URL of an app that is served until the block ends."""
    listening = listen(port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="off",
        ws="none",
        date_header=False,  # GitHub's clock is not this machine's
        server_header=False,
    )
    server = _Announcing(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, daemon=True
    )
    thread.start()
    if not server.begun.wait(10):
        raise RuntimeError("the server did not start")
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def listen(port: int = 0) -> socket.socket:
    """A listening address on loopback.

    The protocol is named because asyncio sets TCP_NODELAY only where it is; without
    it every POST costs 40 ms.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made


class _Announcing(uvicorn.Server):
    """Says when it has begun, so that nobody has to look again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = threading.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then says so."""
        await super().startup(sockets)
        self.begun.set()
