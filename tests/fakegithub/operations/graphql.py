"""The few GraphQL fields that the REST API lacks: folded comments, edited reviews.

Source: docs.github.com, GraphQL reference (`minimizeComment`, `Node`,
`PullRequestReview`, `RateLimit`).
Faults are answered as GitHub does: status 200 with `errors`. The type of a limit is the
one that was met (yanyongyu/githubkit, issue 271); no description names it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.fakegithub.auth import who
from tests.fakegithub.operations.call import Answer, Call
from tests.fakegithub.operations.graphql_language import (
    Field,
    Fragment,
    GraphQLSyntax,
    read,
)
from tests.fakegithub.permissions import needs
from tests.fakegithub.records import Comment, Json, Repository, Review
from tests.fakegithub.shapes.basics import node_id, node_number, time_of

Record = dict[str, Any]
CLASSIFIERS = frozenset(
    {
        "ABUSE",
        "DUPLICATE",
        "LOW_QUALITY",
        "OFF_TOPIC",
        "OUTDATED",
        "RESOLVED",
        "SPAM",
    }
)


class GraphQLFault(Exception):  # noqa: N818 - the client's fault, told to it
    """A fault in an answer of status 200."""

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


def name_of(body: Json) -> str:
    """The operation's name for logs and faults: `graphql/minimizeComment`."""
    try:
        wanted = read(body["query"], body.get("variables") or {}).wanted
    except (GraphQLSyntax, KeyError, TypeError, AttributeError):
        return "graphql"
    first = wanted[0]
    return f"graphql/{first.name}" if isinstance(first, Field) else "graphql"


def body_fault(body: Json) -> str | None:
    """What is wrong with the request's own keys."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return "the body has no query"
    unknown = set(body) - {"query", "variables", "operationName"}
    return f"unknown keys {sorted(unknown)}" if unknown else None


def run(call: Call) -> Answer:
    """Answers one document."""
    try:
        return Answer(200, {"data": _data(call)})
    except (GraphQLFault, GraphQLSyntax) as fault:
        return Answer(200, _fault(fault))


def _data(call: Call) -> Record:
    document = read(call.body["query"], call.body.get("variables") or {})
    roots = MUTATIONS if document.kind == "mutation" else QUERIES
    data = {}
    for wanted in document.wanted:
        if isinstance(wanted, Fragment) or wanted.name not in roots:
            raise GraphQLFault(_no_field(wanted, document.kind.title()))
        found = roots[wanted.name](call, wanted.arguments)
        data[wanted.key] = pick(found, wanted.wanted)
    return data


def _fault(fault: Exception) -> dict[str, Json]:
    said: dict[str, Json] = {"message": str(fault)}
    if isinstance(fault, GraphQLFault) and fault.kind:
        said["type"] = fault.kind
    return {"data": None, "errors": [said]}


def limited(caller: str) -> Answer:
    """The primary limit is no refusal by status here, but an error of its own type."""
    said = {
        "type": "RATE_LIMIT",
        "code": "graphql_rate_limit",
        "message": f"API rate limit already exceeded for {caller}.",
    }
    return Answer(200, {"errors": [said]})


def slowed(message: str, headers: dict[str, str]) -> Answer:
    """A secondary limit comes with a status of 403, or like this: by words alone."""
    return Answer(200, {"errors": [{"message": message}]}, headers)


def _no_field(wanted: Field | Fragment, type_name: str) -> str:
    name = wanted.name if isinstance(wanted, Field) else f"... on {wanted.type}"
    return f"Field '{name}' doesn't exist on type '{type_name}'"


def pick(found: Record | None, wanted: Sequence[Field | Fragment]) -> Record | None:
    """The wanted fields of a record; `__typename` names its type."""
    if found is None:
        return None
    if not wanted:
        raise GraphQLFault(f"type '{found['__typename']}' needs a selection of fields")
    made: Record = {}
    for one in wanted:
        if isinstance(one, Fragment):
            if one.type == found["__typename"]:
                made |= pick(found, one.wanted) or {}
        elif one.name not in found:
            raise GraphQLFault(_no_field(one, found["__typename"]))
        elif isinstance(found[one.name], dict):
            made[one.key] = pick(found[one.name], one.wanted)
        else:
            made[one.key] = found[one.name]
    return made


def _reached(call: Call) -> Iterator[Repository]:
    """The repositories that the caller reaches."""
    caller = call.installation
    only = caller.token.repository_ids
    for repository in call.world.repositories.values():
        reached = call.world.covers(caller.installation, repository)
        if reached and (only is None or repository.id in only):
            yield repository


def _find_comment(call: Call, node: str) -> tuple[Repository, Comment]:
    """A comment that the caller reaches."""
    named = node_number(node)
    for repository in _reached(call):
        if named and named[0] == "IC" and named[1] in repository.comments:
            return repository, repository.comments[named[1]]
    raise GraphQLFault(
        f"Could not resolve to a node with the global id of '{node}'.", "NOT_FOUND"
    )


def _find_review(call: Call, node: str) -> Review | None:
    """A review that the caller reaches."""
    named = node_number(node)
    if not named or named[0] != "PRR":
        return None
    every = (repository.reviews.get(named[1]) for repository in _reached(call))
    return next((one for one in every if one is not None), None)


def _review(review: Review) -> Record:
    edited = review.edited_at
    return {
        "__typename": "PullRequestReview",
        "id": node_id("PRR", review.id),
        "databaseId": review.id,
        "body": review.body,
        "lastEditedAt": time_of(edited) if edited else None,
    }


def _comment(comment: Comment) -> Record:
    return {
        "__typename": "IssueComment",
        "id": node_id("IC", comment.id),
        "databaseId": comment.id,
        "body": comment.body,
        "isMinimized": comment.minimized is not None,
        "minimizedReason": comment.minimized.lower() if comment.minimized else None,
    }


def _input(arguments: dict[str, Json], known: set[str]) -> dict[str, Json]:
    said = arguments.get("input")
    if set(arguments) != {"input"} or not isinstance(said, dict):
        raise GraphQLFault("The mutation takes one argument, input")
    if unknown := set(said) - known - {"clientMutationId"}:
        raise GraphQLFault(f"input does not take {sorted(unknown)}")
    if missing := known - set(said):
        raise GraphQLFault(f"input lacks {sorted(missing)}")
    return said


def _writable(call: Call, node: str) -> Comment:
    repository, comment = _find_comment(call, node)
    on_pull = comment.number in repository.pulls
    wanted = needs("graphql/minimize-comment", on_pull=on_pull)
    if not any(need.met(call.installation.token.permissions) for need in wanted):
        raise GraphQLFault("Resource not accessible by integration", "FORBIDDEN")
    return comment


def minimize(call: Call, arguments: dict[str, Json]) -> Record:
    """Folds a comment away, with a reason; doing it twice is no fault."""
    said = _input(arguments, {"subjectId", "classifier"})
    if said["classifier"] not in CLASSIFIERS:
        raise GraphQLFault(f"classifier {said['classifier']!r} is not a reason")
    comment = _writable(call, said["subjectId"])
    comment.minimized = said["classifier"]
    return _mutated("MinimizeCommentPayload", "minimizedComment", said, comment)


def unminimize(call: Call, arguments: dict[str, Json]) -> Record:
    """Unfolds a comment."""
    said = _input(arguments, {"subjectId"})
    comment = _writable(call, said["subjectId"])
    comment.minimized = None
    return _mutated("UnminimizeCommentPayload", "unminimizedComment", said, comment)


def _mutated(kind: str, key: str, said: dict[str, Json], comment: Comment) -> Record:
    return {
        "__typename": kind,
        "clientMutationId": said.get("clientMutationId"),
        key: _comment(comment),
    }


def node(call: Call, arguments: dict[str, Json]) -> Record:
    """A comment or review by its id; the fake knows no other nodes."""
    id_ = str(arguments.get("id"))
    review = _find_review(call, id_)
    return _comment(_find_comment(call, id_)[1]) if review is None else _review(review)


def rate_limit(call: Call, _: dict[str, Json]) -> Record:
    """What is left."""
    now = call.world.clock.seconds()
    left = call.limits.overview(who(call.caller), now, graphql=True)
    return {
        "__typename": "RateLimit",
        "limit": left["limit"],
        "cost": 1,
        "remaining": left["remaining"],
        "used": left["used"],
        "resetAt": time_of(call.world.clock.now()),
    }


def viewer(call: Call, _: dict[str, Json]) -> Record:
    """Whose token it is: the bot."""
    account = call.world.accounts[call.app.bot_id]
    return {"__typename": account.type, "login": account.login}


Resolver = Callable[[Call, dict[str, Json]], Record]
MUTATIONS: dict[str, Resolver] = {
    "minimizeComment": minimize,
    "unminimizeComment": unminimize,
}
QUERIES: dict[str, Resolver] = {
    "node": node,
    "rateLimit": rate_limit,
    "viewer": viewer,
}
