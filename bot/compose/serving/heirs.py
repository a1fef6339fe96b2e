"""Who may still go on with what runs since before this instance led."""

import time
from collections.abc import Callable, Collection, Hashable

from bot.domain.pulls.acts import PullKey

LONGEST_S = 3600.0
"""How long what runs is left alone where a sweep does not reach everything, or a look
fails: GitHub may be away, and whoever goes on later would pay for its trials twice."""


class Heirs:
    """Those that waited first of all, until each of them had its turn.

    Which evaluations they go on with is known only then. Whoever comes later has begun
    nothing before: however many come, they keep nothing alive that nobody wants.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is any clock in seconds."""
        self._now = now
        self.begin()

    def begin(self) -> None:
        """We lead: another process may have begun what runs."""
        self._since, self._whole = self._now(), False
        self._first: frozenset[Hashable] | None = None

    def have_come(
        self,
        waiting: Collection[Hashable],
        due: Collection[Hashable] = (),
        *,
        whole: bool,
    ) -> bool:
        """After a sweep: whether all of them had their turn, by the sweep before.

        It takes a moment from the turn until an evaluation is held. `waiting` are those
        that go on with something as soon as their turn comes, `due` those of which it
        is not known before they are looked at. `whole` is whether the sweep reached
        everything: where it did not, there may be more.
        """
        late = self._now() >= self._since + LONGEST_S
        self._whole = self._whole or whole or late
        if not self._whole:
            return False
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
