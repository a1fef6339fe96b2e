"""What owners do: Apps, people, names, rules."""

from collections.abc import Sequence

from tests.fakegithub import admin_changes, rule_changes
from tests.fakegithub.humans.someone import Someone
from tests.fakegithub.operations.manifests import register
from tests.fakegithub.records import (
    App,
    Installation,
    Protection,
    Repository,
    Role,
    Ruleset,
)


class Owns(Someone):
    """Somebody who owns."""

    __slots__ = ()

    def confirms_manifest(
        self, manifest: str, state: str, organization: int | None = None
    ) -> str:
        """Presses the button of GitHub's page; the address of the way back."""
        with self.world.lock:
            owner = self.world.accounts[organization or self.id]
            return register(self.world, owner, manifest, state)

    def invites(self, repository: Repository, person: Someone, role: Role) -> None:
        """Gives somebody a role."""
        with self.world.lock:
            self.may(repository, "admin", "invite")
            repository.collaborators[person.id] = role

    def installs(
        self,
        app: App,
        repositories: Sequence[Repository] | None = None,
        account_id: int | None = None,
    ) -> Installation:
        """Installs an App on one's account, for some repositories or for all."""
        with self.world.lock:
            on = account_id or self.id
            return admin_changes.install(self.world, app, on, repositories)

    def uninstalls(self, installation: Installation) -> None:
        """Takes the App away."""
        with self.world.lock:
            admin_changes.uninstall(self.world, installation, self.id)

    def suspends(self, installation: Installation) -> None:
        """Stops the App."""
        with self.world.lock:
            admin_changes.suspend(self.world, installation, self.id)

    def unsuspends(self, installation: Installation) -> None:
        """Lets the App go on."""
        with self.world.lock:
            admin_changes.unsuspend(self.world, installation, self.id)

    def accepts_permissions(self, installation: Installation) -> None:
        """Accepts what the App asks for by now."""
        with self.world.lock:
            admin_changes.accept_permissions(self.world, installation, self.id)

    def chooses(
        self,
        installation: Installation,
        *,
        added: Sequence[Repository] = (),
        removed: Sequence[Repository] = (),
    ) -> None:
        """Changes which repositories the App reaches."""
        with self.world.lock:
            admin_changes.choose(self.world, installation, added, removed, self.id)

    def renames(self, repository: Repository, name: str) -> None:
        """Renames a repository."""
        with self.world.lock:
            place = self.may(repository, "admin", "rename")
            admin_changes.rename(place, name, self.id)

    def transfers(self, repository: Repository, owner: Someone) -> None:
        """Gives a repository away."""
        with self.world.lock:
            place = self.may(repository, "admin", "transfer")
            admin_changes.transfer(place, owner.id, self.id)

    def archives(self, repository: Repository, *, archived: bool = True) -> None:
        """Makes a repository read-only, or not."""
        with self.world.lock:
            place = self.may(repository, "admin", "archive")
            admin_changes.archive(place, self.id, archived=archived)

    def makes_default(self, repository: Repository, branch: str) -> None:
        """Makes another branch the default one."""
        with self.world.lock:
            place = self.may(repository, "admin", "change the default branch")
            admin_changes.set_default_branch(place, branch, self.id)

    def deletes(self, repository: Repository) -> None:
        """Deletes a repository."""
        with self.world.lock:
            place = self.may(repository, "admin", "delete")
            admin_changes.delete(place, self.id)

    def requires_check(
        self,
        repository: Repository,
        branch: str,
        name: str,
        app_id: int | None = None,
        *,
        strict: bool = False,
        seen: bool = True,
    ) -> Ruleset:
        """Requires a check by a ruleset.

        On the settings page, which offers only what completed in the last 7 days; or
        by the API (`seen=False`), which takes any name.
        """
        with self.world.lock:
            place = self.may(repository, "admin", "require a check")
            require = rule_changes.require_check if seen else rule_changes.force_check
            return require(place, branch, name, app_id, strict=strict)

    def protects(
        self,
        repository: Repository,
        branch: str,
        name: str,
        app_id: int | None = None,
        *,
        strict: bool = False,
    ) -> Protection:
        """Requires a check by classic branch protection, from anybody unless pinned."""
        with self.world.lock:
            place = self.may(repository, "admin", "protect a branch")
            return rule_changes.protect(place, branch, name, app_id, strict=strict)

    def requires_reviews(
        self,
        repository: Repository,
        branch: str,
        approvals: int,
        *,
        dismiss_stale: bool = False,
    ) -> Ruleset:
        """Requires approving reviews by a ruleset."""
        with self.world.lock:
            place = self.may(repository, "admin", "require reviews")
            return rule_changes.require_reviews(
                place, branch, approvals, dismiss_stale=dismiss_stale
            )

    def opens_queue(
        self,
        repository: Repository,
        branch: str,
        minutes: int = 60,
        method: str = "MERGE",
    ) -> Ruleset:
        """Gives a branch a merge queue."""
        with self.world.lock:
            place = self.may(repository, "admin", "open a queue")
            return rule_changes.add_queue(place, branch, minutes, method)
