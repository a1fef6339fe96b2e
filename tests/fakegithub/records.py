"""What the world holds: plain records, changed only under the world's lock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

Json = Any
Role = Literal["admin", "maintain", "write", "triage", "read", "none"]
Level = Literal["read", "write", "admin"]
AccountType = Literal["User", "Bot", "Organization", "Mannequin"]
CheckStatus = Literal["queued", "in_progress", "completed"]
Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]

STALE_AFTER = timedelta(days=14)


@dataclass(slots=True)
class Account:
    """A user, an organization, or an App's bot."""

    id: int
    login: str
    type: AccountType = "User"


@dataclass(slots=True)
class App:
    """A GitHub App as its owner registered it."""

    id: int
    slug: str
    name: str
    owner_id: int
    bot_id: int
    public_key: str
    webhook_secret: str
    hook_url: str
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    client_id: str = ""
    hook_active: bool = True
    hook_content_type: Literal["json", "form"] = "json"
    hook_insecure_ssl: str = "0"


@dataclass(slots=True)
class Installation:
    """An App on an account; `permissions` is what the account has accepted."""

    id: int
    app_id: int
    account_id: int
    permissions: dict[str, str]
    events: list[str]
    created_at: datetime
    selection: Literal["all", "selected"] = "all"
    repository_ids: set[int] = field(default_factory=set)
    suspended_at: datetime | None = None


@dataclass(slots=True)
class Token:
    """An installation token; `repository_ids` None means all of the installation."""

    value: str
    installation_id: int
    permissions: dict[str, str]
    repository_ids: frozenset[int] | None
    expires_at: datetime
    revoked: bool = False


@dataclass(slots=True)
class Side:
    """One end of a pull request; the repository is None when a fork is gone."""

    ref: str
    sha: str
    repository_id: int | None
    label: str


@dataclass(slots=True)
class Issue:
    """An issue that is not a pull request."""

    id: int
    number: int
    title: str
    body: str | None
    author_id: int | None
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    labels: list[str] = field(default_factory=list)
    app_id: int | None = None
    locked: bool = False


@dataclass(slots=True)
class Pull:
    """A pull request; `mergeable` None means GitHub has not computed it yet.

    `unasked`: it is computed by now, but who asks first is still told that it is not.
    """

    id: int
    number: int
    title: str
    body: str | None
    author_id: int | None
    head: Side
    base: Side
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    draft: bool = False
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by_id: int | None = None
    merge_commit_sha: str | None = None
    mergeable: bool | None = None
    unasked: bool = False
    labels: list[str] = field(default_factory=list)
    locked: bool = False


@dataclass(slots=True)
class Comment:
    """A comment on an issue or a pull request (`number` says which)."""

    id: int
    number: int
    body: str
    author_id: int | None
    created_at: datetime
    updated_at: datetime
    app_id: int | None = None
    minimized: str | None = None
    reactions: list["Reacted"] = field(default_factory=list)


@dataclass(slots=True)
class Reacted:
    """One account's reaction; an account reacts once with each kind."""

    id: int
    content: Reaction
    account_id: int
    created_at: datetime


@dataclass(slots=True)
class Review:
    """A review of a pull request at one commit; `edited_at` only GraphQL tells."""

    id: int
    number: int
    author_id: int | None
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    body: str
    commit_id: str
    submitted_at: datetime
    edited_at: datetime | None = None


@dataclass(slots=True)
class CheckSuite:
    """All runs of one App at one commit."""

    id: int
    app_id: int
    head_sha: str
    head_branch: str | None
    created_at: datetime
    updated_at: datetime
    before: str | None = None
    rerequested: bool = False  # queued again until one of its runs moves


@dataclass(slots=True)
class CheckRun:
    """One check run; `output` has title, summary, text and images."""

    id: int
    suite_id: int
    app_id: int
    name: str
    head_sha: str
    made_at: datetime
    status: CheckStatus = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    output: dict[str, Json] = field(default_factory=dict)
    annotations: list[dict[str, Json]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)

    def standing(self, now: datetime) -> tuple[CheckStatus, str | None]:
        """Status and conclusion; after 14 days without an end GitHub says stale."""
        if self.status != "completed" and now - self.made_at > STALE_AFTER:
            return "completed", "stale"
        return self.status, self.conclusion


@dataclass(slots=True)
class CommitStatus:
    """An old-style commit status; anyone with statuses:write can set any context."""

    id: int
    sha: str
    context: str
    state: Literal["error", "failure", "pending", "success"]
    description: str | None
    target_url: str | None
    creator_id: int
    created_at: datetime
    app_id: int | None = None


@dataclass(slots=True)
class Rule:
    """One rule of a ruleset, with GitHub's own parameters."""

    type: str  # required_status_checks, pull_request, merge_queue, ...
    parameters: dict[str, Json] = field(default_factory=dict)


@dataclass(slots=True)
class Ruleset:
    """Rules for branches; `~DEFAULT_BRANCH`, `~ALL` or `refs/heads/` globs."""

    id: int
    name: str
    include: list[str]
    rules: list[Rule]
    enforcement: Literal["active", "evaluate", "disabled"] = "active"
    bypass_account_ids: set[int] = field(default_factory=set)


@dataclass(slots=True)
class RequiredCheck:
    """A required context of classic protection; no App id means any source."""

    context: str
    app_id: int | None = None


@dataclass(slots=True)
class Protection:
    """Classic branch protection."""

    checks: list[RequiredCheck] = field(default_factory=list)
    strict: bool = False
    enforce_admins: bool = False
    approvals: int = 0


@dataclass(slots=True)
class MergeGroup:
    """Pull requests that the merge queue tests together."""

    id: int
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    pull_numbers: list[int]
    created_at: datetime
    destroyed: Literal["merged", "invalidated", "dequeued"] | None = None


@dataclass(slots=True)
class Delivery:
    """One attempt at a webhook; attempts of one delivery share the guid."""

    id: int
    guid: str
    app_id: int
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    url: str
    delivered_at: datetime
    payload: dict[str, Json]
    headers: dict[str, str] = field(default_factory=dict)
    redelivery: bool = False
    duration: float = 0.0
    status: str = "OK"
    status_code: int = 0
    answer: str | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    throttled_at: datetime | None = None
    listed: bool = True  # GitHub sometimes never attempts, and lists nothing


@dataclass(slots=True)
class Repository:
    """A repository; the numeric id stays, names come and go."""

    id: int
    owner_id: int
    name: str
    created_at: datetime
    git_path: Path | None = None
    private: bool = True
    default_branch: str = "main"
    archived: bool = False
    fork_of: int | None = None
    former_names: list[str] = field(default_factory=list)  # "owner/name", lower case
    collaborators: dict[int, Role] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)  # by number
    pulls: dict[int, Pull] = field(default_factory=dict)  # by number
    comments: dict[int, Comment] = field(default_factory=dict)  # by id
    reviews: dict[int, Review] = field(default_factory=dict)
    suites: dict[int, CheckSuite] = field(default_factory=dict)
    runs: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[CommitStatus] = field(default_factory=list)
    rulesets: dict[int, Ruleset] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)  # by branch
    queue: list[MergeGroup] = field(default_factory=list)
    last_number: int = 0

    def take_number(self) -> int:
        """The next number; issues and pull requests share one row of numbers."""
        self.last_number += 1
        return self.last_number
