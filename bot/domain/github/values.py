"""What GitHub tells the App, as far as the App reads it.

Everything is keyed by GitHub's numbers; names and logins are for people, and change.
Times are seconds since the epoch by GitHub's clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    revealed: str = field(repr=False)

    @override
    def __str__(self) -> str:
        """Not the text."""
        return "Secret()"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A repository, and the installation that reaches it; both numbers."""

    installation: int
    repository: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever acts: `id` stays when the login changes hands.

    `kind` is GitHub's word: `User`, `Bot`, `Organization`, ...; None if it is not told.
    """

    id: int
    login: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class AppProfile:
    """The App as it is registered; permissions by name, such as `checks: write`."""

    id: int
    slug: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installation:
    """The App on an account; `permissions` are those that the account accepted.

    `account` is None where GitHub names none.
    """

    id: int
    account: Account | None
    permissions: Mapping[str, str]
    events: tuple[str, ...]
    suspended: bool

    @property
    def owner(self) -> str:
        """Whose it is, for people; by its number where that is all there is."""
        return self.account.login if self.account else f"installation {self.id}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; `full_name` is `owner/name` as it is now."""

    id: int
    full_name: str
    default_branch: str
    private: bool
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """An end of a pull request; `repository` is None where a fork is gone."""

    sha: str
    ref: str
    repository: int | None


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request; `author` is None where the account is gone.

    `landed` is the commit on the base that it was merged by, empty before. `created_at`
    is 0 where it is not told.
    """

    number: int
    open: bool
    draft: bool
    merged: bool
    head: Side
    base: Side
    author: Account | None
    title: str
    body: str
    updated_at: float
    labels: tuple[str, ...] = ()
    landed: str = ""
    created_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a pull request or an issue (`number`).

    `app` is the App that wrote it, by GitHub's word: a marker in the body proves
    nothing, as anybody can paste it. `node` is its id in GraphQL.
    """

    id: int
    node: str
    number: int
    body: str
    author: Account | None
    app: int | None
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the pull request `number`; `node` is its id in GraphQL.

    `submitted_at` is None for one that its author has not sent yet.
    """

    id: int
    node: str
    number: int
    body: str
    author: Account | None
    submitted_at: float | None


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """A comment to make. `marker` is a part of the body by which it is found again."""

    number: int
    body: str
    marker: str

    def __post_init__(self) -> None:
        """A marker that is not in the body could never be found: `ValueError`."""
        _marked(self.body, self.marker)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that the App opened."""

    number: int
    title: str
    body: str
    app: int | None


@dataclass(frozen=True, slots=True)
class IssueDraft:
    """An issue to open, found again by its marker."""

    title: str
    body: str
    marker: str

    def __post_init__(self) -> None:
        """A marker that is not in the body could never be found: `ValueError`."""
        _marked(self.body, self.marker)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a person may do: the old four words, and the role's name beside them."""

    account: Account
    permission: str
    role_name: str


_PRESSES = {
    ("check_run", "requested_action"),
    ("check_run", "rerequested"),
    ("check_suite", "rerequested"),
}


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One attempt of GitHub to deliver; attempts of one delivery share the guid."""

    id: int
    guid: str
    delivered_at: float
    redelivery: bool
    status: str
    event: str
    action: str | None
    installation: int | None
    repository: int | None

    @property
    def ok(self) -> bool:
        """Whether it was answered well; a timeout has no status code, but no OK."""
        return self.status == "OK"

    @property
    def pressed(self) -> bool:
        """Whether it tells of a pressed button: GitHub lists those nowhere else."""
        return (self.event, self.action) in _PRESSES


@dataclass(frozen=True, slots=True)
class RequiredCheck:
    """A check that a branch requires; `app` None means that anybody may fake it."""

    name: str
    app: int | None


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What a branch requires, of rulesets and of classic protection together.

    `strict` is "branches must be up to date"; `queue_minutes` is how long the merge
    queue waits for checks, None without a queue.
    """

    required: tuple[RequiredCheck, ...]
    strict: bool
    queue_minutes: int | None


class Reaction(StrEnum):
    """The reactions that the App uses, as the API spells them."""

    SEEN = "eyes"
    DONE = "+1"
    REFUSED = "confused"


def failed_deliveries(attempts: Sequence[HookDelivery]) -> tuple[HookDelivery, ...]:
    """The latest attempt of each delivery that never arrived, oldest first."""
    arrived = {one.guid for one in attempts if one.ok}
    newest: dict[str, HookDelivery] = {}
    for one in sorted(attempts, key=lambda one: (one.delivered_at, one.id)):
        if one.guid not in arrived:
            newest[one.guid] = one
    return tuple(sorted(newest.values(), key=lambda one: (one.delivered_at, one.id)))


def _marked(body: str, marker: str) -> None:
    if not marker or marker not in body:
        raise ValueError("the body does not hold its marker")
