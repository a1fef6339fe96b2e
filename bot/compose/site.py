"""What a command that runs trials works with: store, locks, dispatcher and node."""

import os
import time
from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class Site:
    """All of it, up and running."""

    store: Store
    locks: "AliveLocks | SqlStore"
    dispatcher: "DispatcherProcess"
    node: Node

    @contextmanager
    def hold(self, evaluation: str) -> Iterator[None]:
        """Carry an evaluation on, and forget what killed ones still wanted.

        It would run before our own.
        """
        with self.locks.hold(evaluation):
            for wish in self.store.wishing():
                with self.locks.abandoned(wish) as abandoned:
                    if abandoned:
                        self.store.withdraw(wish)
            yield


def open_site(
    settings: Settings, jobs: int | None, repository: Path, stack: ExitStack
) -> Site:
    """Start a dispatcher and wait for the node that it serves; `stack` ends it.

    Refuses a node on which every arm would import the working copy of `repository`.
    """
    started = time.time()
    store = open_store(settings)
    stack.callback(store.close)
    dispatcher = stack.enter_context(dispatcher_process(settings, jobs))
    joined = started if settings.ray_address else None
    node = _first_node(store, dispatcher, joined)
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


def _first_node(
    store: Store, dispatcher: "DispatcherProcess", joined: float | None
) -> Node:
    """The node that trials will run on.

    Our own dispatcher's, or the first of a cluster that it `joined` at that time.
    """
    while True:
        nodes = store.nodes(joined) if joined is not None else ()
        node = next(iter(nodes), None) or dispatcher.node()
        if node is not None:
            return node
        dispatcher.wait()
