"""What a failed call to GitHub means, in words; what GitHub said is a part of them."""

from typing import assert_never

from bot.domain.github import (
    Failure,
    Forbidden,
    NotFound,
    Odd,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)
from bot.presentation.escape import one_line

_MOST = 200


def why(failure: Failure) -> str:
    """A part of a sentence, such as `GitHub is at fault or out of reach (502)`."""
    what, said = _parts(failure)
    line = one_line(said, _MOST)
    return f"{what} ({line})" if line else what


def _parts(failure: Failure) -> tuple[str, str]:
    """What it means, and what GitHub said."""
    match failure:
        case NotFound(said):
            parts = "GitHub shows no such thing to this App", said
        case Forbidden(needs, said):
            wanted = f", it takes {' or '.join(needs)}" if needs else ""
            parts = f"GitHub does not let us{wanted}", said
        case RateLimited():
            parts = "GitHub has told us to call less often", ""
        case Transient(said):
            parts = "GitHub is at fault or out of reach", said
        case Refused(said, details):
            parts = "GitHub refused it", " ".join((said, *details))
        case Unauthorised(said):
            parts = "GitHub does not believe who we are", said
        case Odd(said):
            parts = "the answer is not GitHub's", said
        case _:
            assert_never(failure)
    return parts
