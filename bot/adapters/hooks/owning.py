"""Installations, the repositories that they reach, and repositories themselves."""

from collections.abc import Sequence

from bot.adapters.hooks.parts import Envelope, Id, Name, Part, User, account, place
from bot.domain.hooks import (
    InstallationChanged,
    InstallationWhy,
    Place,
    RepositoryChanged,
    RepositoryWhy,
)


class _Short(Part):
    id: Id
    full_name: Name


class _Installation(Part):
    id: Id
    account: User | None = None


class InstallationPayload(Part):
    """`installation`."""

    action: str
    installation: _Installation
    repositories: tuple[_Short, ...] | None = None


def installation(payload: InstallationPayload) -> InstallationChanged:
    """An installation that came, went, or may do more or less than before."""
    why = InstallationWhy(payload.action)
    reached = _places(payload.repositories, payload.installation.id)
    gone = why is InstallationWhy.DELETED
    return InstallationChanged(
        payload.installation.id,
        why,
        account(payload.installation.account),
        () if gone else reached,
        reached if gone else (),
    )


class ReachPayload(Part):
    """`installation_repositories`."""

    action: str
    installation: _Installation
    repositories_added: tuple[_Short, ...] | None = None
    repositories_removed: tuple[_Short, ...] | None = None


def reach(payload: ReachPayload) -> InstallationChanged:
    """Repositories that an installation reaches now, or no more."""
    found = payload.installation
    return InstallationChanged(
        found.id,
        InstallationWhy(payload.action),
        account(found.account),
        _places(payload.repositories_added, found.id),
        _places(payload.repositories_removed, found.id),
    )


def _places(listed: Sequence[_Short] | None, installation: int) -> tuple[Place, ...]:
    return tuple(Place(one.id, one.full_name, installation) for one in listed or ())


class RepositoryPayload(Envelope):
    """`repository`."""

    action: str


def repository(payload: RepositoryPayload) -> RepositoryChanged:
    """A repository that is called, owned or kept otherwise than before."""
    branch = payload.repository.default_branch
    return RepositoryChanged(place(payload), RepositoryWhy(payload.action), branch)
