"""GitHub in memory with what only a checkup asks of it."""

from collections.abc import Callable

from bot.domain.github import GitHubError, NotFound, Place
from bot.domain.github.rates import Budget
from tests.fakes.github import GitHubInMemory


class CheckupInMemory(GitHubInMemory):
    """`ahead` is how far GitHub's clock is ahead; `files` by place and path."""

    def __init__(self, now: Callable[[], float], app: int = 4711) -> None:
        super().__init__(now, app)
        self.ahead = 0.0
        self.heads: dict[Place, str] = {}
        self.files: dict[tuple[Place, str], bytes] = {}
        self.left: Budget | None = Budget(5000, 4900, 0.0)

    def clock(self) -> float:
        self._begin("clock")
        return self._now() + self.ahead

    def budget(self, installation: int) -> Budget | None:
        self._begin("budget")
        return self.left

    def head(self, place: Place, branch: str) -> str:
        self._begin("head")
        if place not in self.heads:
            raise GitHubError(NotFound("Branch not found"))
        return self.heads[place]

    def text(self, place: Place, branch: str, path: str) -> bytes | None:
        self._begin("text")
        return self.files.get((place, path))
