"""`seedgate serve` and `seedgate dispatch`: processes that run until they are told."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from bot.compose.app_config import load
from bot.compose.setup import Wish, serve_setup
from bot.compose.site import make_private
from bot.domain.errors import UserFault
from bot.domain.github.configuration import AppConfig, Listen
from bot.settings import Settings

CHECK_S = 1.0


def serve(
    settings: Settings, *, dispatch: bool, jobs: int | None, tell: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `tell` shows lines to whoever started it.

    Where no App is configured a page to make one is served first. Raises `UserFault`
    for what the caller can mend.
    """
    from bot.compose.serving.service import Service
    from bot.web.serving import server

    _log()
    config = load(settings) or _made(settings, tell)
    listening = _listening(config.listen)
    with Service(settings, config, dispatch=dispatch, jobs=jobs) as service:
        serving = server(service.web())

        def end() -> None:
            serving.should_exit = True

        # The server takes signals while it runs, and hands them on as it ends. One that
        # comes before it runs must not be lost: it ends as soon as it has begun.
        _on_signal(end)
        service.start()
        host, port = listening.getsockname()[:2]
        tell(f"Seedgate serves on {host}:{port}, known as {config.public_url}.")
        with suppress(KeyboardInterrupt):  # a server that was told to end ended well
            serving.run(sockets=[listening])


def dispatch(settings: Settings, *, jobs: int | None) -> None:
    """Serve the store's trials until SIGINT or SIGTERM; started again when it dies."""
    from bot.compose.serving.dispatcher import OwnDispatcher

    _log()
    make_private(settings.cache_dir)
    stop = threading.Event()
    _on_signal(stop.set)
    own = OwnDispatcher(settings, jobs)
    try:
        while not stop.is_set():
            own.check()
            stop.wait(CHECK_S)
    finally:
        own.close()


def _made(settings: Settings, tell: Callable[[str], None]) -> AppConfig:
    """The App that somebody makes now, from the page that is served for it."""
    from bot.presentation.words.setup import opened

    def link(address: str) -> None:
        for line in opened(address):
            tell(line)

    serve_setup(settings, Wish(settings.public_url or "", "", ""), link)
    config = load(settings)
    if config is None:
        raise UserFault("The App that was made is gone.", "Run the setup again.")
    return config


def _listening(place: Listen) -> socket.socket:
    from bot.web.serving import listen

    try:
        return listen(place.host, place.port)
    except OSError as error:
        problem = f"{place.host}:{place.port} cannot be listened on: {error.strerror}."
        raise UserFault(problem, "Name another address with SEEDGATE_LISTEN.") from None


def _on_signal(done: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        done()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _log() -> None:
    """One line for each thing worth knowing, on standard error."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    logging.getLogger("seedgate").setLevel(logging.INFO)
