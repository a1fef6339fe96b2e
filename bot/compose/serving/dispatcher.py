"""The dispatcher of the App: a child that is started again when it ends."""

import logging
import os
import threading
import time
from contextlib import ExitStack

from bot.adapters.dispatcher_process import DispatcherProcess
from bot.adapters.store import SqlStore
from bot.compose.database import store_url
from bot.compose.serving.evaluations import Heartbeat
from bot.domain.errors import MachineryFault
from bot.settings import Settings
from workers.contract import Node

LOG = logging.getLogger("seedgate")
AGAIN_S = 5.0
NODE_S = 600.0
"""How long an evaluation waits for the first machine."""
LACKING_S = 60.0
"""How long nothing is said of that."""


class OwnDispatcher:
    """One dispatcher at a time, for as long as this is open."""

    def __init__(self, settings: Settings, jobs: int | None) -> None:
        """Nothing is started before `start`."""
        self._settings, self._jobs = settings, jobs
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._child: DispatcherProcess | None = None
        self._again_at = 0.0

    def check(self) -> None:
        """Start it where it does not run; one that ends at once is not hurried."""
        with self._lock:
            if self._child is not None and self._alive(self._child):
                return
            self._child = None
            self._stack.close()
            if time.monotonic() < self._again_at:
                return
            self._again_at = time.monotonic() + AGAIN_S
            try:
                self._child = self._stack.enter_context(self._made())
            except OSError as error:
                LOG.warning("The dispatcher cannot be started: %s.", error.strerror)

    def node(self) -> Node | None:
        """The node that it announced; None as long as it has not."""
        with self._lock:
            return self._child.node() if self._child is not None else None

    def close(self) -> None:
        """End it, and all its trials."""
        with self._lock:
            self._stack.close()
            self._child = None

    def _made(self) -> DispatcherProcess:
        settings, cache = self._settings, self._settings.cache_dir
        options = {
            "cache": str(cache),
            "cpus": len(os.sched_getaffinity(0)),
            "address": settings.ray_address,
            "at_once": self._jobs,
        }
        secrets = {"url": store_url(settings)}
        return DispatcherProcess(options, cache / "dispatcher.log", secrets)

    @staticmethod
    def _alive(child: DispatcherProcess) -> bool:
        try:
            child.require()
        except MachineryFault as fault:
            LOG.warning("%s It is started again.", fault.problem)
            return False
        return True


def node_for(
    own: OwnDispatcher | None, store: SqlStore, pulse: Heartbeat, *, joined: bool
) -> Node:
    """The node that trials will run on; waits for one, as long as the pulse lets it.

    Our own dispatcher's, or the latest one that registered on the store. Raises
    `MachineryFault` where none comes in `NODE_S`.
    """
    began = pulse.now()
    give_up, say_at = began + NODE_S, began + LACKING_S
    while pulse.now() < give_up:
        node = None if own is None or joined else own.node()
        if node is None and (own is None or joined):
            node = next(iter(store.nodes()), None)
        if node is not None:
            return node
        if pulse.now() >= say_at:
            pulse.lacks_machine()
            say_at = give_up
        pulse.wait()
    raise MachineryFault(
        "No machine is there to run trials.",
        "Look after the dispatcher, or start one with `seedgate dispatch`; then "
        "comment /gate run.",
    )
