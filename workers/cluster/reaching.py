"""Whether anybody listens where a Ray is said to be; Ray itself asks for minutes."""

import socket

from workers.cluster.interface import ClusterError

MOST_PORT = 65_535
CONNECT_S = 5.0
"""How long one address of a host is waited for, once its name is known."""


def require_listener(address: str, host: str, port: str) -> None:
    """Raises `ClusterError` where nobody takes a connection.

    `address` is how it was named to us; `host` and `port` are where Ray will look.
    """
    try:
        socket.create_connection((host, _number(port)), CONNECT_S).close()
    except OSError as error:
        message = f"No Ray answers at {address} ({_why(error)}): "
        raise ClusterError(f"{message}correct RAY_ADDRESS, or unset it.") from error


def _number(port: str) -> int:
    """Raises `OSError` for a port that is none."""
    if port.isascii() and port.isdigit() and 0 < int(port) <= MOST_PORT:
        return int(port)
    problem = f"{port} is no port"
    raise OSError(problem)


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in {CONNECT_S:g} s"
    return error.strerror or str(error)
