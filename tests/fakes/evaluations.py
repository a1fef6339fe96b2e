"""Evaluations that end when a test says so."""

from bot.app.pulls.evaluations import Absent, Busy, Done, State, Task
from bot.domain.conclusions import Plain
from bot.domain.pulls.acts import PullKey
from bot.domain.verdict import Report
from bot.presentation.github import Progress


class MemoryEvaluations:
    """`begun` are all tasks ever, `stopped` whom somebody stopped, in order."""

    def __init__(self) -> None:
        self.begun: list[Task] = []
        self.stopped: list[PullKey] = []
        self._states: dict[tuple[PullKey, str], State] = {}

    # What tests do

    def running(self, pull: PullKey) -> Task | None:
        """The task that is carried on for a pull request."""
        for task in reversed(self.begun):
            state = self._states.get((pull, task.digest))
            if task.pull == pull and isinstance(state, Busy):
                return task
        return None

    def gets_on(self, pull: PullKey, progress: Progress) -> None:
        task = self.running(pull)
        assert task is not None
        self._states[pull, task.digest] = Busy(progress)

    def ends(self, pull: PullKey, outcome: Plain, report: Report | None = None) -> None:
        """What is carried on for a pull request ends so."""
        task = self.running(pull)
        assert task is not None
        self._states[pull, task.digest] = Done(outcome, report)

    def forgets(self) -> None:
        """The process ended."""
        self._states.clear()

    # The port

    def begin(self, task: Task) -> None:
        known = self._states.get((task.pull, task.digest))
        if known is not None:
            return
        self._drop(task.pull)
        self.begun.append(task)
        self._states[task.pull, task.digest] = Busy()

    def state(self, pull: PullKey, digest: str) -> State:
        return self._states.get((pull, digest), Absent())

    def progress(self, pull: PullKey) -> Progress | None:
        for (mine, _), state in self._states.items():
            if mine == pull and isinstance(state, Busy):
                return state.progress
        return None

    def stop(self, pull: PullKey) -> None:
        if self.running(pull) is not None:
            self.stopped.append(pull)
        self._drop(pull)

    def _drop(self, pull: PullKey) -> None:
        for key in [one for one in self._states if one[0] == pull]:
            del self._states[key]
