"""Errands in threads of their own: at most one for each order."""

import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.app.pulls.beside.errands import Errand
from bot.compose.serving.heartbeat import Ending, Heartbeat, Stopped
from bot.compose.serving.judging import patiently
from bot.compose.serving.succession import Succession
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.pulls.acts import PullKey
from bot.presentation.github.errands import refused
from bot.presentation.words import errands as words

LOG = logging.getLogger("seedgate")
MOST = 8

Work = Callable[[Errand, Heartbeat], str]
"""What carries an errand out, and gives its answer; raises `Stopped`."""


@dataclass(slots=True)
class _Carried:
    errand: Errand
    closing: threading.Event
    stop: threading.Event = field(default_factory=threading.Event)
    succession: Succession = field(default_factory=Succession)


class ErrandThreads:
    """`Porters` of this process."""

    def __init__(self, work: Work, most: int = MOST) -> None:
        """No thread is started before there is an errand."""
        self._work = work
        self._pool = ThreadPoolExecutor(most, "errand")
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._ended = False
        self._carried: dict[str, _Carried] = {}
        self._working = 0

    def begin(self, errand: Errand, done: Callable[[str], None]) -> None:
        """Carry it out, unless it is carried out already."""
        with self._lock:
            if errand.key in self._carried or self._ended:
                return
            one = self._carried[errand.key] = _Carried(errand, self._closing)
            self._working += 1
            future = self._pool.submit(self._carry, one, done)
        future.add_done_callback(self._worked)

    def keep(self, pull: PullKey, keys: Collection[str]) -> None:
        """Stop all errands of a pull request but these."""
        with self._lock:
            for key, one in list(self._carried.items()):
                if one.errand.act.pull == pull and key not in keys:
                    one.stop.set()
                    del self._carried[key]

    def busy(self) -> int:
        """How many are carried out, and how many are not yet told of."""
        with self._lock:
            return self._working

    def waiting(self) -> frozenset[PullKey]:
        """Whose errands carry nothing on by now: as for evaluations.

        Their turn has not come yet, or they fetch what their policy pins, or rest.
        """
        return self._pulls(begun=False)

    def carried(self) -> frozenset[PullKey]:
        """Whose errands carry something on, or did: as for evaluations."""
        return self._pulls(begun=True)

    def _pulls(self, *, begun: bool) -> frozenset[PullKey]:
        with self._lock:
            every = self._carried.values()
            mine = [one for one in every if one.succession.begun is begun]
            return frozenset(one.errand.act.pull for one in mine)

    def let_go(self) -> None:
        """Carry none out: another process does."""
        with self._lock:
            self._closing.set()
            self._closing = threading.Event()
            for one in self._carried.values():
                one.stop.set()
            self._carried.clear()

    def close(self) -> None:
        """Let go of them all, and wait until they have ended."""
        with self._lock:
            self._ended = True
        self.let_go()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _carry(self, one: _Carried, done: Callable[[str], None]) -> None:
        pulse = Heartbeat(Ending(one.closing, one.stop), one.succession)
        try:
            text = self._text(one, pulse)
            if not one.stop.is_set():
                done(text)
        except Stopped:
            return
        except Exception:
            LOG.exception("The answer to %s waits.", one.errand.key)
        finally:
            self._settle(one, pulse)
            with self._lock:
                if self._carried.get(one.errand.key) is one:
                    del self._carried[one.errand.key]

    def _settle(self, one: _Carried, pulse: Heartbeat) -> None:
        """Nobody trains for it any more; what another process goes on with is left."""
        if one.closing.is_set():
            return
        try:
            pulse.succession.settle()
        except Exception:
            LOG.exception("What %s left is withdrawn by a sweep.", one.errand.key)

    def _text(self, one: _Carried, pulse: Heartbeat) -> str:
        """What is answered, whatever goes wrong; raises `Stopped` alone.

        A store or a git that fails for a while costs time alone, as for evaluations.
        """

        def work() -> str:
            return self._work(one.errand, pulse)

        try:
            return patiently(work, pulse, one.errand.key)
        except Stopped:
            raise
        except UserFault as fault:
            return refused(fault.problem, fault.mend)
        except MachineryFault as fault:
            LOG.warning("%s failed: %s", one.errand.key, fault.problem)
        except Exception:
            LOG.exception("%s failed.", one.errand.key)
        return words.FAILED

    def _worked(self, _: "Future[None]") -> None:
        with self._lock:
            self._working -= 1
