"""The release that a policy pins, fetched: a mirror holds no tag that nobody wanted."""

import re
from collections.abc import Callable, Sequence

from bot.app.mirroring import (
    Mirror,
    MirrorError,
    TooLarge,
    Unfit,
    Wanted,
    WantedCommit,
    WantedTag,
)
from bot.app.pulls.evaluations import Task
from bot.domain.errors import GitFault, UserFault
from bot.domain.github import GitHubError, Place

Fetch = Callable[[Place, Sequence[Wanted]], Mirror]
"""A mirror brought up to date; raises `MirrorError` and `GitHubError`."""
Known = Callable[[Place], Mirror | None]
"""The mirror as it is; GitHub is not asked."""
_FULL_SHA = re.compile(r"[0-9a-f]{40}")
_TAG = re.compile(r"\A(?:refs/)?tags/")


class Releases:
    """Brings pinned releases to where evaluations read them."""

    def __init__(self, fetch: Fetch, known: Known) -> None:
        """Nothing is asked before a policy pins something."""
        self._fetch, self._known = fetch, known

    def pinned(self, task: Task) -> str | None:
        """What the policy pins, as git resolves it in the mirror; None for nothing.

        The commit of a tag as GitHub has it now, for a tag may be moved, or as it had
        it when it last answered; any other word as it is. Raises `UserFault` where no
        mirror can take it, and `GitFault` where it may go well later.
        """
        word = task.policy.anchor
        if word is None:
            return None
        place = Place(task.installation, task.pull.repository)
        held = self._known(place)
        if _FULL_SHA.fullmatch(word):
            if held is None or not held.has(word):
                self._reached(word, place, WantedCommit(word))
            return word
        name = _TAG.sub("", word)
        try:
            return self._reached(word, place, WantedTag(name)).tag(name) or word
        except GitFault:
            before = held.tag(name) if held is not None else None
            if before is None:
                raise
            return before

    def _reached(self, word: str, place: Place, wanted: Wanted) -> Mirror:
        try:
            return self._fetch(place, [wanted])
        except MirrorError as fault:
            raise _told(word, fault) from fault
        except GitHubError as fault:
            problem = f"{_named(word)} GitHub could not be asked for it."
            raise GitFault(problem) from fault


def _told(word: str, fault: MirrorError) -> UserFault | GitFault:
    problem = f"{_named(word)} {fault.failure.said}"
    if isinstance(fault.failure, Unfit | TooLarge):
        return UserFault(problem, "Pin another release.")
    return GitFault(problem)


def _named(word: str) -> str:
    return f"The policy's `anchor` is {word!r}."
