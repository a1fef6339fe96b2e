"""What every family of calls shares: who asks, and where."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.adapters.github.asking import Ask, Asker
from bot.adapters.github.lines import Request
from bot.adapters.github.tokens import (
    AppCredential,
    InstallationCredential,
    Reach,
    Tokens,
)
from bot.domain.github import GitHubError, Odd, Place

# All that the App does in a repository by REST; `metadata` comes by itself.
WORK = (
    ("checks", "write"),
    ("contents", "read"),
    ("issues", "write"),
    ("metadata", "read"),
    ("pull_requests", "write"),
)
LOOK = (("metadata", "read"),)
FETCH = (("contents", "read"), ("metadata", "read"))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """The asker with all credentials; `app_id` is our number."""

    app_id: int
    asker: Asker
    app: AppCredential
    tokens: Tokens

    def at(self, place: Place) -> InstallationCredential:
        """The App at work in one repository."""
        reach = Reach(place.installation, place.repository, WORK)
        return InstallationCredential(self.tokens, reach)

    def get(self, place: Place, path: str, shape: TypeAdapter[T]) -> T:
        """One thing of a repository."""
        ask = Ask(Request("GET", address(place, path)))
        return self.asker.read(self.at(place), ask, shape)

    def known(self, place: Place, path: str, shape: TypeAdapter[T]) -> T:
        """One thing that is asked for often and seldom changes."""
        ask = Ask(Request("GET", address(place, path)), polled=True)
        return self.asker.read(self.at(place), ask, shape)

    def listed(
        self, place: Place, path: str, shape: TypeAdapter[list[T]], **query: str
    ) -> list[T]:
        """All pages of a list; those that have not changed cost nothing."""
        ask = Ask(Request("GET", address(place, path), query), polled=True)
        pages = self.asker.pages(self.at(place), ask, shape)
        return [one for page in pages for one in page]

    def told(self, place: Place, verb: str, path: str, body: Any) -> Ask:
        """A write into a repository; the answer may be 200 or 201."""
        made = Request(verb, address(place, path), body=body, writes=True)
        return Ask(made, frozenset({200, 201}))


def address(place: Place, path: str) -> str:
    """By the repository's number, as GitHub's own links have it: names come and go."""
    return f"/repositories/{place.repository}{path}"


def same(asked: object, got: object, what: str) -> None:
    """Raises `Odd` where GitHub speaks of something else than was asked for."""
    if asked != got:
        raise GitHubError(Odd(f"asked for {what} {asked}, told of {got}"))
