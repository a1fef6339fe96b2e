"""The world: accounts, Apps, repositories, a clock, git behind a port, one lock.

Whoever changes it holds `world.lock`, and tells of the change with `world.emit`.
A listener is called inside the lock: it must render what it wants at once, because
the next change may come right after, and must not wait for anybody.
Records are in `records.py`; changes that the API and people share in `changes.py`;
their JSON, used by answers and webhooks alike, in `shapes/`.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from tests.fakegithub.records import (
    Account,
    AccountType,
    App,
    Delivery,
    Installation,
    Json,
    Pull,
    Repository,
    Role,
    Token,
)


@dataclass(slots=True)
class Clock:
    """GitHub's clock: a base in seconds since the epoch, moved ahead by hand.

    `skew` is how far the clients' clocks are off; App JWTs, which clients date by
    the real clock, are judged by `base() + skew` so that a test may jump 14 days. A
    client that dates them by this clock, or by what answers tell of it, has jumped too:
    its JWTs are good as well.
    """

    base: Callable[[], float] = time.time
    ahead: float = 0.0
    skew: float = 0.0

    def seconds(self) -> float:
        """Now, in seconds since the epoch."""
        return self.base() + self.ahead

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Moves GitHub's clock ahead."""
        self.ahead += seconds


@dataclass(frozen=True, slots=True)
class GitPerson:
    """Author or committer of a commit."""

    name: str
    email: str
    date: datetime


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A commit as git has it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    message: str
    author: GitPerson
    committer: GitPerson


@dataclass(frozen=True, slots=True)
class GitFile:
    """One changed file of a comparison."""

    path: str
    status: Literal["added", "removed", "modified", "renamed"]
    sha: str | None  # the blob after the change, None when removed
    additions: int
    deletions: int
    patch: str | None = None
    previous_path: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`base...head`: commits of head that base lacks, oldest first; their files."""

    merge_base: str
    ahead: tuple[str, ...]
    behind: int
    files: tuple[GitFile, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in a tree: a file with its bytes, or a name in a folder's listing."""

    path: str
    kind: Literal["file", "dir", "symlink", "submodule"]
    sha: str
    size: int
    content: bytes | None = None  # None in listings


class Git(Protocol):
    """Real git data of a repository. Unknown names and SHAs answer None."""

    def resolve(self, repository: Repository, name: str) -> str | None:
        """The full SHA of a branch, tag, full ref (`refs/...`), or (short) SHA."""
        ...

    def ref(self, repository: Repository, full: str) -> str | None:
        """The SHA of exactly this full ref (`refs/heads/main`)."""
        ...

    def create_ref(self, repository: Repository, full: str, sha: str) -> bool:
        """Makes a ref; False when it exists."""
        ...

    def commit(self, repository: Repository, sha: str) -> GitCommit | None:
        """A commit by its full SHA."""
        ...

    def log(
        self, repository: Repository, start: str, path: str | None = None
    ) -> Sequence[str]:
        """SHAs from `start` back, newest first, or those that touch a path."""
        ...

    def changes(self, repository: Repository, sha: str) -> Sequence[GitFile]:
        """The files that one commit changes against its first parent."""
        ...

    def compare(
        self, repository: Repository, base: str, head: str
    ) -> Comparison | None:
        """Compares two SHAs; None without a common ancestor."""
        ...

    def read(
        self, repository: Repository, sha: str, path: str
    ) -> Entry | Sequence[Entry] | None:
        """A file with its bytes, or a folder's listing ("" is the root)."""
        ...

    def is_ancestor(self, repository: Repository, older: str, newer: str) -> bool:
        """Whether `newer` contains `older`."""
        ...


@dataclass(frozen=True, slots=True)
class Happening:
    """A change that may make webhooks.

    `subject` is the id of the event's own record: pull request **number**, comment
    id, check run id, check suite id, merge group id, installation id, issue number;
    None for push and repository. `details` holds what else the event tells: `changes`,
    `before`, `after`, `ref`, `requested_action`, `label`, `reason`, `added`, `removed`.
    """

    event: str
    action: str | None
    repository_id: int | None
    subject: int | None
    sender_id: int
    details: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """A name that a repository had before."""

    repository: Repository


def _ids() -> Iterator[int]:
    return itertools.count(1000)


@dataclass(slots=True, repr=False)
class World:
    """Everything that GitHub knows. Change it under `lock` only."""

    git: Git
    clock: Clock = field(default_factory=Clock)
    api_url: str = "http://127.0.0.1"  # without a slash at the end
    web_url: str = "http://127.0.0.1"
    lock: threading.RLock = field(default_factory=threading.RLock)
    accounts: dict[int, Account] = field(default_factory=dict)
    apps: dict[int, App] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    personal_tokens: dict[str, int] = field(default_factory=dict)  # account ids
    manifests: dict[str, tuple[dict[str, Json], int, datetime]] = field(
        default_factory=dict
    )  # by code: manifest, owner's account id, time of registration
    deliveries: list[Delivery] = field(default_factory=list)  # oldest first
    listeners: list[Callable[[Happening], None]] = field(default_factory=list)
    # Asked by the API to attempt a delivery once more; called inside the lock.
    redeliver: Callable[[Delivery], None] = field(default=lambda _: None)
    # Asked when somebody reads a pull request whose merge is not computed yet.
    look_again: Callable[[Repository, Pull], None] = field(default=lambda *_: None)
    # Told when a pull request is no longer what the merge queue has taken in.
    put_out: Callable[[Repository, Pull, int], None] = field(default=lambda *_: None)
    ids: Iterator[int] = field(default_factory=_ids)

    def new_id(self) -> int:
        """A number that nothing else here has."""
        return next(self.ids)

    def emit(self, happening: Happening) -> None:
        """Tells every listener, in the order of registration, inside the lock."""
        for listener in self.listeners:
            listener(happening)

    def add_account(self, login: str, kind: AccountType = "User") -> Account:
        """A new user, organization or bot."""
        account = Account(self.new_id(), login, kind)
        self.accounts[account.id] = account
        return account

    def account(self, login: str) -> Account | None:
        """The account of this login, whatever its case."""
        wanted = login.lower()
        return next(
            (a for a in self.accounts.values() if a.login.lower() == wanted), None
        )

    def full_name(self, repository: Repository) -> str:
        """`owner/name`, as it is now."""
        return f"{self.accounts[repository.owner_id].login}/{repository.name}"

    def repository(self, full_name: str) -> Repository | Moved | None:
        """The repository of this name; `Moved` when the name is a former one."""
        wanted = full_name.lower()
        for repository in self.repositories.values():
            if self.full_name(repository).lower() == wanted:
                return repository
        for repository in self.repositories.values():
            if wanted in repository.former_names:
                return Moved(repository)
        return None

    def covers(self, installation: Installation, repository: Repository) -> bool:
        """Whether the installation reaches the repository."""
        if repository.owner_id != installation.account_id:
            return False
        return (
            installation.selection == "all"
            or repository.id in installation.repository_ids
        )

    def role(self, repository: Repository, account_id: int) -> Role:
        """A person's role; the owner is admin, strangers read what is public."""
        if account_id == repository.owner_id:
            return "admin"
        return repository.collaborators.get(
            account_id, "none" if repository.private else "read"
        )
