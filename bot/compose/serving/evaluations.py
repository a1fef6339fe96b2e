"""Evaluations in threads of their own: at most one for each pull request."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from bot.app.pulls.evaluations import Absent, Busy, Done, State, Task
from bot.compose.serving.heartbeat import Ending, Followed, Heartbeat, LetGo, Stopped
from bot.compose.serving.line import Line
from bot.compose.serving.succession import Succession
from bot.domain.conclusions import OwnFault
from bot.domain.pulls.acts import PullKey
from bot.presentation.github import Progress, Queued

LOG = logging.getLogger("seedgate")
MOST = 32
SHOWN_AT_S = (3.0, 300.0, 1800.0, 7200.0)
"""Seconds after which progress is shown for the first, second, ... time; then daily
quarters. The first costs two calls and each later one a call, so there are few; where
trials take a moment the verdict comes before the first."""
LATER_S = 6 * 3600.0


@dataclass(slots=True)
class _Carried:
    """One task and what is known of it; it begins once `before` has ended."""

    task: Task
    ending: Ending
    before: "_Carried | None" = None
    succession: Succession = field(default_factory=Succession)
    ended: threading.Event = field(default_factory=threading.Event)
    began: float = 0.0
    shown: int = 0
    latest: Progress | None = None
    state: State = field(default_factory=Busy)

    @property
    def repository(self) -> int:
        return self.task.pull.repository

    def unheld(self) -> bool:
        """Whether neither it nor any before it carried an evaluation on by now."""
        return not (self.succession.begun or self.ended.is_set())


Show = Callable[[Progress], None]
Work = Callable[[Task, Heartbeat, Show], Done]
"""What carries a task on, to its end; raises `Stopped`."""


class EvaluationThreads:
    """`Evaluations` of this process."""

    def __init__(
        self, work: Work, wake: Callable[[PullKey, int], None], most: int = MOST
    ) -> None:
        """`wake` is told of every pull request whose evaluation has news."""
        self._work, self._wake = work, wake
        self._pool = ThreadPoolExecutor(most, "evaluation")
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._ended = False
        self._working = 0
        self._carried: dict[PullKey, _Carried] = {}
        self._line = Line[_Carried](most)

    def begin(self, task: Task) -> None:
        """Carry a task on; another one of the same pull request is stopped first."""
        with self._lock:
            before = self._carried.get(task.pull)
            if before is not None and before.task.digest == task.digest:
                return
            if self._ended:
                return
            one = _Carried(task, Ending(self._closing), before)
            if before is not None:
                one.succession = before.succession
                if self._left(before):
                    one.before = before.before
            self._carried[task.pull] = one
            self._working += 1
            self._line.add(one.repository, one)
            self._go_on()
            if place := self._line.place(one.repository):
                one.state = Busy(Queued(place))
            if before is not None:
                before.ending.followed = True
                before.ending.stop.set()
            if place > 1:  # whoever waits long takes no trials over
                self._forsake(one)

    def _go_on(self) -> None:
        """Begin all whose turn it is; the lock is held."""
        while not self._ended and (one := self._line.next()) is not None:
            one.state = Busy()
            self._pool.submit(self._run, one)

    def _left(self, one: _Carried) -> bool:
        """Leave the line without a turn, where it waits there; the lock is held."""
        waited = self._line.drop(one.repository, one)
        if waited:
            self._working -= 1
            one.ended.set()
        return waited

    def _forsake(self, one: _Carried) -> None:
        """It takes nothing over of the one before, which withdraws that at its end.

        The lock is held.
        """
        if one.before is None:
            return
        one.before.ending.followed = False
        if one.before.ended.is_set() and not self._ended:
            self._pool.submit(one.succession.settle)

    def state(self, pull: PullKey, digest: str) -> State:
        """How far a task is."""
        with self._lock:
            one = self._carried.get(pull)
            known = one is not None and one.task.digest == digest
            return one.state if one is not None and known else Absent()

    def progress(self, pull: PullKey) -> Progress | None:
        """The latest that is known of what is carried on."""
        with self._lock:
            one = self._carried.get(pull)
        if one is None or not isinstance(one.state, Busy):
            return None
        return one.latest or one.state.progress

    def stop(self, pull: PullKey) -> None:
        """Carry none on for this pull request."""
        with self._lock:
            one = self._carried.pop(pull, None)
            if one is not None:
                one.ending.stop.set()
                if self._left(one):
                    self._forsake(one)

    def busy(self) -> int:
        """How many are carried on, and how many are not yet told of."""
        with self._lock:
            return self._working

    def waiting(self) -> frozenset[PullKey]:
        """Whose turn has not come yet: their trials may run since before a restart.

        Nor has it for one that fetches what its policy pins, or rests since a git was
        killed, before it carries any evaluation on.
        """
        with self._lock:
            unheld = [one for one in self._carried.values() if one.unheld()]
            return frozenset(one.task.pull for one in (*self._line.waiting(), *unheld))

    def carried(self) -> frozenset[PullKey]:
        """Whose turn has come, and which held what they go on with."""
        with self._lock:
            every = self._carried.values()
            return frozenset(one.task.pull for one in every if not one.unheld())

    def let_go(self) -> None:
        """Carry none on: another process does, with the trials that were begun."""
        with self._lock:
            self._closing.set()
            self._closing = threading.Event()
            for one in self._carried.values():
                one.ending.stop.set()
                self._left(one)
            self._carried.clear()

    def close(self) -> None:
        """Let go of them all, and wait until they have ended."""
        with self._lock:
            self._ended = True
        self.let_go()
        self._pool.shutdown(wait=True)

    def _run(self, one: _Carried) -> None:
        """Its turn, whatever comes of it; then the next one's."""
        try:
            self._carry(one)
        except Exception:
            LOG.exception("The end of %s could not be told.", one.task.pull)
        finally:
            with self._lock:
                self._working -= 1
                self._line.ended(one.repository)
                one.ended.set()
                if one.ending.forsaken():  # perhaps only since it ended
                    self._pool.submit(one.succession.settle)
                self._go_on()

    def _carry(self, one: _Carried) -> None:
        """To its end, after the one before has."""
        if one.before is not None:
            one.before.ended.wait()
            one.before = None
        ended = self._worked(one)
        if not isinstance(ended, Stopped):
            one.state = ended
            self._wake(one.task.pull, one.task.installation)
        elif isinstance(ended, LetGo | Followed):
            return
        one.succession.settle()

    def _worked(self, one: _Carried) -> Done | Stopped:
        """What came of it."""
        if one.ending.stop.is_set():
            return one.ending.why()
        one.began = time.monotonic()
        lacking = Queued(machines=False)
        show = partial(self._show, one)
        pulse = Heartbeat(one.ending, one.succession, partial(show, lacking))
        try:
            ended = self._work(one.task, pulse, show)
        except Stopped as why:
            return why
        except Exception as fault:
            LOG.exception("An evaluation of %s failed.", one.task.pull)
            ended = Done(OwnFault(f"{type(fault).__name__} in the gate itself.", ""))
        return one.ending.why() if one.ending.stop.is_set() else ended

    def _show(self, one: _Carried, progress: Progress) -> None:
        """Show progress at a few moments only; whoever asks gets the latest."""
        one.latest = progress
        early = time.monotonic() - one.began < _moment(one.shown)
        if early or one.ending.stop.is_set():
            return
        one.shown += 1
        one.state = Busy(progress)
        self._wake(one.task.pull, one.task.installation)


def _moment(shown: int) -> float:
    if shown < len(SHOWN_AT_S):
        return SHOWN_AT_S[shown]
    return SHOWN_AT_S[-1] + (shown - len(SHOWN_AT_S) + 1) * LATER_S
