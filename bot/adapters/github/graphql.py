"""What only GraphQL does: folding a comment away, and knowing an edited review."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter

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


class MinimizedAnswerWire(Wire):
    """The whole answer, good or bad."""

    data: MinimizeDataWire | None = None
    errors: Sequence[GraphQLFaultWire] = ()


class EditedWire(Wire):
    """When a review was last changed; other things than reviews do not say."""

    lastEditedAt: datetime | None  # noqa: N815 - GraphQL's name


class EditedDataWire(Wire):
    """The node that was asked for."""

    node: EditedWire | None


class EditedAnswerWire(Wire):
    """The whole answer, good or bad."""

    data: EditedDataWire | None = None
    errors: Sequence[GraphQLFaultWire] = ()


MINIMIZED = TypeAdapter(MinimizedAnswerWire)
EDITED_AT = TypeAdapter(EditedAnswerWire)


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
