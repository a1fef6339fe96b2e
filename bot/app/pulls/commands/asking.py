"""Who somebody is, asked of GitHub when it matters; nothing unknown is allowed."""

from collections.abc import Callable
from typing import TypeVar

from bot.app.github import GitHub
from bot.domain.commands import Role, role_of
from bot.domain.github import (
    Account,
    GitHubError,
    NotFound,
    Odd,
    Permission,
    Place,
    Pull,
    RateLimited,
    Transient,
    Unauthorised,
)

T = TypeVar("T")
_PASSES = (RateLimited, Transient, Unauthorised, Odd)
"""What ends by itself, or stops all else too: a command waits, and is not refused."""
_FLICKERS = (*_PASSES, NotFound)
"""The same of what is there by all that we know: GitHub hides it for a moment."""


def role(github: GitHub, place: Place, person: Account) -> Role | None:
    """The role that this person has now; None where GitHub does not say.

    The login may have changed hands since, so the answer counts for the same number
    alone. Raises `GitHubError` for a failure that passes.
    """
    found: Permission | None = _known(lambda: github.permission(place, person))
    if found is None or found.account.id != person.id:
        return None
    return role_of(found.permission, found.role_name)


def pull(github: GitHub, place: Place, number: int) -> Pull | None:
    """The pull request as it is now; None where GitHub does not say.

    Raises `GitHubError` for a failure that passes.
    """
    return _known(lambda: github.pull(place, number))


def open_pull(github: GitHub, place: Place, number: int) -> Pull | None:
    """The same of one that is open by all that we know: that it is hidden passes."""
    return _known(lambda: github.pull(place, number), _FLICKERS)


def _known(ask: Callable[[], T], passes: tuple[type, ...] = _PASSES) -> T | None:
    try:
        return ask()
    except GitHubError as fault:
        if isinstance(fault.failure, passes):
            raise
        return None
