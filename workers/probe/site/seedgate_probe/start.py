"""What happens when a process starts: seeds, tracing, and waiting for torch."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import request as requests
from .finder import Finder
from .journal import Journal
from .lines import Lines
from .reading import Reading
from .starting import ESCAPED, escapes


class Process:
    """The probe in one process, before and after torch is there."""

    def __init__(self, asked: requests.Request) -> None:
        """Leave a word, and begin to trace and to listen where that is asked."""
        self.asked = asked
        self.journal = Journal(asked.folder)
        # Beside a whole trial, processes that it starts are to differ as they do alone.
        self.seeding = self.journal.say_word() or asked.short
        self.lines = Lines(asked.tree, asked.lines, self.journal.write_line)
        self.reading: Reading | None = None
        self.session: Any = None
        self._escaped = False
        if asked.short:
            self.reading = Reading(asked.tree, self.started)
        if asked.lines:
            self.lines.start()

    def torch_is_there(self, torch: Any) -> None:
        """Seed it, and look at it from now on."""
        self.journal.torch = str(getattr(torch, "__version__", "?"))
        try:
            if self.seeding:
                torch.manual_seed(self.asked.seed)
            from .install import install

            self.session = install(torch, self)
        except Exception as fault:
            why = f"The probe could not look at this torch: {_said(fault)}."
            self.journal.write("fault", why)
        else:
            self.journal.begin()

    def forked(self) -> None:
        """Start afresh in a child: what the parent saw is the parent's to tell."""
        self.journal.restart()
        if self.session is not None:
            self.session.forked()

    def listen_no_more(self) -> None:
        """What is opened and started from now on is ours."""
        if self.reading is not None:
            self.reading.listening = False

    def started(self, event: str, given: Any) -> None:
        """Say once that a process is started into which the probe does not get."""
        if not self._escaped and escapes(event, given):
            self._escaped = True
            self.journal.write("note", ESCAPED)

    def tell_rest(self) -> None:
        """Write what is known only at the end: files that were read, lines unseen."""
        if self.reading is not None:
            self.lines.give_up_texts(self.reading.opened)
            if self.journal.torch:
                self.journal.write("files", self.reading.files())
        if self.lines.tracing and (self.lines.broken or not self.lines.undisturbed()):
            self.lines.give_up()
            self.journal.write("note", OWN_TRACER)

    def ended(self) -> None:
        """Write the last words of a process that ends by itself."""
        if os.getpid() != self.journal.pid:
            return
        if self.session is not None:
            self.session.exit()
        elif self.asked.short:
            self.tell_rest()


OWN_TRACER = (
    "The code sets a tracer of its own, so it is not known which lines ran: all changed"
    " lines are taken as run."
)


def begin(folder: str) -> Process:
    """Start the probe in this process; raises what keeps it from that."""
    asked = requests.read(folder)
    process = Process(asked)
    acts: dict[str, Callable[[Any], None]] = {
        "random": lambda module: module.seed(asked.seed),
        "numpy.random": lambda module: module.seed(asked.seed % 2**32),
    }
    if not process.seeding:
        acts.clear()
    acts["torch"] = process.torch_is_there
    for name in [one for one in acts if one in sys.modules]:
        acts.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Finder(acts, lambda: _untraced(process.lines)))
    atexit.register(process.ended)
    os.register_at_fork(after_in_child=process.forked)
    return process


@contextmanager
def _untraced(lines: Lines) -> Iterator[None]:
    """No tracing while a large library is imported: none of its lines is asked for."""
    traced = lines.tracing and lines.undisturbed()
    if traced:
        lines.stop()
    try:
        yield
    finally:
        if traced:
            lines.start()


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:300]
