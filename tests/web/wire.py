"""A server on loopback and a client that speaks raw HTTP, so that it can be rude."""

import hashlib
import hmac
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from select import select

from starlette.types import ASGIApp

from bot.web.prompting import Prompt
from bot.web.serving import listen, server

SECRET = "It's a Secret to Everybody"
BODY = b'{"zen":"Hello"}'


def sign(body: bytes, secret: str = SECRET) -> str:
    """The header that GitHub makes."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={made}"


def headers(
    body: bytes = BODY, *, guid: str | None = None, secret: str = SECRET
) -> dict[str, str]:
    """The headers of a delivery, in order."""
    return {
        "X-GitHub-Delivery": guid or str(uuid.uuid4()),
        "X-GitHub-Event": "push",
        "X-Hub-Signature-256": sign(body, secret),
        "Content-Length": str(len(body)),
    }


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 if the server hung up without a word."""

    status: int
    text: str
    head: str = ""


@contextmanager
def running(
    app: ASGIApp,
    listening: socket.socket | None = None,
    protocol: type[Prompt] = Prompt,
) -> Iterator[int]:
    """The port of an app that is served until the block ends."""
    listening = listening or listen("127.0.0.1", 0)
    serving = server(app, protocol)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        serving.should_exit = True
        thread.join(20)
        listening.close()


class Wire:
    """One connection."""

    def __init__(self, port: int, timeout: float = 10.0) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, data: bytes) -> bool:
        """Send; False if the server has hung up."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def begin(self, given: dict[str, str], line: str = "POST /webhook") -> bool:
        """Send a request line and headers."""
        lines = [f"{line} HTTP/1.1", "Host: gate"]
        lines += [f"{name}: {value}" for name, value in given.items()]
        return self.say(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def chunk(self, data: bytes) -> bool:
        """Send one chunk of a chunked body; the empty one ends it."""
        return self.say(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing is heard for so long, not even that the server hangs up."""
        return not select([self._socket], [], [], seconds)[0]

    def hear(self) -> Answer:
        """Read one answer."""
        data = b""
        while not _complete(data):
            try:
                more = self._socket.recv(65_536)
            except ConnectionError:
                break
            if not more:
                break
            data += more
        head, _, text = data.decode("latin-1").partition("\r\n\r\n")
        status = int(head.split(" ", 2)[1]) if head else 0
        return Answer(status, text, head.lower())


def _complete(data: bytes) -> bool:
    head, found, text = data.partition(b"\r\n\r\n")
    if not found:
        return False
    lines = head.lower().split(b"\r\n")
    lengths = [one.split(b":")[1] for one in lines if one.startswith(b"content-length")]
    return len(text) >= int(lengths[0]) if lengths else False


def post(port: int, body: bytes = BODY, given: dict[str, str] | None = None) -> Answer:
    """One delivery on a connection of its own."""
    with Wire(port) as wire:
        wire.begin(headers(body) if given is None else given)
        wire.say(body)
        return wire.hear()


def ask(port: int, line: str) -> Answer:
    """A request without a body, such as `GET /healthz`."""
    with Wire(port) as wire:
        wire.begin({"Content-Length": "0"}, line)
        return wire.hear()
