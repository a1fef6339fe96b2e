"""Repositories that git cannot bring here, or only after long: they rest between tries.

A sweep goes through all one after the other, so each that takes half an hour, to fail
in the end, would hold all others up, in every sweep. Pauses grow from failure to
failure. After a push or a new pull request it is tried sooner, yet not at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.app.mirroring import MirrorError, MirrorFailure, TooLarge, Unfit, Unreachable
from bot.app.pulls import remembered
from bot.app.pulls.reach import Reach
from bot.app.pulls.remembered import Rest
from bot.domain.github import Place

PAUSES_S = (600.0, 3_600.0, 6 * 3_600.0, 24 * 3_600.0)
SLOW_S = 30.0
"""A failure that takes less holds nobody up: it is tried again in every sweep."""
SHARE = 20
"""What may be better later rests for no more than so often the time that it took."""
MOST_S = 300.0
"""How long slow ones may hold up one sweep before others like them wait."""


class Tries:
    """What git is asked for in one sweep, by a repository at a time."""

    def __init__(self, reach: Reach) -> None:
        """Nothing has taken long yet."""
        self._reach, self._slow_s = reach, 0.0

    def are_over(self, place: Place) -> bool:
        """Whether one that may take long, too, has to wait for the next sweep.

        It may where nothing of it was brought here yet, or that failed the last time.
        """
        store, one = self._reach.store, place.repository
        if self._slow_s < MOST_S:
            return False
        return (
            not remembered.tips(store, one) or remembered.rest(store, one) is not None
        )

    @contextmanager
    def trying(self, place: Place, newest: int) -> Iterator[None]:
        """Try in the block, unless it rests: `MirrorError` is raised then.

        `newest` is the highest number of its pull requests: a higher one is news.
        """
        began = self._reach.now()
        try:
            with _trying(self._reach, place, newest):
                yield
        finally:
            took = self._reach.now() - began
            self._slow_s += took if took >= SLOW_S else 0.0


@contextmanager
def after_push(reach: Reach, place: Place) -> Iterator[None]:
    """Try in the block, unless it rests: then `MirrorError`, and a sweep tries soon."""
    rest = remembered.rest(reach.store, place.repository)
    if rest is not None and reach.now() < rest.soon:
        sooner = replace(rest, until=min(rest.soon, rest.until))
        remembered.keep_rest(reach.store, place.repository, sooner)
    with _trying(reach, place, None):
        yield


@contextmanager
def _trying(reach: Reach, place: Place, newest: int | None) -> Iterator[None]:
    """Try, and keep how that ended; `newest` is None after a push."""
    rest, began = remembered.rest(reach.store, place.repository), reach.now()
    if rest is not None and began < _ends(rest, newest):
        raise MirrorError(Unreachable("It rests: git failed to bring it here."))
    try:
        yield
    except MirrorError as fault:
        took = reach.now() - began
        if took >= SLOW_S or _is_hopeless(fault.failure):
            kept = _longer(rest or Rest(0, 0.0, 0.0, 0), reach.now(), took, fault)
            seen = replace(kept, newest=max(kept.newest, newest or 0))
            remembered.keep_rest(reach.store, place.repository, seen)
        raise
    if rest is not None:
        remembered.keep_rest(reach.store, place.repository, None)


def _ends(rest: Rest, newest: int | None) -> float:
    news = newest is None or newest > rest.newest
    return min(rest.soon, rest.until) if news else rest.until


def _longer(rest: Rest, now: float, took: float, fault: MirrorError) -> Rest:
    """The rest after one more failure; news shorten it to the pause before that."""
    step = min(rest.count, len(PAUSES_S) - 1)
    longer, shorter = PAUSES_S[step], PAUSES_S[max(0, step - 1)]
    if not _is_hopeless(fault.failure):
        most = max(PAUSES_S[0], SHARE * took)
        longer, shorter = min(longer, most), min(shorter, most)
    return Rest(rest.count + 1, now + longer, now + shorter, rest.newest)


def _is_hopeless(failure: MirrorFailure) -> bool:
    """Whether it fails as long as the repository is as it is, after much was sent."""
    return isinstance(failure, TooLarge | Unfit)
