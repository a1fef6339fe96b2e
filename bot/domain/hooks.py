"""What a webhook says has happened: hints, never facts to decide by.

Every decision asks GitHub and the store again; a hint that is late, doubled or replayed
wakes somebody up for nothing. Times are Unix seconds, None where GitHub did not say;
accounts are None for people who have left GitHub.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.github import Account


@dataclass(frozen=True, slots=True)
class Place:
    """The repository that a hint is about, and through which installation it came.

    Only `repository_id` is for ever; `full_name` is what it was called at the time.
    """

    repository_id: int
    full_name: str
    installation_id: int | None = None


class PullWhy(StrEnum):
    """What was done to a pull request."""

    OPENED = "opened"
    REOPENED = "reopened"
    PUSHED = "synchronize"
    RETARGETED = "edited"
    READY = "ready_for_review"
    DRAFTED = "converted_to_draft"
    CLOSED = "closed"
    LABELED = "labeled"
    UNLABELED = "unlabeled"
    ENQUEUED = "enqueued"
    DEQUEUED = "dequeued"


@dataclass(frozen=True, slots=True)
class PullTouched:
    """Something was done to a pull request; `head` is its SHA at that time.

    `base` is the branch it goes to, `former_base` where it went before RETARGETED;
    `merged` is told of CLOSED. A title or text that was edited is `Irrelevant`.
    """

    place: Place
    number: int
    why: PullWhy
    head: str
    base: str
    former_base: str | None = None
    merged: bool = False
    updated_at: float | None = None
    sender: Account | None = None


@dataclass(frozen=True, slots=True)
class Commented:
    """A comment on a pull request; `action` is `created`, `edited` or `deleted`.

    `app_id` is the App that wrote it, None for a person. `edited` says that the
    comment was changed before this delivery was made.
    """

    place: Place
    number: int
    comment_id: int
    action: str
    body: str
    author: Account | None
    app_id: int | None = None
    edited: bool = False
    created_at: float | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review of a pull request; `action` is `submitted`, `edited` or `dismissed`.

    `commit` is the SHA that was reviewed; `state` is GitHub's word in lower case.
    """

    place: Place
    number: int
    review_id: int
    action: str
    body: str
    state: str
    author: Account | None
    commit: str | None = None
    submitted_at: float | None = None


@dataclass(frozen=True, slots=True)
class RunAsked:
    """Somebody wants a check run, or with `run_id` None a whole suite, again.

    `app_id` is the App whose run or suite it is: not always ours.
    """

    place: Place
    head: str
    suite_id: int | None
    run_id: int | None
    external_id: str | None
    app_id: int | None
    sender: Account | None


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed a button of a check run; `identifier` is the button's."""

    place: Place
    head: str
    run_id: int
    external_id: str | None
    app_id: int | None
    identifier: str
    sender: Account | None


@dataclass(frozen=True, slots=True)
class GroupAsked:
    """A merge queue wants a verdict on `head` (SHA), a commit on `head_ref`.

    `base` is the SHA that it lies on, `branch` the name of the branch it would become.
    """

    place: Place
    head: str
    head_ref: str
    base: str
    branch: str


@dataclass(frozen=True, slots=True)
class GroupGone:
    """A merge group is no more; `reason` is GitHub's: merged, invalidated, dequeued."""

    place: Place
    head: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class BasePushed:
    """A branch has a new tip; it may be the base of pull requests, or of none.

    `before` is None for a branch that is new.
    """

    place: Place
    branch: str
    before: str | None
    after: str
    forced: bool = False


class InstallationWhy(StrEnum):
    """What was done to an installation."""

    CREATED = "created"
    DELETED = "deleted"
    SUSPENDED = "suspend"
    UNSUSPENDED = "unsuspend"
    PERMITTED = "new_permissions_accepted"
    REPOSITORIES_ADDED = "added"
    REPOSITORIES_REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class InstallationChanged:
    """An installation, or the repositories it reaches, changed.

    `added` and `removed` are places; `added` of CREATED are those it reaches.
    """

    installation_id: int
    why: InstallationWhy
    account: Account | None = None
    added: tuple[Place, ...] = ()
    removed: tuple[Place, ...] = ()


class RepositoryWhy(StrEnum):
    """What was done to a repository."""

    RENAMED = "renamed"
    TRANSFERRED = "transferred"
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    DELETED = "deleted"
    EDITED = "edited"
    PRIVATIZED = "privatized"
    PUBLICIZED = "publicized"


@dataclass(frozen=True, slots=True)
class RepositoryChanged:
    """A repository itself changed; `default_branch` is what it is now, if told."""

    place: Place
    why: RepositoryWhy
    default_branch: str | None = None


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """Nothing that concerns us; `why` is for counting and logs."""

    why: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """It should concern us and cannot be read; the reconciler finds out by itself.

    `sentence` names the field and never holds anything from the payload.
    """

    sentence: str


Hook = (
    PullTouched
    | Commented
    | Reviewed
    | RunAsked
    | ButtonPressed
    | GroupAsked
    | GroupGone
    | BasePushed
    | InstallationChanged
    | RepositoryChanged
    | Irrelevant
    | Unreadable
)
"""Everything that a delivery can say."""
