"""Changes of comments, issues and labels that the API and people make alike.

Each holds the rules of GitHub, changes the record and tells the world. Call under
`world.lock`. Checks have their own module, `check_changes.py`.
"""

from dataclasses import dataclass

from tests.fakegithub.records import (
    Comment,
    CommitStatus,
    Issue,
    Json,
    Pull,
    Reacted,
    Reaction,
    Repository,
)
from tests.fakegithub.state import Happening, World

BODY_LIMIT = 65_536


class Refused(Exception):  # noqa: N818 - GitHub refuses; it is not an error of ours
    """GitHub refuses a change: 422 unless said otherwise, in GitHub's words."""

    def __init__(
        self, message: str, errors: list[Json] | None = None, status: int = 422
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors
        self.status = status


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts: an account, through an App or by itself."""

    account_id: int
    app_id: int | None = None


def fault(resource: str, name: str, message: str) -> Refused:
    """A `Validation Failed` about one field."""
    said = {
        "resource": resource,
        "code": "unprocessable",
        "field": name,
        "message": message,
    }
    return Refused("Validation Failed", [said])


def check_body(resource: str, body: str | None) -> None:
    """GitHub's limit on bodies, which its description leaves out."""
    if len(body or "") > BODY_LIMIT:
        message = f"Body is too long (maximum is {BODY_LIMIT} characters)"
        raise fault(resource, "data", message)


def thread(repository: Repository, number: int) -> Issue | Pull | None:
    """The issue or pull request of a number."""
    return repository.issues.get(number) or repository.pulls.get(number)


def add_comment(
    world: World, repository: Repository, number: int, body: str, author: Author
) -> Comment:
    """Comments on an issue or a pull request that exists."""
    if not body.strip():
        raise fault("IssueComment", "data", "Body cannot be blank")
    check_body("IssueComment", body)
    _check_lock(world, repository, number, author)
    now = world.clock.now()
    comment = Comment(
        world.new_id(), number, body, author.account_id, now, now, author.app_id
    )
    repository.comments[comment.id] = comment
    _touch(world, repository, number)
    _tell_comment(world, repository, comment, "created", author.account_id, {})
    return comment


def _check_lock(
    world: World, repository: Repository, number: int, author: Author
) -> None:
    """A locked thread is for people who can write; an App is none, whatever it may."""
    found = thread(repository, number)
    if found is None or not found.locked:
        return
    role = world.role(repository, author.account_id)
    if author.app_id is not None or role not in {"write", "maintain", "admin"}:
        said = "Unable to create comment because issue is locked."
        raise Refused(said, status=403)


def set_lock(
    world: World, repository: Repository, number: int, sender_id: int, *, locked: bool
) -> None:
    """Locks the talk on an issue or a pull request, or lets it go on."""
    found = thread(repository, number)
    if found is None or found.locked == locked:
        return
    found.locked = locked
    _tell_thread(
        world, repository, found, "locked" if locked else "unlocked", sender_id
    )


def edit_comment(
    world: World, repository: Repository, comment: Comment, body: str, sender_id: int
) -> None:
    """Edits a comment; nobody is told but the webhooks."""
    if not body.strip():
        raise fault("IssueComment", "data", "Body cannot be blank")
    check_body("IssueComment", body)
    changes = {"body": {"from": comment.body}}
    comment.body, comment.updated_at = body, world.clock.now()
    _tell_comment(world, repository, comment, "edited", sender_id, {"changes": changes})


def delete_comment(
    world: World, repository: Repository, comment: Comment, sender_id: int
) -> None:
    """Deletes a comment; the webhook is made while it can still be read."""
    _tell_comment(world, repository, comment, "deleted", sender_id, {})
    del repository.comments[comment.id]


def _tell_comment(
    world: World,
    repository: Repository,
    comment: Comment,
    action: str,
    sender_id: int,
    details: dict[str, Json],
) -> None:
    world.emit(
        Happening(
            "issue_comment", action, repository.id, comment.id, sender_id, details
        )
    )


def _touch(world: World, repository: Repository, number: int) -> None:
    found = thread(repository, number)
    if found is not None:
        found.updated_at = world.clock.now()


def react(
    world: World, comment: Comment, content: Reaction, account_id: int
) -> tuple[Reacted, bool]:
    """Reacts; the second value says whether the reaction is new. No webhook."""
    for reacted in comment.reactions:
        if (reacted.account_id, reacted.content) == (account_id, content):
            return reacted, False
    reacted = Reacted(world.new_id(), content, account_id, world.clock.now())
    comment.reactions.append(reacted)
    return reacted, True


def open_issue(
    world: World,
    repository: Repository,
    title: str,
    body: str | None,
    author: Author,
) -> Issue:
    """Opens an issue."""
    if not title.strip():
        raise Refused(
            "Validation Failed",
            [{"resource": "Issue", "code": "missing_field", "field": "title"}],
        )
    check_body("Issue", body)
    now = world.clock.now()
    number = repository.take_number()
    issue = Issue(world.new_id(), number, title, body, author.account_id, now, now)
    issue.app_id = author.app_id
    repository.issues[number] = issue
    _tell_issue(world, repository, number, "opened", author.account_id)
    return issue


def set_issue_state(
    world: World, repository: Repository, issue: Issue, state: str, sender_id: int
) -> None:
    """Closes or reopens an issue."""
    if issue.state == state:
        return
    now = world.clock.now()
    issue.updated_at = now
    if state == "closed":
        issue.state, issue.closed_at = "closed", now
        _tell_issue(world, repository, issue.number, "closed", sender_id)
    else:
        issue.state, issue.closed_at = "open", None
        _tell_issue(world, repository, issue.number, "reopened", sender_id)


def edit_issue(
    world: World,
    repository: Repository,
    issue: Issue,
    fields: dict[str, str | None],
    sender_id: int,
) -> None:
    """Changes title or body (the keys of `fields`)."""
    check_body("Issue", fields.get("body"))
    changes: dict[str, Json] = {}
    for name in ("title", "body"):
        if name in fields and getattr(issue, name) != fields[name]:
            changes[name] = {"from": getattr(issue, name) or ""}
            setattr(issue, name, fields[name])
    if changes:
        issue.updated_at = world.clock.now()
        _tell_issue(
            world, repository, issue.number, "edited", sender_id, {"changes": changes}
        )


def _tell_issue(
    world: World,
    repository: Repository,
    number: int,
    action: str,
    sender_id: int,
    details: dict[str, Json] | None = None,
) -> None:
    world.emit(
        Happening("issues", action, repository.id, number, sender_id, details or {})
    )


def add_label(
    world: World, repository: Repository, number: int, name: str, sender_id: int
) -> None:
    """Puts a label on an issue or a pull request."""
    found = thread(repository, number)
    if found is None or name in found.labels:
        return
    found.labels.append(name)
    _tell_thread(world, repository, found, "labeled", sender_id, {"label": name})


def drop_label(
    world: World, repository: Repository, number: int, name: str, sender_id: int
) -> None:
    """Takes a label off."""
    found = thread(repository, number)
    if found is None or name not in found.labels:
        return
    found.labels.remove(name)
    _tell_thread(world, repository, found, "unlabeled", sender_id, {"label": name})


def _tell_thread(
    world: World,
    repository: Repository,
    found: Issue | Pull,
    action: str,
    sender_id: int,
    details: dict[str, Json] | None = None,
) -> None:
    """Tells of an issue or a pull request, under its own event's name."""
    event = "pull_request" if isinstance(found, Pull) else "issues"
    told = details or {}
    world.emit(Happening(event, action, repository.id, found.number, sender_id, told))


def set_status(
    world: World, repository: Repository, status: CommitStatus
) -> CommitStatus:
    """Adds a commit status; the latest of a context counts."""
    if len(status.description or "") > 140:
        raise fault("Status", "description", "is too long (maximum is 140 characters)")
    repository.statuses.append(status)
    world.emit(Happening("status", None, repository.id, status.id, status.creator_id))
    return status
