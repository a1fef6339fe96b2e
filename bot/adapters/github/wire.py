"""GitHub's JSON as far as it is read, strictly; each model says what it means to us.

Numbers are numbers here and what GitHub may leave empty may be empty; everything else
that it sends is ignored. So a page of some proxy, or the body of a redirect, is never
taken for an answer.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter

from bot.domain.github import (
    Account,
    CheckRun,
    CheckStatus,
    Comment,
    Conclusion,
    Issue,
    Permission,
    Pull,
    Repository,
    Review,
    Side,
)


class Wire(BaseModel):
    """Strict, and silent about what was wrong: an input may hold a token."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )


def _moment(value: datetime) -> float:
    return value.timestamp()


Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class Numbered(Wire):
    """Anything with a number."""

    id: int


class AccountWire(Wire):
    """A `simple-user`."""

    id: int
    login: str
    type: str | None = None

    def value(self) -> Account:
        """In our words."""
        return Account(self.id, self.login, self.type)


class RepositoryWire(Wire):
    """A `repository`."""

    id: int
    full_name: str
    default_branch: str
    private: bool
    archived: bool = False

    def value(self) -> Repository:
        """In our words."""
        return Repository(
            self.id, self.full_name, self.default_branch, self.private, self.archived
        )


class RepositoriesWire(Wire):
    """A page of what an installation reaches."""

    repositories: list[RepositoryWire]


class SideWire(Wire):
    """One end of a pull request."""

    sha: str
    ref: str
    repo: Numbered | None

    def value(self) -> Side:
        """In our words."""
        return Side(self.sha, self.ref, self.repo.id if self.repo else None)


class LabelWire(Wire):
    """A label of a pull request."""

    name: str


class PullWire(Wire):
    """A `pull-request`, whole or in a list: lists know `merged_at` alone."""

    number: int
    state: str
    draft: bool = False
    merged_at: datetime | None
    head: SideWire
    base: SideWire
    user: AccountWire | None
    title: str
    body: Text
    updated_at: datetime
    labels: tuple[LabelWire, ...] = ()
    merge_commit_sha: str | None = None
    created_at: datetime | None = None

    def value(self) -> Pull:
        """In our words."""
        merged = self.merged_at is not None  # before, that commit is a test merge
        return Pull(
            number=self.number,
            open=self.state == "open",
            draft=self.draft,
            merged=merged,
            head=self.head.value(),
            base=self.base.value(),
            author=self.user.value() if self.user else None,
            title=self.title,
            body=self.body,
            updated_at=_moment(self.updated_at),
            labels=tuple(one.name for one in self.labels),
            landed=(self.merge_commit_sha or "") if merged else "",
            created_at=_moment(self.created_at) if self.created_at else 0.0,
        )


class OutputWire(Wire):
    """The part of a run's output that is counted."""

    annotations_count: int


class CheckRunWire(Wire):
    """A `check-run`."""

    id: int
    head_sha: str
    name: str
    external_id: Text
    status: str
    conclusion: str | None
    app: Numbered | None
    output: OutputWire

    def value(self) -> CheckRun:
        """In our words; a word that is new to us is `OTHER`."""
        known = self.status in set(CheckStatus)
        return CheckRun(
            id=self.id,
            head_sha=self.head_sha,
            name=self.name,
            external_id=self.external_id,
            status=CheckStatus(self.status) if known else CheckStatus.OTHER,
            conclusion=_conclusion(self.conclusion),
            app=self.app.id if self.app else None,
            annotations=self.output.annotations_count,
        )


def _conclusion(word: str | None) -> Conclusion | None:
    if word is None:
        return None
    return Conclusion(word) if word in set(Conclusion) else Conclusion.OTHER


class CheckRunsWire(Wire):
    """A page of runs."""

    check_runs: list[CheckRunWire]


class CommentWire(Wire):
    """An `issue-comment`; the thread's number is at the end of `issue_url`."""

    id: int
    node_id: str
    issue_url: str
    body: Text
    user: AccountWire | None
    performed_via_github_app: Numbered | None = None
    created_at: datetime
    updated_at: datetime

    def value(self) -> Comment:
        """In our words."""
        app = self.performed_via_github_app
        return Comment(
            id=self.id,
            node=self.node_id,
            number=int(self.issue_url.rpartition("/")[2]),
            body=self.body,
            author=self.user.value() if self.user else None,
            app=app.id if app else None,
            created_at=_moment(self.created_at),
            updated_at=_moment(self.updated_at),
        )


class ReviewWire(Wire):
    """A `pull-request-review`."""

    id: int
    node_id: str
    body: Text
    user: AccountWire | None
    submitted_at: datetime | None = None

    def value(self, number: int) -> Review:
        """In our words."""
        at = self.submitted_at
        return Review(
            id=self.id,
            node=self.node_id,
            number=number,
            body=self.body,
            author=self.user.value() if self.user else None,
            submitted_at=_moment(at) if at else None,
        )


class IssueWire(Wire):
    """An `issue`."""

    number: int
    title: str
    body: Text
    performed_via_github_app: Numbered | None = None

    def value(self) -> Issue:
        """In our words."""
        app = self.performed_via_github_app
        return Issue(self.number, self.title, self.body, app.id if app else None)


class PermissionWire(Wire):
    """What a person may do; `user` says whom GitHub means."""

    permission: str
    role_name: str
    user: AccountWire

    def value(self) -> Permission:
        """In our words."""
        return Permission(self.user.value(), self.permission, self.role_name)


NUMBERED = TypeAdapter(Numbered)
REPOSITORY = TypeAdapter(RepositoryWire)
REPOSITORIES = TypeAdapter(RepositoriesWire)
PULL = TypeAdapter(PullWire)
PULLS = TypeAdapter(list[PullWire])
CHECK_RUN = TypeAdapter(CheckRunWire)
CHECK_RUNS = TypeAdapter(CheckRunsWire)
COMMENT = TypeAdapter(CommentWire)
COMMENTS = TypeAdapter(list[CommentWire])
REVIEWS = TypeAdapter(list[ReviewWire])
ISSUE = TypeAdapter(IssueWire)
ISSUES = TypeAdapter(list[IssueWire])
PERMISSION = TypeAdapter(PermissionWire)
