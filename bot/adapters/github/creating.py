"""How something is made once, though answers get lost: look before posting again."""

from collections.abc import Callable
from typing import TypeVar

from bot.domain.github import GitHubError, uncertain

T = TypeVar("T")


def made_once(post: Callable[[], T], find: Callable[[], T | None], *, again: bool) -> T:
    """What `post` makes, or what an earlier `post` made.

    With `again` it looks first. Where the answer to `post` is lost it looks at once,
    and adopts what it finds; what it does not find may still appear, so it does not
    post a second time: the failure goes to the caller, whose next try looks again.
    """
    if again and (found := find()) is not None:
        return found
    try:
        return post()
    except GitHubError as fault:
        if not uncertain(fault.failure):
            raise
        found = _looked(find)
        if found is None:
            raise
        return found


def _looked(find: Callable[[], T | None]) -> T | None:
    """What is there; nothing where looking fails as well."""
    try:
        return find()
    except GitHubError:
        return None
