"""Who may still go on with what runs since before this instance led."""

import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager

from bot.domain.pulls.acts import PullKey

LONGEST_S = 4_000.0
"""How long what runs is left alone where looks fail: longer than any of them rests, as
for GitHub's limits (65 minutes). Whoever goes on later pays for its trials twice."""


class Heirs:
    """Those that waited as one lead began, until each of them had its turn.

    Which evaluations they go on with is known only then. Whoever comes later has begun
    nothing before: however many come, they keep nothing alive that nobody wants.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """We lead: another process may have begun what runs. `now` is in seconds."""
        self._now, self._since = now, now()
        self._lock, self._leads = threading.Lock(), True
        self._first: frozenset[Hashable] | None = None

    def end(self) -> None:
        """We lead no more: what is carried on is let go, and goes on elsewhere."""
        with self._lock:
            self._leads = False

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Whether we lead; within the block that does not end."""
        with self._lock:
            yield self._leads

    def have_come(
        self, waiting: Collection[Hashable], due: Collection[Hashable] = ()
    ) -> bool:
        """After a sweep: whether all of them had their turn, by the sweep before.

        It takes a moment from the turn until an evaluation is held. `waiting` are those
        that go on with something as soon as their turn comes, `due` those of which it
        is not known before they are looked at.
        """
        late = self._now() >= self._since + LONGEST_S
        before, now = self._first, frozenset(waiting).union(() if late else due)
        self._first = now if before is None else before & now
        return before is not None and not before


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
