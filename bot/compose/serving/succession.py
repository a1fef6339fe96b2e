"""Tasks of one pull request, one after the other: what both want is trained once.

An order, a label or a push makes another task of it while trials run, and most of those
are wanted again. Were they withdrawn before the next task asks, they would be killed,
and paid for twice.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """What becomes of an evaluation that its task has left.

    `halt` has nothing of it begin that waits, `withdraw` ends what runs as well.
    """

    halt: Callable[[], object]
    withdraw: Callable[[], object]


class Succession:
    """What tasks leave to those that follow; they are never carried on side by side."""

    def __init__(self) -> None:
        """Nothing is carried on, and nothing left.

        `begun` says whether anything ever was carried on.
        """
        self.begun = False
        self._held = set[str]()
        self._left = dict[str, Left]()
        self._adopt: Callable[[], None] | None = None

    @contextmanager
    def carries(self, evaluation: str) -> Iterator[None]:
        """Within the block the task of now carries an evaluation on."""
        self._held.add(evaluation)
        self.begun = True
        try:
            yield
        finally:
            self._held.discard(evaluation)
            self._adopt = None

    def leave(self, evaluation: str, left: Left) -> None:
        """Another task follows; `left` is withdrawn once it needs that one no more."""
        self._left[evaluation] = left

    def takes_over(self, adopt: Callable[[], None]) -> None:
        """The task of now wants what is under way by `adopt`, as long as it holds on.

        Once what was left is halted, that is done again: what began in between would
        be killed otherwise, and trained anew.
        """
        self._adopt = adopt
        adopt()

    def asked(self) -> None:
        """Whoever follows has asked for trials, if it carries an evaluation on."""
        if self._held:
            self.settle()

    def settle(self) -> None:
        """Withdraw what was left, but what is carried on again.

        Safe beside another one that settles; what could not be withdrawn stays left.
        """
        leaving = self._leaving()
        try:
            self._adopt_of(leaving.values())
            for evaluation, left in list(leaving.items()):
                left.withdraw()
                del leaving[evaluation]
        finally:
            for evaluation, left in leaving.items():
                self._left.setdefault(evaluation, left)

    def _leaving(self) -> dict[str, Left]:
        """What was left and is not carried on again, for one alone to withdraw."""
        found = {one: self._left.pop(one, None) for one in list(self._left)}
        held = frozenset(self._held)
        return {one: left for one, left in found.items() if left and one not in held}

    def _adopt_of(self, leaving: Collection[Left]) -> None:
        """Whoever takes over wants all that has begun, when no more can begin."""
        adopt = self._adopt
        if adopt is None or not leaving:
            return
        for left in leaving:
            left.halt()
        adopt()
