"""Somebody with an account, and what that account may do where."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.records import Pull, Repository, Role
from tests.fakegithub.state import World

Files = Mapping[str, str | bytes | None]
_ORDER: list[Role] = ["none", "read", "triage", "write", "maintain", "admin"]


@dataclass(frozen=True, slots=True)
class Someone:
    """Somebody with an account."""

    world: World
    id: int

    @property
    def login(self) -> str:
        """The name of the account."""
        return self.world.accounts[self.id].login

    def may(self, repository: Repository, least: Role, deed: str) -> Place:
        """The place to act at, for those who have at least this role there."""
        role = self.world.role(repository, self.id)
        if _ORDER.index(role) < _ORDER.index(least):
            raise Refused(
                f"{self.login} must have {least} access to {deed}.", None, 403
            )
        return Place(self.world, repository)

    def may_change(self, repository: Repository, pull: Pull) -> Place:
        """The place of a pull request: for its author, and who can write."""
        least: Role = "read" if pull.author_id == self.id else "write"
        return self.may(repository, least, "change the pull request")
