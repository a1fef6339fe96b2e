"""The one thing that only GraphQL does: folding a comment away."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.adapters.github.wire import Text, Wire
from bot.domain.github import Failure, Forbidden, NotFound, Refused, Transient

MINIMISE = (
    "mutation Fold($input: MinimizeCommentInput!) "
    "{ minimizeComment(input: $input) { minimizedComment { isMinimized } } }"
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


MINIMIZED = TypeAdapter(MinimizedAnswerWire)


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
