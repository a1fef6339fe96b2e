"""What all hooks of one process share, and how a look ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import ending
from . import request as requests
from .aside import Aside
from .interrupting import by_handler
from .models import Batch, Models

MOST = 16
"""Digested steps of one optimizer after which only every second one is digested."""


INTERRUPTED = (
    "A signal handler of the code raised an error while the probe was at work, so that"
    " what it saw of that step is not whole."
)


class Session:
    """The look into one process; hooks do their work inside `working()`."""

    def __init__(self, torch: Any, process: Any) -> None:
        """Nothing was seen yet."""
        self.torch = torch
        self.process = process
        self.asked = process.asked
        self.journal = process.journal
        self.on_forget: Callable[[], None] = lambda: None
        self.on_exit: Callable[[], None] = lambda: None
        self.held_elsewhere: Callable[[], set[int]] = set
        self.forked()

    def forked(self) -> None:
        """Forget what was seen: in a forked child this is the parent's."""
        self.models = Models(self.torch)
        self.batch = Batch(self.torch)
        self.over = False
        self.blinded = False
        self.told = False
        self.losses: dict[int, list[float]] = {}
        self.optimizers = 0
        self.overhead_s = 0.0
        self.first_s: float | None = None
        self.last_s = 0.0
        self.last_call: dict[str, Any] | None = None
        self.aside: Aside | None = None
        self.on_forget()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around all that the probe computes: no graph, no overrides, no errors."""
        began = time.perf_counter()
        try:
            with self.torch.no_grad(), self.torch._C.DisableTorchFunction():
                self._refuse_capture()
                yield
        except Exception as fault:
            self.failed(fault)
        finally:
            self.last_s = time.perf_counter()
            self.overhead_s += self.last_s - began

    def _refuse_capture(self) -> None:
        cuda = self.torch.cuda
        if cuda.is_initialized() and cuda.is_current_stream_capturing():
            raise RuntimeError("the step is recorded as a CUDA graph")

    def idle(self) -> bool:
        """Whether hooks have nothing to do: the look is over, or this is a trace."""
        torch = self.torch
        return self.over or torch.compiler.is_compiling() or _traced(torch)

    def stepped(self, optimizer: int, loss: str | None) -> None:
        """Note the time of a digested step, and its loss in a short run."""
        if self.asked.short and loss is not None:
            self.losses.setdefault(optimizer, []).append(float.fromhex(loss))
        if self.first_s is None:
            self.first_s = time.perf_counter()

    def begin_steps(self) -> int:
        """The index of one more optimizer; with the first the process tells its rank.

        Launchers tell it by a variable, and who starts processes himself to torch.
        """
        if not self.optimizers:
            rank, _ = ending.place_in_group(self.torch)
            if rank is not None:
                self.journal.write("rank", rank)
            if self.asked.kind == requests.FINGERPRINT:
                with self.working():
                    self.aside = Aside(self.torch)
        self.optimizers += 1
        return self.optimizers - 1

    def tell_aside(self) -> None:
        """Write which models have moved that are neither called nor optimized."""
        if self.aside is None:
            return
        with self.working():
            models, known = self.models, set(self.held_elsewhere())
            for kind in ("_parameters", "_buffers"):
                known |= {id(place.get()) for place in models.places(kind)}
            self.journal.write("aside", self.aside.moved(known))

    def note(self, sentence: str) -> None:
        """Say what a part of the look could not see."""
        self.journal.write("note", sentence[:500])

    def guarded(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """`act`, done only while there is something to look at; it never raises."""

        def heard(*args: Any, **kwargs: Any) -> Any:
            if self.idle():
                return None
            try:
                return act(*args, **kwargs)
            except Exception as fault:
                self.failed(fault)
                return None

        return heard

    def failed(self, fault: Exception) -> None:
        """An error of our own: it is noted, and the look is over.

        One of a signal handler is the user's, who waits for it: it is raised again.
        """
        if not by_handler(fault):
            self.blind(f"The probe failed: {type(fault).__name__}: {fault}")
            return
        if not self.over:
            self.over = self.blinded = True
            self.journal.write("fault", INTERRUPTED)
        raise fault

    def blind(self, sentence: str) -> None:
        """Give up: what was seen proves nothing. A run made only for us ends here."""
        if self.over:
            return
        self.over = self.blinded = True
        self.journal.write("fault", sentence[:500].rstrip(".") + ".")
        if self.asked.short:
            self.tell_end("blind")
            ending.leave(self)

    def finish(self, last_looks: Callable[[], None]) -> None:
        """All steps were seen: look at the model once more, and end the process."""
        self.over = True
        try:
            last_looks()
        except Exception as fault:
            self.note(f"The last look failed: {type(fault).__name__}: {fault}")
        self.tell_end("steps")
        ending.leave(self)

    def tell_end(self, why: str) -> None:
        """Write the last record; the first word on the end is the last one, too."""
        if self.told:
            return
        self.told = True
        self.process.tell_rest()
        first = self.first_s if self.first_s is not None else self.last_s
        end = {"why": why, "overhead_s": self.overhead_s, "loop_s": self.last_s - first}
        self.journal.write("end", end)

    def exit(self) -> None:
        """The process ends by itself; nothing is left to do where the look is over."""
        if not self.over:
            try:
                self.on_exit()
            except Exception as fault:
                self.failed(fault)
            self.over = True
        if not (self.asked.short and self.blinded):
            self.tell_end("blind" if self.blinded else "exit")


class Cadence:
    """Which steps are digested: the first, every n-th, and ever fewer of a long run."""

    def __init__(self, every: int, *, thinned: bool = True) -> None:
        """Every `every`-th step, until there are many if it is to be `thinned`.

        A short run is not: a step of which nothing is seen would prove nothing.
        """
        self._every = max(1, every)
        self._thinned = thinned
        self._made = 0
        self.next = 1

    def made(self, number: int) -> None:
        """Step `number` was digested; of many, every second one is from then on."""
        self._made += 1
        if self._thinned and self._made >= MOST:
            self._every *= 2
            self._made //= 2
        self.next = (number // self._every + 1) * self._every


def _traced(torch: Any) -> bool:
    return torch._C._get_tracing_state() is not None
