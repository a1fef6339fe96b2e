"""What a command that runs trials works with: store, locks, dispatcher and node."""

import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.ports import Store
from bot.app.refusals import require_own_code
from bot.compose.database import locks, open_store, store_url
from bot.domain.errors import UserFault
from bot.settings import Settings
from workers.contract import Node

if TYPE_CHECKING:
    from bot.adapters.alive import AliveLocks
    from bot.adapters.children import DispatcherProcess
    from bot.adapters.store import SqlStore

LOG = logging.getLogger("seedgate")
SILENT_S = 10.0
"""How long nothing is said while a cluster that others started has no machine for us.
"""


@dataclass(frozen=True, slots=True)
class Site:
    """All of it, up and running."""

    store: Store
    locks: "AliveLocks | SqlStore"
    dispatcher: "DispatcherProcess"
    node: Node

    @contextmanager
    def hold(self, *evaluations: str) -> Iterator[None]:
        """Carry evaluations on, in their order, and forget what killed ones wanted.

        It would run before our own. Ours are held before: what was interrupted is gone
        on with, but for what waits to be run for a later one. What these took over, and
        did not need, is forgotten at their end.
        """
        with ExitStack() as held:
            for number, ours in enumerate(evaluations):
                if number:
                    self._forget([ours], begun=False)
                held.enter_context(self.locks.hold(ours))
            self._forget(self.store.wishing())
            yield
        self._forget_ended(evaluations)

    def _forget(self, evaluations: Iterable[str], *, begun: bool = True) -> None:
        """Withdraw the wishes of those that nobody carries on."""
        for one in evaluations:
            with self.locks.abandoned(one) as abandoned:
                if abandoned:
                    self.store.withdraw(one, begun=begun)

    def _forget_ended(self, evaluations: Iterable[str]) -> None:
        """A verdict that is there is not lost for what the next call forgets."""
        from bot.adapters.store import StoreError

        try:
            self._forget(evaluations)
        except StoreError:
            LOG.warning(
                "The store failed. Until the next call, trials may be run that no "
                "evaluation waits for."
            )


def open_site(
    settings: Settings, jobs: int | None, repository: Path, stack: ExitStack
) -> Site:
    """Start a dispatcher and wait for the node that it serves; `stack` ends it.

    Refuses a node on which every arm would import the working copy of `repository`,
    and a named environment that is not there.
    """
    require_python(settings)
    started = time.time()
    store = open_store(settings)
    stack.callback(store.close)
    dispatcher = stack.enter_context(dispatcher_process(settings, jobs))
    if settings.ray_address:
        node = _joined_node(store, dispatcher, started, settings)
    else:
        node = _own_node(dispatcher)
    require_own_code(node, repository.resolve())
    return Site(store, locks(settings, store), dispatcher, node)


def dispatcher_process(settings: Settings, jobs: int | None) -> "DispatcherProcess":
    """A dispatcher of the store on this machine, not started yet."""
    from bot.adapters.children import DispatcherProcess

    cache = settings.cache_dir
    options = {
        "cache": str(cache),
        "cpus": len(os.sched_getaffinity(0)),
        "address": settings.ray_address,
        "at_once": jobs,
    }
    secrets = {"url": store_url(settings)}
    return DispatcherProcess(options, cache / "dispatcher.log", secrets)


def make_private(folder: Path) -> None:
    """The cache holds a secret and results: it is nobody else's to read."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The cache folder {folder} cannot be made: {error.strerror}."
        mend = "Name another with the environment variable SEEDGATE_CACHE_DIR."
        raise UserFault(problem, mend) from None


def require_python(settings: Settings) -> None:
    """Refuse an environment that is named for trials and is not there.

    They would run in ours instead, and nobody would know.
    """
    named = settings.virtual_env
    if named is not None and not (named / "bin" / "python").exists():
        problem = f"VIRTUAL_ENV names {named}, and there is no {named}/bin/python."
        mend = "Make that environment, name the one that trials are to run in, or unset"
        raise UserFault(problem, f"{mend} the variable.")


def _own_node(dispatcher: "DispatcherProcess") -> Node:
    """The node that our own dispatcher announces."""
    while (node := dispatcher.node()) is None:
        dispatcher.wait()
    return node


def _joined_node(
    store: Store, dispatcher: "DispatcherProcess", started: float, settings: Settings
) -> Node:
    """The first node of a cluster that our dispatcher has joined since then."""
    say_at = started + SILENT_S
    while (node := next(iter(store.nodes(started)), None)) is None:
        if dispatcher.now() >= say_at:
            LOG.warning(
                "Still waiting for a machine of the Ray at %s (RAY_ADDRESS). What the "
                "dispatcher hears of it stands in %s.",
                settings.ray_address,
                settings.cache_dir / "dispatcher.log",
            )
            say_at = float("inf")
        dispatcher.wait()
    return node
