"""What git's complaints mean to a person."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.repository.command import (
    GitError,
    GitLimitError,
    complaint,
    unread,
)
from bot.adapters.repository.place import Place
from bot.domain.errors import MachineryFault, UserFault

_MISSING = re.compile(
    r"missing|unable to read|could not (fetch|read)|bad object|bad file|not allowed"
)


def explain(top: Path, words: str) -> UserFault | MachineryFault:
    """The fault behind what git said of the repository at `top`."""
    said = complaint(words)
    if "No space left" in words:
        return MachineryFault(f"The disk is full: {said}.", "Make room on it.")
    if _MISSING.search(words):
        return UserFault(
            f"The clone at {top} does not hold all that it needs: {said}.",
            f"Fetch it once: `git -C '{top}' fetch --refetch --no-filter`.",
        )
    return UserFault(
        f"git cannot read {top}: {said}.", f"See what `git -C '{top}' fsck` says."
    )


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Turn a failed call of git, or of the disk, into the fault behind it.

    A copy of our own has all that is asked of it, so it is never its reader's fault.
    """
    try:
        yield
    except GitLimitError as failed:
        problem = f"The repository is more than can be read here: {failed}."
        mend = "Take out files and folders that training does not need."
        raise UserFault(problem, mend) from failed
    except GitError as failed:
        if place.own:
            raise unread(place.own) from failed
        raise explain(place.top, failed.answer.words) from failed
    except OSError as fault:
        if place.own:
            raise unread(place.own) from fault
        problem = f"The repository {place.top} cannot be worked on: {fault}."
        raise MachineryFault(problem, "Make room on that disk.") from fault
