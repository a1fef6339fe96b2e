"""Records of one process, a line of JSON each, in a file of its own.

The file is opened for every record: a user's code may close descriptors that it does
not know, fork, or end without warning, and what was written before then must stand.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

WORD = "word"
"""Any process that loads the probe leaves this file: it was not kept out."""
LINES = "lines"
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_LONGEST = 4096
_WORDS = 256


class Journal:
    """Writes the records of this process below `folder`; never raises."""

    def __init__(self, folder: str) -> None:
        """Nothing is written until there is something to say."""
        self._folder = folder
        self._path = ""
        self.torch = ""
        self.pid = os.getpid()

    def restart(self) -> None:
        """Begin a file of its own in a process that was forked off."""
        self._path = ""
        self.pid = os.getpid()

    def say_word(self) -> bool:
        """Leave a sign that the probe is in: the process, of the first its command.

        Whether this is the first.
        """
        path = os.path.join(self._folder, WORD)
        first = not os.path.exists(path)
        told = {"command": command()} if first else {}
        self._append(path, json.dumps({**told, "pid": self.pid}))
        return first

    def processes(self) -> list[int]:
        """The numbers of all processes that have left such a sign."""
        try:
            with open(os.path.join(self._folder, WORD), encoding="utf-8") as file:
                return [int(json.loads(line)["pid"]) for line in file]
        except (OSError, ValueError, KeyError):
            return []

    def begin(self) -> None:
        """Write the first record, unless it is there."""
        if not self._path:
            started = f"{time.monotonic_ns():020d}-{self.pid}.jsonl"
            self._path = os.path.join(self._folder, started)
            self._append(self._path, json.dumps({"start": _start(self.torch)}))

    def write(self, what: str, value: Any) -> None:
        """Append one record."""
        self.begin()
        self._append(self._path, json.dumps({what: value}))

    def write_line(self, path: str, number: int) -> None:
        """Note an executed line in the file that all processes share."""
        self._append(os.path.join(self._folder, LINES), json.dumps([path, number]))

    @staticmethod
    def _append(path: str, text: str) -> None:
        try:
            descriptor = os.open(path, _FLAGS, 0o600)
            try:
                os.write(descriptor, text.encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError:  # the disk is full, or the folder out of reach
            pass


class Held:
    """Records that are written only if it turns out that they are wanted."""

    def __init__(self, journal: Journal) -> None:
        """None yet."""
        self._journal = journal
        self._records: list[tuple[str, Any]] = []
        self._wanted = False

    def write(self, what: str, value: Any) -> None:
        """Keep one record, or write it once they are wanted."""
        if self._wanted:
            self._journal.write(what, value)
        else:
            self._records.append((what, value))

    def release(self) -> None:
        """Write them all, and those that come."""
        self._wanted = True
        for what, value in self._records:
            self._journal.write(what, value)
        self._records.clear()


def _start(torch: str) -> Any:
    text = os.environ.get("RANK", "")
    rank = int(text) if text.isdigit() else None
    return {"command": command(), "rank": rank, "torch": torch or None}


def command() -> list[str]:
    """The words this process was started with, the interpreter by its bare name."""
    words = list(getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv])
    words[:1] = [os.path.basename(words[0])] if words else []
    return [word[:_LONGEST] for word in words[:_WORDS]]
