"""`seedgate revoke` wired: links to a repository's reports open nothing any more."""

from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.store import SqlPages
from bot.app.finding import find_repository
from bot.compose.app_config import loaded
from bot.compose.database import store_url
from bot.domain.errors import UserFault
from bot.domain.github import GitHubError
from bot.presentation.words import links as words
from bot.presentation.words.failures import why
from bot.settings import Settings


def revoke(settings: Settings, repository: str) -> int:
    """The number of the repository whose links are worth nothing from now on.

    `repository` is `owner/name`, or that number, which is not asked of anybody: so it
    also works where the App is not installed any more. Raises `UserFault` and
    `MachineryFault`.
    """
    number = int(repository) if repository.isdecimal() else _found(settings, repository)
    pages = SqlPages(store_url(settings))
    try:
        pages.revoke(number)
    finally:
        pages.close()
    return number


def _found(settings: Settings, name: str) -> int:
    config = loaded(settings)
    github = ConnectedGitHub(Identity(config.app, config.private_key, config.api_url))
    try:
        place = find_repository(github, name)
    except GitHubError as fault:
        raise UserFault(words.unasked(why(fault.failure)), words.BY_NUMBER) from fault
    finally:
        github.close()
    if place is None:
        raise UserFault(words.unreached(name), words.BY_NUMBER)
    return place.repository
