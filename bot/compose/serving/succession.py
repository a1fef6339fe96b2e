"""Tasks of one pull request, one after the other: what both want is trained once.

An order, a label or a push makes another task of it while trials run, and most of those
are wanted again. Were they withdrawn before the next task asks, they would be killed,
and paid for twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Succession:
    """What tasks leave to those that follow; they are never carried on side by side."""

    def __init__(self) -> None:
        """Nothing is carried on, and nothing left.

        `begun` says whether anything ever was carried on.
        """
        self.begun = False
        self._held = set[str]()
        self._left = dict[str, Callable[[], None]]()

    @contextmanager
    def carries(self, evaluation: str) -> Iterator[None]:
        """Within the block the task of now carries an evaluation on."""
        self._held.add(evaluation)
        self.begun = True
        try:
            yield
        finally:
            self._held.discard(evaluation)

    def leave(self, evaluation: str, withdraw: Callable[[], None]) -> None:
        """Another task follows; `withdraw` is called once it needs that one no more."""
        self._left[evaluation] = withdraw

    def asked(self) -> None:
        """Whoever follows has asked for trials, if it carries an evaluation on."""
        if self._held:
            self.settle()

    def settle(self) -> None:
        """Withdraw what was left, but what is carried on again.

        Safe beside another one that settles; what could not be withdrawn stays left.
        """
        for evaluation in list(self._left):
            withdraw = self._left.pop(evaluation, None)
            if withdraw is None or evaluation in self._held:
                continue
            try:
                withdraw()
            except BaseException:
                self._left.setdefault(evaluation, withdraw)
                raise
