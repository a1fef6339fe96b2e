"""The process of `seedgate serve` that answers whoever calls.

It keeps webhooks, and opens pages; it works on neither. So what the App has to do holds
up no answer: Python runs one thread of a process at a time. It ends when whoever began
it does, at any moment: what takes long is read in after that is seen to. Where its
store is away it serves all the same, and says so to whoever calls.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from bot.compose.database import Where
    from bot.compose.trust import Trust
    from bot.web.serving import Server

SAID_S = 10.0
"""How long a fault is kept to ourselves that whoever started us may be about to say."""
ENDS_S = 12.0
"""What may take so long at the end: answers on their way, and the store."""


def main() -> None:
    """Serve on the socket that we were given until we are told to end.

    Its number is in the options, our first argument; all that is secret comes as the
    first line of standard input, which ends when whoever started us does.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # it ends without a word
    line = sys.stdin.readline()
    if not line:  # whoever started us has ended already
        return
    lifeline = _Lifeline()
    lifeline.start()
    from bot.compose.database import Where
    from bot.compose.logs import log_here
    from bot.compose.trust import Trust

    log_here()
    options, told = json.loads(sys.argv[1]), json.loads(line)
    listening = socket.socket(fileno=options["socket"])
    _serve(listening, Where(**told["store"]), Trust(**told["trust"]), lifeline)


def _serve(
    listening: socket.socket, store: "Where", trust: "Trust", lifeline: "_Lifeline"
) -> None:
    from bot.adapters.store import SqlInbox, SqlPages
    from bot.compose.database import url_of
    from bot.compose.web import web
    from bot.domain.errors import MachineryFault, UserFault
    from bot.web.serving import server

    try:
        url = url_of(store)
    except UserFault as fault:
        lifeline.join(SAID_S)  # whoever started us finds the same, and ends us then
        sys.exit(str(fault))
    inbox, pages = SqlInbox(url, time.time, hurried=True), SqlPages(url, hurried=True)
    with contextlib.suppress(MachineryFault):  # whoever calls has it tried again
        inbox.reach()
    serving = server(web(trust, inbox, pages))
    gc.freeze()  # what was read in stays: to go through it again holds answers up
    lifeline.ends(serving)
    try:
        serving.run(sockets=[listening])
    finally:
        inbox.close()
        pages.close()


class _Lifeline(threading.Thread):
    """Ends us when whoever started us has ended, or wants us to."""

    def __init__(self) -> None:
        super().__init__(name="lifeline", daemon=True)
        self._lock, self._left = threading.Lock(), False
        self._serving: Server | None = None

    def ends(self, serving: "Server") -> None:
        """From here on gracefully: the server answers what is on its way."""
        with self._lock:
            self._serving, serving.should_exit = serving, self._left

    @override
    def run(self) -> None:
        """Wait for it."""
        sys.stdin.read()
        with self._lock:
            self._left = True
            if self._serving is None:  # nothing is on its way
                os._exit(0)
            self._serving.should_exit = True
        threading.Event().wait(ENDS_S)
        os._exit(1)
