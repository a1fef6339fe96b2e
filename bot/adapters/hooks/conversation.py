"""Pull requests, comments and reviews."""

from pydantic import Field

from bot.adapters.hooks.parts import (
    App,
    Envelope,
    Id,
    Moment,
    Part,
    Sha,
    Side,
    User,
    account,
    place,
    seconds,
)
from bot.domain.hooks import (
    Commented,
    Irrelevant,
    PullTouched,
    PullWhy,
    Reviewed,
)


class _Pull(Part):
    number: Id
    head: Side
    base: Side
    merged: bool | None = None
    updated_at: Moment = None


class _From(Part):
    name: str | None = Field(None, alias="from")


class _Base(Part):
    ref: _From | None = None


class _Changes(Part):
    base: _Base | None = None


class PullPayload(Envelope):
    """`pull_request`."""

    action: str
    pull_request: _Pull
    changes: _Changes | None = None


def pull(payload: PullPayload) -> PullTouched | Irrelevant:
    """What was done; an edit counts only where it changed the base."""
    why = PullWhy(payload.action)
    base = payload.changes.base if payload.changes else None
    if why is PullWhy.RETARGETED and base is None:
        return Irrelevant("pull_request edited, base unchanged")
    return PullTouched(
        place(payload),
        payload.pull_request.number,
        why,
        payload.pull_request.head.sha,
        payload.pull_request.base.ref,
        base.ref.name if base and base.ref else None,
        bool(payload.pull_request.merged),
        seconds(payload.pull_request.updated_at),
        account(payload.sender),
    )


class _Mark(Part):
    """Only pull requests have it."""


class _Issue(Part):
    number: Id
    pull_request: _Mark | None = None


class _Comment(Part):
    id: Id
    body: str | None = None
    user: User | None = None
    performed_via_github_app: App | None = None
    created_at: Moment = None
    updated_at: Moment = None


class CommentPayload(Envelope):
    """`issue_comment`."""

    action: str
    issue: _Issue
    comment: _Comment


def comment(payload: CommentPayload) -> Commented | Irrelevant:
    """A comment, if it is on a pull request."""
    if payload.issue.pull_request is None:
        return Irrelevant("issue_comment on an issue")
    said = payload.comment
    app = said.performed_via_github_app
    changed = None not in (said.created_at, said.updated_at)
    return Commented(
        place(payload),
        payload.issue.number,
        said.id,
        payload.action,
        said.body or "",
        account(said.user),
        None if app is None else app.id,
        changed and said.created_at != said.updated_at,
        seconds(said.created_at),
    )


class _Review(Part):
    id: Id
    body: str | None = None
    state: str | None = None
    user: User | None = None
    commit_id: Sha | None = None
    submitted_at: Moment = None


class _Numbered(Part):
    number: Id


class ReviewPayload(Envelope):
    """`pull_request_review`."""

    action: str
    review: _Review
    pull_request: _Numbered


def review(payload: ReviewPayload) -> Reviewed:
    """A review."""
    said = payload.review
    return Reviewed(
        place(payload),
        payload.pull_request.number,
        said.id,
        payload.action,
        said.body or "",
        (said.state or "").lower(),
        account(said.user),
        said.commit_id,
        seconds(said.submitted_at),
    )
