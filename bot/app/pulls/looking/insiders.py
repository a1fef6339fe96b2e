"""Whose code may run without anybody vouching for it."""

from bot.app.pulls.known import Known
from bot.domain.commands import Role, role_of
from bot.domain.github import GitHubError, NotFound, Place, Pull

_APP = "Bot"


def insider(known: Known, place: Place, pull: Pull) -> bool:
    """Whether somebody who may write stands behind the commit.

    A branch of the repository itself was pushed by somebody who may; who opened the
    pull request has to as well, unless it was an App, whose right to push is all that
    it can have. Raises `GitHubError`.
    """
    if pull.head.repository != place.repository or pull.author is None:
        return False
    if pull.author.kind == _APP:
        return True
    try:
        found = known.role(place, pull.author)
    except GitHubError as fault:
        if isinstance(fault.failure, NotFound):
            return False
        raise
    role = role_of(found.permission, found.role_name)
    return role is not None and role >= Role.WRITE
