"""Whose turn it is to be carried on: repositories in a round, none of which takes all.

Choudhury and Hahne's dynamic threshold (IEEE/ACM Transactions on Networking 6, 1998):
a repository that has as many slots as are free takes no further one. So one that is
alone takes half of them, and a newcomer finds one at once.
"""

from collections import Counter, OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Line(Generic[T]):
    """Those that wait for `slots` slots, by the numbers of their repositories."""

    def __init__(self, slots: int) -> None:
        """Nobody waits, and every slot is free."""
        self._free = slots
        self._held: Counter[int] = Counter()
        self._waiting: OrderedDict[int, deque[T]] = OrderedDict()

    def add(self, repository: int, one: T) -> None:
        """Wait, after all others of the repository."""
        self._waiting.setdefault(repository, deque()).append(one)

    def drop(self, repository: int, one: T) -> bool:
        """Wait no more; whether it did."""
        mine = self._waiting.get(repository, deque())
        if not any(other is one for other in mine):
            return False
        kept = deque(other for other in mine if other is not one)
        self._keep(repository, kept)
        return True

    def waiting(self) -> list[T]:
        """All that wait, of one repository after the other."""
        return [one for mine in self._waiting.values() for one in mine]

    def next(self) -> T | None:
        """Whose turn it is: it has a slot from here on. None where all have to wait."""
        for repository, mine in self._waiting.items():
            if self._held[repository] < self._free:
                one = mine.popleft()
                self._waiting.move_to_end(repository)
                self._keep(repository, mine)
                self._free -= 1
                self._held[repository] += 1
                return one
        return None

    def ended(self, repository: int) -> None:
        """One of the repository's gives its slot back."""
        self._free += 1
        self._held[repository] -= 1
        self._held = +self._held

    def place(self, repository: int) -> int:
        """The place in the line, from 1, of the last one of a repository; 0 for none.

        As though slots came free one at a time, whoever has how many.
        """
        mine = len(self._waiting.get(repository, ()))
        others = (len(one) for key, one in self._waiting.items() if key != repository)
        return mine + sum(min(one, mine) for one in others)

    def _keep(self, repository: int, waiting: deque[T]) -> None:
        if waiting:
            self._waiting[repository] = waiting
        else:
            self._waiting.pop(repository, None)
