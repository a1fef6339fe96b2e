"""One request as an operation sees it, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fakegithub import paging
from tests.fakegithub.auth import AsApp, AsInstallation, Caller
from tests.fakegithub.changes import Author
from tests.fakegithub.check_changes import Place
from tests.fakegithub.limits import Limits
from tests.fakegithub.records import App, Json, Pull, Repository
from tests.fakegithub.state import World

Item = TypeVar("Item")
DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body (None: no body) and headers."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)


class Heeded(dict[str, Json]):
    """A query or a body that remembers which of its names somebody has read."""

    def __init__(self, said: Mapping[str, Json]) -> None:
        """Nothing is read yet."""
        super().__init__(said)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Json:
        """Reads one."""
        self.read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        """Asking whether it is there is reading, too."""
        self.read.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Json = None) -> Json:
        """Reads one that may be missing."""
        self.read.add(name)
        return super().get(name, default)

    @property
    def unread(self) -> list[str]:
        """The names that nobody has asked for."""
        return sorted(self.keys() - self.read)


@dataclass(slots=True)
class Call:
    """A request that is known, allowed and valid."""

    world: World
    limits: Limits
    operation: str
    caller: Caller
    path: dict[str, str]
    query: dict[str, str]
    body: Json
    headers: dict[str, str]
    url: str  # its address without a query, by repository id where it has one
    found: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        if self.found is None:
            raise LookupError(f"{self.operation} has no repository")
        return self.found

    @property
    def app(self) -> App:
        """The App that calls."""
        if isinstance(self.caller, AsApp | AsInstallation):
            return self.caller.app
        raise LookupError(f"{self.operation} was called by nobody")

    @property
    def installation(self) -> AsInstallation:
        """The installation that calls."""
        if isinstance(self.caller, AsInstallation):
            return self.caller
        raise LookupError(f"{self.operation} was not called by an installation")

    @property
    def author(self) -> Author:
        """Whose name is on what the call makes: the App's bot."""
        return Author(self.app.bot_id, self.app.id)

    @property
    def place(self) -> Place:
        """For changes of checks."""
        return Place(self.world, self.repository)

    def number(self, name: str) -> int:
        """A whole number of the path; -1, which nothing has, for anything else."""
        text = self.path[name]
        return int(text) if text.isdigit() else -1

    def page(
        self,
        items: Sequence[Item],
        shape: Callable[[Item], Json],
        *,
        within: str | None = None,
    ) -> Answer:
        """A page of items, alone or `within` an object with their total."""
        shown, headers = paging.page(items, paging.Asked(self.url, self.query))
        listed = [shape(item) for item in shown]
        if within is None:
            return Answer(200, listed, headers)
        return Answer(200, {"total_count": len(items), within: listed}, headers)

    def pull(self) -> Pull | None:
        """The pull request of the path."""
        return self.repository.pulls.get(self.number("pull_number"))


Handler = Callable[[Call], Answer]


def not_found() -> Answer:
    """GitHub's 404."""
    return error(404, "Not Found")


def error(
    status: int,
    message: str,
    errors: list[Json] | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """An error in GitHub's shape."""
    body: dict[str, Json] = {"message": message, "documentation_url": DOCS}
    if errors is not None:
        body["errors"] = errors
    return Answer(status, body | {"status": str(status)}, headers or {})
