"""Serving the application on a socket, by uvicorn."""

import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn import Server

from bot.web.prompting import Prompt

__all__ = ["Server", "listen", "server"]

MOST_CONNECTIONS = 512
IDLE_S = 30
GRACE_S = 10
BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """A listening address; port 0 takes a free one. Who calls before serving waits.

    The protocol is named: asyncio switches Nagle's algorithm off only where it is, and
    with it every answer takes 40 ms. Raises `OSError` for an address that is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def server(app: ASGIApp, protocol: type[Prompt] = Prompt) -> Server:
    """A server for `run(sockets=[...])`; SIGTERM and SIGINT end it gracefully.

    `protocol` hangs up on whoever connects and does not ask. Nothing of a request is
    logged: addresses and paths may be secrets.
    """
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        http=protocol,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config)
