"""The dispatcher as a child process of ours, and the engine's heartbeat beside it."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.adapters.children.child import FAREWELL_S, ChildProcess, Program
from workers.contract import Node

ENTRY = "from bot.compose.dispatcher import dispatch; dispatch()"
NODE_FILE = "node.json"
"""In the child's own folder: what it says of its machine as it starts."""
POLL_S = 0.2
TRAINING = (
    *("VIRTUAL_ENV", "CONDA_PREFIX"),
    *("CUDA_VISIBLE_DEVICES", "CUDA_HOME", "ATEN_CPU_CAPABILITY"),
    *("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"),
)
"""What it sees of our environment beside what every child does."""


class DispatcherProcess(ChildProcess):
    """A running dispatcher; leaving the `with` block ends it and all its trials."""

    def __init__(
        self,
        options: Mapping[str, object],
        log: Path,
        secrets: Mapping[str, object] | None = None,
        *,
        entry: str = ENTRY,
        farewell_s: float = FAREWELL_S,
    ) -> None:
        """Prepare one; `entry` stands in for it in tests."""
        program = Program(
            "dispatcher", entry, options, sees=TRAINING, farewell_s=farewell_s
        )
        super().__init__(program, log, secrets)

    def node(self) -> Node | None:
        """This machine as our dispatcher announced it; None until it has.

        Not taken from the store: another dispatcher may have registered the same host
        with another environment.
        """
        try:
            text = (self.folder / NODE_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        plain = json.loads(text)
        return Node(**{**plain, "editables": tuple(plain["editables"])})

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def takes_over(self, adopt: Callable[[], None]) -> None:
        """Call `adopt` at once: nothing begins of what others have left behind.

        What waits of that has been withdrawn before (`Site.hold`).
        """
        adopt()

    def wait(self) -> None:
        """A short wait; raises `MachineryFault` once the dispatcher has died."""
        time.sleep(POLL_S)
        self.require()
