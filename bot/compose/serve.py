"""`seedgate serve` and `seedgate dispatch`: processes that run until they are told."""

import errno
import logging
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from bot.compose.app_config import load, load_at_once, open_key, require_key
from bot.compose.database import open_store, where
from bot.compose.logs import log_here
from bot.compose.site import make_private, require_python
from bot.domain.errors import ExitCode, UserFault
from bot.domain.github.configuration import AppConfig, Listen
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.adapters.children import ChildProcess
    from bot.compose.serving.kept import Kept

LOG = logging.getLogger("seedgate")
CHECK_S = 1.0
FAREWELL_S = 15.0
"""How long the web server has to end, a little longer than it takes at most."""
LEAVES_S = 75.0
"""How long the whole end may take; shorter than systemd waits for it."""
TRIES = 12
"""How often the web server may end at once; then we do, and are not taken for alive."""
TAKEN_S, LOOK_S = 5.0, 0.05
"""How long an address that is taken is waited for, and how often it is tried."""


def serve(
    settings: Settings, *, dispatch: bool, jobs: int | None, tell: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `tell` shows lines to whoever started it.

    Where no App is configured a page to make one is served first. Raises `UserFault`
    for what the caller can mend.
    """
    log_here()
    if dispatch:
        require_python(settings)
    config = load_at_once(settings) or _made(settings, tell)
    ending = Ending()
    _on_signal(ending.told)
    with _listening(config.listen) as listening:
        front = _front(settings, config, listening)
        try:
            front.check()  # webhooks are kept from here on; the rest is read in
            require_key(config.private_key, settings)
            if (fault := open_key(settings)) is not None:
                LOG.warning("%s %s", fault.problem, fault.mend)
            from bot.compose.serving.service import Service

            with Service(settings, config, dispatch=dispatch, jobs=jobs) as service:
                ending.orderly = True
                service.start()
                host, port = listening.getsockname()[:2]
                tell(f"Seedgate serves on {host}:{port}, known as {config.public_url}.")
                until(ending, front.check)
                _leave_in(LEAVES_S)
                listening.close()
                front.dismiss()
        finally:
            front.close()


@dataclass(slots=True)
class Ending:
    """Whether we are wanted to end; at once, until all is made and work begins.

    What is read in and opened until then may wait for others, and is just left. A
    signal may come amid any step of the wait for it: this kind of queue bears that, as
    an event, which has a lock, does not.
    """

    orderly: bool = False
    _wanted: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)

    def told(self) -> None:
        """We are; for a handler of signals."""
        self._wanted.put(None)
        if not self.orderly:
            raise KeyboardInterrupt

    def within(self, seconds: float) -> bool:
        """Whether we are told to, in this time; what is told once is answered once."""
        try:
            self._wanted.get(timeout=seconds)
        except queue.Empty:
            return False
        return True


def _front(
    settings: Settings, config: AppConfig, listening: socket.socket
) -> "Kept[ChildProcess]":
    """The process that answers whoever calls."""
    from bot.adapters.children import ChildProcess, Program
    from bot.compose.serving.kept import Kept
    from bot.compose.trust import trust

    handle = listening.fileno()
    entry = "from bot.compose.front import main; main()"
    program = Program(
        name="web server",
        entry=entry,
        options={"socket": handle},
        handles=(handle,),
        apart=False,  # addresses in the settings may be relative
        farewell_s=FAREWELL_S,
    )
    told = {"store": asdict(where(settings)), "trust": asdict(trust(config))}
    return Kept(program.name, lambda: ChildProcess(program, secrets=told), TRIES)


def until(ending: Ending, check: Callable[[], None]) -> None:
    """Look after a child again and again, until we are told to end."""
    wait_s = 0.0
    while not ending.within(wait_s):
        check()
        wait_s = CHECK_S


def _leave_in(seconds: float) -> None:
    """End by then, whatever hangs, as a database may: our children end when we do."""

    def leave() -> None:
        LOG.warning("The end took too long, as where the store hangs; it is left.")
        os._exit(ExitCode.MACHINERY)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True  # it watches over the end of the interpreter, too
    timer.start()


def dispatch(
    settings: Settings, *, jobs: int | None, tell: Callable[[str], None]
) -> None:
    """Serve the store's trials until SIGINT or SIGTERM; started again when it dies.

    `tell` shows a line to whoever started it. Raises `UserFault` for what the caller
    can mend.
    """
    from bot.adapters.repository.command import require_git
    from bot.compose.serving.dispatcher import OwnDispatcher

    log_here()
    make_private(settings.cache_dir)
    require_git()
    require_python(settings)
    open_store(settings).close()  # what its child could only try again and again
    ending = Ending(orderly=True)
    _on_signal(ending.told)
    own = OwnDispatcher(settings, jobs)
    tell("Seedgate dispatches: it runs the trials that its store asks for.")
    try:
        until(ending, own.check)
    finally:
        own.close()


def _made(settings: Settings, tell: Callable[[str], None]) -> AppConfig:
    """The App that somebody makes now, from the page that is served for it."""
    from bot.compose.setup import Wish, serve_setup
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
    """Our address; whoever had it before us may be ending still, and is waited for."""
    from bot.web.serving import listen

    give_up = time.monotonic() + TAKEN_S
    while True:
        try:
            return listen(place.host, place.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= give_up:
                at = f"{place.host}:{place.port}"
                problem = f"{at} cannot be listened on: {error.strerror}."
                mend = "Name another address with SEEDGATE_LISTEN."
                raise UserFault(problem, mend) from None
        time.sleep(LOOK_S)


def _on_signal(done: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        done()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
