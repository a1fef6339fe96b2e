"""The port `Mirror`: what one refresh left, as names then and objects now."""

from collections.abc import Callable, Mapping

from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.refs import is_sha, of_branch, of_pull, of_tag
from bot.adapters.repository import GitRepository
from bot.adapters.repository.command import GitError, unread


class GitMirror:
    """Branches and heads stay as they were found, whatever later refreshes find."""

    __slots__ = ("_doubted", "_home", "_keep", "_open", "_refs")

    def __init__(
        self,
        home: Home,
        refs: Mapping[str, str],
        opened: Callable[[], GitRepository],
        kept: Callable[[str], bool],
        doubted: Callable[[], None],
    ) -> None:
        """`opened` gives the repository, `kept` keeps a commit that is held.

        `doubted` is told where it cannot be read.
        """
        self._home = home
        self._refs = refs
        self._open = opened
        self._keep = kept
        self._doubted = doubted

    @property
    def repository(self) -> GitRepository:
        """All that is held, by commit."""
        return self._open()

    def branch(self, name: str) -> str | None:
        """The tip of a branch; None if it was not there, or never wanted."""
        return self._refs.get(of_branch(name))

    def pull_head(self, number: int) -> str | None:
        """The head of a pull request; None if it was not there, or never wanted."""
        return self._refs.get(of_pull(number))

    def tag(self, name: str) -> str | None:
        """The commit of a tag; None if it was not there, names none, or unwanted."""
        named = self._refs.get(of_tag(name))
        try:
            return self._home.commit_of(named) if named is not None else None
        except GitError as failed:
            raise unread(self._doubted) from failed

    def has(self, sha: str) -> bool:
        """Whether a commit is held, by its full SHA."""
        try:
            return is_sha(sha) and self._home.holds([sha])
        except GitError as failed:
            raise unread(self._doubted) from failed

    def keep(self, sha: str) -> bool:
        """Let a commit stay from now on as if it had just been found."""
        return self.has(sha) and self._keep(sha)
