"""Listening: who calls early waits, and a taken address says so."""

import socket

import pytest

from bot.web.serving import listen


def test_who_calls_before_anybody_serves_is_not_refused() -> None:
    with listen("127.0.0.1", 0) as listening:
        socket.create_connection(listening.getsockname(), timeout=5).close()
        assert listening.proto == socket.IPPROTO_TCP  # or answers take 40 ms


def test_an_address_that_is_taken_is_an_error() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", first.getsockname()[1])
