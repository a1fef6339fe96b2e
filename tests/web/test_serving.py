"""Listening: who calls early waits, and who calls and says nothing is hung up on."""

import socket
import threading
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web import serving
from bot.web.prompting import Prompt
from bot.web.serving import listen
from tests.web.wire import Answer, Wire, ask, running

HUNG_UP = Answer(0, "")


def test_who_calls_before_anybody_serves_is_not_refused() -> None:
    with listen("127.0.0.1", 0) as listening:
        socket.create_connection(listening.getsockname(), timeout=5).close()
        assert listening.proto == socket.IPPROTO_TCP  # or answers take 40 ms


def test_an_address_that_is_taken_is_an_error() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", first.getsockname()[1])


# Who connects and does not ask --------------------------------------------------------


class Impatient(Prompt):
    head_s = 1.0


async def fine(_: Request) -> Response:
    return PlainTextResponse("Fine.")


APP = Starlette(routes=[Route("/", fine)])
HEAD = b"GET / HTTP/1.1\r\nHost: gate\r\n\r\n"


def test_connections_on_which_nothing_comes_lock_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "MOST_CONNECTIONS", 5)
    with running(APP, protocol=Impatient) as port, ExitStack() as every:
        silent = [every.enter_context(Wire(port)) for _ in range(5)]
        assert ask(port, "GET /").status == 503
        assert [one.hear() for one in silent] == [HUNG_UP] * 5
        assert ask(port, "GET /").status == 200


@pytest.mark.parametrize("before", [0, 2])
def test_a_head_that_drips_is_not_waited_for(before: int) -> None:
    with running(APP, protocol=Impatient) as port, Wire(port) as wire:
        for _ in range(before):
            wire.say(HEAD)
            assert wire.hear().status == 200
        wire.say(HEAD[:9])
        assert drips(wire, HEAD[9:-4] + b"x" * 1_000)
        assert wire.hear() == HUNG_UP


def test_a_body_that_nobody_reads_and_that_drips_is_not_waited_for() -> None:
    with running(APP, protocol=Impatient) as port, Wire(port) as wire:
        wire.begin({"Content-Length": "100000"}, "GET /")
        assert wire.hear().status == 200
        assert drips(wire, b"x" * 1_000)


def test_an_answer_may_take_longer_than_a_question() -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def slow(_: Request) -> Response:
        asked.set()
        assert goes_on.wait(10)
        return PlainTextResponse("At last.")

    app = Starlette(routes=[Route("/", slow)])
    with running(app, protocol=Impatient) as port, Wire(port) as wire:
        wire.say(HEAD)
        assert asked.wait(10)
        with Wire(port) as silent:  # who came later is hung up on meanwhile
            assert silent.hear() == HUNG_UP
        goes_on.set()
        assert wire.hear().text == "At last."


def drips(wire: Wire, data: bytes) -> bool:
    """Say a byte each 20 ms; whether somebody hung up on that before the end."""
    return not all(wire.is_silent(0.02) and wire.say(bytes([one])) for one in data)
