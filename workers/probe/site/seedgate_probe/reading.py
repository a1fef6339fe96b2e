"""Which files of the tree a process reads and what it starts, by an audit hook."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from .starting import EVENTS

MOST = 2000
"""Files that are named; a process that reads more is not listed whole."""


class Reading:
    """Collects what this process (not what it forks off) opens for reading."""

    def __init__(
        self, tree: str, started: Callable[[str, Any], None] = lambda event, given: None
    ) -> None:
        """Listen from now on: an audit hook cannot be taken away again.

        `started` is told of starts of processes, by event and arguments.
        """
        self._started = started
        self._tree = os.path.join(tree, "")
        self._found: set[str] = set()
        self._pid = os.getpid()
        self.listening = True
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: Any) -> None:
        if (event == "open" or event in EVENTS) and self.listening:
            try:
                if event == "open":
                    self._opened(*args)
                else:
                    self._started(event, args)
            except Exception:  # whatever it was given, the user's call goes on
                self.listening = False

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, (str, bytes)) or not _reads(mode, flags):
            return
        full = os.path.abspath(os.fsdecode(path))
        if full.startswith(self._tree) and len(self._found) <= MOST:
            self._found.add(full)

    def opened(self, path: str) -> bool:
        """Whether a file of the tree was opened, by its path there."""
        return self._tree + path in self._found

    def files(self) -> list[str]:
        """Relative paths, sorted; modules are named by their source."""
        if os.getpid() != self._pid:
            return []
        loaded = (getattr(one, "__file__", None) for one in list(sys.modules.values()))
        found = self._found | {one for one in loaded if isinstance(one, str)}
        ours = (one for one in found if one.startswith(self._tree))
        names = {os.path.relpath(one, self._tree) for one in ours}
        return sorted(one for one in names if not one.endswith(".pyc"))[:MOST]


def _reads(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return "r" in mode and "+" not in mode
    return not (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR))
