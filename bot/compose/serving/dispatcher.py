"""The dispatcher of the App: a child that is started again when it ends."""

from functools import partial

from bot.adapters.children import DispatcherProcess
from bot.adapters.store import SqlStore
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.kept import Kept
from bot.compose.site import dispatcher_process
from bot.domain.errors import MachineryFault
from bot.settings import Settings
from workers.contract import Node

NODE_S = 600.0
"""How long an evaluation waits for the first machine."""
LACKING_S = 60.0
"""How long nothing is said of that."""


class OwnDispatcher(Kept[DispatcherProcess]):
    """One dispatcher at a time, for as long as this is open."""

    def __init__(self, settings: Settings, jobs: int | None) -> None:
        """Nothing is started before the first `check`."""
        super().__init__("dispatcher", partial(dispatcher_process, settings, jobs))

    def node(self) -> Node | None:
        """The node that it announced; None as long as it has not."""
        child = self.running()
        return child.node() if child is not None else None


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
        "Look after the dispatcher, or start one with `seedgate dispatch`.",
    )
