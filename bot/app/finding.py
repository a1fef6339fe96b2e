"""A repository found by its name, among all that the App reaches."""

from bot.app.github import GitHub
from bot.domain.github import Place


def find_repository(github: GitHub, name: str) -> Place | None:
    """Where `owner/name` is reached, in any case of letters; None for nowhere.

    Raises `GitHubError`.
    """
    for one in github.installations():
        if one.suspended:
            continue
        for repository in github.repositories(one.id):
            if repository.full_name.lower() == name.lower():
                return Place(one.id, repository.id)
    return None
