"""Asking whether anybody listens where a Ray is said to be."""

import socket

import pytest

from workers.cluster import reaching
from workers.cluster.interface import ClusterError


def refusal(host: str, port: str) -> str:
    with pytest.raises(ClusterError) as refused:
        reaching.require_listener(f"{host}:{port}", host, port)
    return str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_somebody_who_listens_is_left_alone(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        reaching.require_listener("auto", host, str(server.getsockname()[1]))


def test_so_is_one_by_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[object]()

    def listening(place: object, _within_s: float) -> socket.socket:
        asked.append(place)
        return socket.socket()

    monkeypatch.setattr(socket, "create_connection", listening)
    reaching.require_listener("auto", "::1", "6379")
    assert asked == [("::1", 6379)]


def test_nobody_there_is_said_at_once_with_the_variable() -> None:
    said = refusal("127.0.0.1", "1")
    assert said.startswith("No Ray answers at 127.0.0.1:1 (Connection refused)")
    assert said.endswith("correct RAY_ADDRESS, or unset it.")


def test_a_host_that_says_nothing_is_waited_for_a_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[float]()

    def silent(_place: object, within_s: float) -> socket.socket:
        asked.append(within_s)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    assert "(no answer in 5 s)" in refusal("10.0.0.1", "6379")
    assert asked == [5.0]


@pytest.mark.parametrize("port", ["x", "0", "65536", "", "-1", "²"])
def test_a_port_that_is_none_is_told(port: str) -> None:
    assert f"({port} is no port)" in refusal("127.0.0.1", port)
