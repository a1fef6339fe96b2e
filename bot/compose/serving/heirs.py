"""Who may still go on with what runs since before this instance led."""

import threading
import time
from collections.abc import Callable, Collection, Hashable

from bot.domain.pulls.acts import PullKey

LONGEST_S = 7_200.0
"""How long what runs is left alone where looks fail: longer than any of them rests, as
for GitHub's limits (65 minutes). Whoever goes on later pays for its trials twice."""


class Heirs:
    """Those that waited as a lead began, until each of them had its turn.

    Which evaluations they go on with is known only then. Whoever comes later has begun
    nothing before: however many come, they keep nothing alive that nobody wants.
    """

    def __init__(
        self, first: Collection[Hashable], now: Callable[[], float] = time.monotonic
    ) -> None:
        """We lead; another process may have begun what runs. `now` is in seconds."""
        self._left, self._now, self._since = frozenset(first), now, now()
        self._leads = threading.Event()
        self._leads.set()

    def end(self) -> None:
        """We lead no more. To be said before what is carried on is let go."""
        self._leads.clear()

    def leads(self) -> bool:
        """Whether we still lead."""
        return self._leads.is_set()

    def have_come(
        self, waiting: Collection[Hashable], due: Collection[Hashable]
    ) -> bool:
        """After a sweep: whether all of them had their turn, by the sweep before.

        It takes a moment from the turn until an evaluation is held. `waiting` are those
        that go on with something as soon as their turn comes, `due` those of which it
        is not known before they are looked at.
        """
        late = self._now() >= self._since + LONGEST_S
        before = self._left
        self._left = before.intersection({*waiting, *(() if late else due)})
        return not before


def unsure(
    due: Collection[PullKey],
    soon: Collection[PullKey],
    judged: Collection[PullKey],
    served: Collection[PullKey],
) -> frozenset[PullKey]:
    """Of which of those that are due now or `soon` a look may find what goes on.

    One that is due soon may wait for a GitHub or a git that failed; or what was ordered
    is carried on, as for those that are `served`, and asked after now and then. A sweep
    wakes all that wait for a verdict: of those that are `judged` here all is known.
    """
    resting = set(soon).difference(served)
    return frozenset(resting.union(due).difference(judged))
