"""`seedgate revoke` wired: links to a repository's reports open nothing any more."""

from dataclasses import dataclass

from bot.adapters.github.connected import ConnectedGitHub, Identity
from bot.adapters.store import SqlPages
from bot.app.finding import find_repository
from bot.compose.app_config import loaded
from bot.compose.database import FILE, begun, store_url
from bot.domain.errors import UserFault
from bot.domain.github import GitHubError
from bot.presentation.words import links as words
from bot.presentation.words.failures import why
from bot.settings import Settings

LARGEST = 2**63 - 1
"""What a database takes for a number."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The number of a repository, and the name of the store that counts for it."""

    repository: int
    store: str


def revoke(settings: Settings, repository: str) -> Revoked:
    """The repository whose links are worth nothing from now on, and in which store.

    `repository` is `owner/name`, or that number, which is not asked of anybody: so it
    also works where the App is not installed any more. Raises `UserFault`, also where
    nothing was ever stored, and `MachineryFault`.
    """
    if not begun(settings):
        raise UserFault(words.no_store(str(settings.cache_dir / FILE)), words.OUR_STORE)
    number = _read(repository)
    if number is None:
        number = _found(settings, repository)
    pages = SqlPages(store_url(settings))
    try:
        pages.revoke(number)
        return Revoked(number, pages.name)
    finally:
        pages.close()


def _read(repository: str) -> int | None:
    """GitHub's number; None for a name. Raises `UserFault` for other digits."""
    if not repository.isdecimal():
        return None
    plain = repository.isascii() and len(repository) <= len(str(LARGEST))
    number = int(repository) if plain else 0
    if not 0 < number <= LARGEST:
        raise UserFault(words.no_number(repository), words.BY_NUMBER)
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
