"""What only GraphQL does: folding a comment away, and knowing an edited review."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from bot.adapters.github.failing import LIMITED_WORDS
from bot.adapters.github.wire import Text, Wire
from bot.domain.github import Failure, Forbidden, NotFound, Refused, Transient

MINIMISE = (
    "mutation Fold($input: MinimizeCommentInput!) "
    "{ minimizeComment(input: $input) { minimizedComment { isMinimized } } }"
)

EDITED = (
    "query Edited($id: ID!) "
    "{ node(id: $id) { ... on PullRequestReview { lastEditedAt } } }"
)

LIMITED = frozenset({"RATE_LIMIT", "RATE_LIMITED"})
"""GitHub's documentation never said which; the first one was met, in January 2026
(yanyongyu/githubkit, issue 271)."""


class MinimizedWire(Wire):
    """Whether a comment is folded away."""

    isMinimized: bool  # noqa: N815 - GraphQL's name


class MinimizeWire(Wire):
    """The payload of the mutation."""

    minimizedComment: MinimizedWire  # noqa: N815 - GraphQL's name


class MinimizeDataWire(Wire):
    """The mutation's data."""

    minimizeComment: MinimizeWire | None  # noqa: N815 - GraphQL's name


class GraphQLFaultWire(Wire):
    """A fault in an answer of status 200."""

    message: Text = ""
    type: Text = ""


class AnswerWire(Wire):
    """What any answer may have; a bare `message` is one of the front end's."""

    errors: Sequence[GraphQLFaultWire] = ()
    message: Text = ""

    def faults(self) -> Sequence[GraphQLFaultWire]:
        """What went wrong, in whichever form it is told."""
        bare = (GraphQLFaultWire(message=self.message),) if self.message else ()
        return (*self.errors, *bare)


class MinimizedAnswerWire(AnswerWire):
    """The whole answer, good or bad."""

    data: MinimizeDataWire | None = None


class EditedWire(Wire):
    """When a review was last changed; other things than reviews do not say."""

    lastEditedAt: datetime | None  # noqa: N815 - GraphQL's name


class EditedDataWire(Wire):
    """The node that was asked for."""

    node: EditedWire | None


class EditedAnswerWire(AnswerWire):
    """The whole answer, good or bad."""

    data: EditedDataWire | None = None


MINIMIZED = TypeAdapter(MinimizedAnswerWire)
EDITED_AT = TypeAdapter(EditedAnswerWire)


def is_limited(faults: Sequence[GraphQLFaultWire], headers: Mapping[str, str]) -> bool:
    """Whether faults tell of a limit: by type, by words alone, or by when to come back.

    The primary limit has a type; a secondary one may be told by status 200 as well, and
    then by its words.
    """
    said = [one.message.lower() for one in faults]
    words = any(word in one for one in said for word in LIMITED_WORDS)
    named = any(one.type in LIMITED for one in faults)
    return named or words or (bool(faults) and "retry-after" in headers)


def graphql_failure(fault: GraphQLFaultWire) -> Failure:
    """What a fault in an answer of status 200 means."""
    match fault.type:
        case "NOT_FOUND":
            return NotFound(fault.message)
        case "FORBIDDEN" | "INSUFFICIENT_SCOPES":
            return Forbidden((), fault.message)
        case "SERVICE_UNAVAILABLE" | "INTERNAL" | "":
            return Transient(fault.message)
        case _:
            return Refused(fault.message)
