"""What owners do with installations and repositories. Call under `world.lock`."""

from collections.abc import Sequence

from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.pull_changes import close_pull, real_git
from tests.fakegithub.records import App, Installation, Json, Repository
from tests.fakegithub.state import Happening, World

# Installations.


def install(
    world: World, app: App, account_id: int, chosen: Sequence[Repository] | None
) -> Installation:
    """Installs an App on an account: on chosen repositories, or (None) on all."""
    made = Installation(
        world.new_id(),
        app.id,
        account_id,
        dict(app.permissions),
        list(app.events),
        world.clock.now(),
        "all" if chosen is None else "selected",
        {repository.id for repository in chosen or ()},
    )
    world.installations[made.id] = made
    _tell(world, made, "created", account_id)
    return made


def uninstall(world: World, installation: Installation, sender_id: int) -> None:
    """Takes an App away; its tokens end at once."""
    del world.installations[installation.id]
    _revoke(world, installation)
    _tell(world, installation, "deleted", sender_id)


def suspend(world: World, installation: Installation, sender_id: int) -> None:
    """Stops an installation; its tokens end at once."""
    installation.suspended_at = world.clock.now()
    _revoke(world, installation)
    _tell(world, installation, "suspend", sender_id)


def unsuspend(world: World, installation: Installation, sender_id: int) -> None:
    """Lets it go on."""
    installation.suspended_at = None
    _tell(world, installation, "unsuspend", sender_id)


def accept_permissions(
    world: World, installation: Installation, sender_id: int
) -> None:
    """Accepts what the App asks for by now."""
    app = world.apps[installation.app_id]
    installation.permissions = dict(app.permissions)
    installation.events = list(app.events)
    _tell(world, installation, "new_permissions_accepted", sender_id)


def choose(
    world: World,
    installation: Installation,
    added: Sequence[Repository],
    removed: Sequence[Repository],
    sender_id: int,
) -> None:
    """Changes which repositories the installation reaches."""
    installation.selection = "selected"
    for word, group in (("added", added), ("removed", removed)):
        ids = {repository.id for repository in group}
        if not ids:
            continue
        if word == "added":
            installation.repository_ids |= ids
        else:
            installation.repository_ids -= ids
        details: dict[str, Json] = {
            "installation": installation,
            "added": [],
            "removed": [],
            word: sorted(ids),
        }
        world.emit(
            Happening(
                "installation_repositories",
                word,
                None,
                installation.id,
                sender_id,
                details,
            )
        )


def _revoke(world: World, installation: Installation) -> None:
    for token in world.tokens.values():
        if token.installation_id == installation.id:
            token.revoked = True


def _tell(
    world: World, installation: Installation, action: str, sender_id: int
) -> None:
    details: dict[str, Json] = {"installation": installation}
    world.emit(
        Happening("installation", action, None, installation.id, sender_id, details)
    )


# Repositories.


def rename(place: Place, name: str, sender_id: int) -> None:
    """A new name; the old one leads on to it."""
    world, repository = place.world, place.repository
    was = repository.name
    repository.former_names.append(world.full_name(repository).lower())
    repository.name = name
    _tell_repository(
        place, "renamed", sender_id, {"repository": {"name": {"from": was}}}
    )


def transfer(place: Place, owner_id: int, sender_id: int) -> None:
    """A new owner; installations of the old one no longer reach it."""
    world, repository = place.world, place.repository
    was = repository.owner_id
    repository.former_names.append(world.full_name(repository).lower())
    repository.owner_id = owner_id
    world.emit(
        Happening(
            "repository",
            "transferred",
            repository.id,
            None,
            sender_id,
            {"former_owner": was},
        )
    )


def archive(place: Place, sender_id: int, *, archived: bool) -> None:
    """Makes it read-only, or not."""
    place.repository.archived = archived
    _tell_repository(place, "archived" if archived else "unarchived", sender_id)


def set_default_branch(place: Place, branch: str, sender_id: int) -> None:
    """Another default branch, which must be there."""
    git, was = real_git(place.world), place.repository.default_branch
    if git.ref(place.repository, f"refs/heads/{branch}") is None:
        raise Refused(f"The branch {branch} was not found.")
    git.set_default_branch(place.repository, branch)
    _tell_repository(place, "edited", sender_id, {"default_branch": {"from": was}})


def delete(place: Place, sender_id: int) -> None:
    """Deletes a repository; pull requests from it lose theirs, and close."""
    world, repository = place.world, place.repository
    _tell_repository(place, "deleted", sender_id)
    del world.repositories[repository.id]
    for other in world.repositories.values():
        for pull in list(other.pulls.values()):
            if pull.head.repository_id == repository.id:
                pull.head.repository_id = None
                close_pull(Place(world, other), pull, sender_id)
    for installation in world.installations.values():
        installation.repository_ids.discard(repository.id)
    real_git(world).remove(repository)


def _tell_repository(
    place: Place,
    action: str,
    sender_id: int,
    changes: dict[str, Json] | None = None,
) -> None:
    details = {} if changes is None else {"changes": changes}
    world, repository = place.world, place.repository
    world.emit(Happening("repository", action, repository.id, None, sender_id, details))
