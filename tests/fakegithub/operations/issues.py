"""Issues, their comments and labels."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from tests.fakegithub import changes
from tests.fakegithub.operations.call import Answer, Call, Handler, error, not_found
from tests.fakegithub.records import Comment, Issue, Json, Pull
from tests.fakegithub.shapes import basics, issues


def _thread(call: Call) -> Issue | Pull | None:
    return changes.thread(call.repository, call.number("issue_number"))


def _comment(call: Call) -> Comment | None:
    return call.repository.comments.get(call.number("comment_id"))


def _shape(call: Call, comment: Comment) -> dict[str, Json]:
    return issues.comment(call.world, call.repository, comment)


def create(call: Call) -> Answer:
    """Opens an issue."""
    said = call.body
    issue = changes.open_issue(
        call.world, call.repository, str(said["title"]), said.get("body"), call.author
    )
    issue.labels = [_label_name(label) for label in said.get("labels", ())]
    return Answer(201, issues.issue(call.world, call.repository, issue))


def _label_name(label: Json) -> str:
    return label if isinstance(label, str) else str(label.get("name", ""))


def get(call: Call) -> Answer:
    """One issue; pull requests are issues too."""
    found = _thread(call)
    if found is None:
        return not_found()
    return Answer(200, issues.issue(call.world, call.repository, found))


def update(call: Call) -> Answer:
    """Changes title, body or state of an issue."""
    found = _thread(call)
    if found is None:
        return not_found()
    if isinstance(found, Pull):
        return error(422, "The fake changes pull requests through people only.")
    said, sender = call.body or {}, call.app.bot_id
    fields = {name: said[name] for name in ("title", "body") if name in said}
    changes.edit_issue(call.world, call.repository, found, fields, sender)
    if "state" in said:
        changes.set_issue_state(
            call.world, call.repository, found, said["state"], sender
        )
    return Answer(200, issues.issue(call.world, call.repository, found))


def list_issues(call: Call) -> Answer:
    """Issues and pull requests by state, author, labels and time of change."""
    found: list[Issue | Pull] = [
        *call.repository.issues.values(),
        *call.repository.pulls.values(),
    ]
    state = call.query.get("state", "open")
    labels = {name for name in call.query.get("labels", "").split(",") if name}
    found = [i for i in found if state in {"all", i.state}]
    found = [i for i in found if labels <= set(i.labels)]
    if "creator" in call.query:
        creator = call.world.account(call.query["creator"])
        found = [i for i in found if creator and i.author_id == creator.id]
    since = _since(call)
    found = [i for i in found if i.updated_at >= since]
    ordered = sorted(found, key=_order(call), reverse=_falling(call, "desc"))
    return call.page(ordered, lambda i: issues.issue(call.world, call.repository, i))


def _order(call: Call) -> Callable[[Issue | Pull], tuple[Json, int]]:
    match call.query.get("sort", "created"):
        case "updated":
            return lambda i: (i.updated_at, i.number)
        case "comments":
            said = Counter(c.number for c in call.repository.comments.values())
            return lambda i: (said[i.number], i.number)
        case _:
            return lambda i: (i.created_at, i.number)


def _falling(call: Call, default: str) -> bool:
    return call.query.get("direction", default) == "desc"


def _since(call: Call) -> datetime:
    return datetime.fromisoformat(call.query.get("since", "1970-01-01T00:00:00Z"))


def list_comments(call: Call) -> Answer:
    """The comments of an issue or pull request, oldest first."""
    found = _thread(call)
    if found is None:
        return not_found()
    since = _since(call)
    listed = [
        c
        for c in call.repository.comments.values()
        if c.number == found.number and c.updated_at >= since
    ]
    return call.page(listed, lambda c: _shape(call, c))


def list_all_comments(call: Call) -> Answer:
    """The comments of the whole repository, changed since a time."""
    by_update, since = call.query.get("sort", "created") == "updated", _since(call)
    listed = sorted(
        (c for c in call.repository.comments.values() if c.updated_at >= since),
        key=lambda c: (c.updated_at if by_update else c.created_at, c.id),
        reverse=_falling(call, "asc"),
    )
    return call.page(listed, lambda c: _shape(call, c))


def create_comment(call: Call) -> Answer:
    """Comments as the App's bot."""
    found = _thread(call)
    if found is None:
        return not_found()
    comment = changes.add_comment(
        call.world, call.repository, found.number, call.body["body"], call.author
    )
    return Answer(201, _shape(call, comment))


def get_comment(call: Call) -> Answer:
    """One comment."""
    comment = _comment(call)
    return Answer(200, _shape(call, comment)) if comment else not_found()


def update_comment(call: Call) -> Answer:
    """Edits a comment of the App's own."""
    comment = _comment(call)
    if comment is None:
        return not_found()
    if comment.author_id != call.app.bot_id:
        return error(403, "Resource not accessible by integration")
    changes.edit_comment(
        call.world, call.repository, comment, call.body["body"], call.app.bot_id
    )
    return Answer(200, _shape(call, comment))


def delete_comment(call: Call) -> Answer:
    """Deletes a comment."""
    comment = _comment(call)
    if comment is None:
        return not_found()
    changes.delete_comment(call.world, call.repository, comment, call.app.bot_id)
    return Answer(204)


def add_labels(call: Call) -> Answer:
    """Puts labels on an issue or pull request; answers all of them."""
    found = _thread(call)
    if found is None:
        return not_found()
    said = call.body or []
    for label in said if isinstance(said, list) else said.get("labels", ()):
        changes.add_label(
            call.world,
            call.repository,
            found.number,
            _label_name(label),
            call.app.bot_id,
        )
    names = found.labels
    return Answer(200, [basics.label(call.world, call.repository, n) for n in names])


OPERATIONS: dict[str, Handler] = {
    "issues/create": create,
    "issues/get": get,
    "issues/update": update,
    "issues/list-for-repo": list_issues,
    "issues/list-comments": list_comments,
    "issues/list-comments-for-repo": list_all_comments,
    "issues/create-comment": create_comment,
    "issues/get-comment": get_comment,
    "issues/update-comment": update_comment,
    "issues/delete-comment": delete_comment,
    "issues/add-labels": add_labels,
}
