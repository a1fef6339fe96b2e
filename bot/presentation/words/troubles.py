"""What the log says of a GitHub that does not do what it is asked."""

from datetime import UTC, datetime
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

AGAIN = "GitHub answers again."


def trouble(failure: Failure) -> str:
    """A sentence, and its mend where there is one; empty for what is no trouble."""
    match failure:
        case NotFound():
            text = ""
        case Transient(said=said):
            text = f"GitHub cannot be reached, or fails ({said}). It is asked again."
        case Unauthorised(said=said):
            text = (
                f"GitHub does not believe that we are the App ({said}). See that the "
                "private key is one of this App's, that nobody deleted it there, that "
                "SEEDGATE_APP_ID is right, and this machine's clock too."
            )
        case Forbidden(needs=needs, said=said):
            wanted = f" It takes the permission {' or '.join(needs)}." if needs else ""
            text = (
                f"GitHub does not let the App do something ({said}).{wanted} "
                "`seedgate doctor` shows what the App lacks; what another App made, "
                "that one alone can change."
            )
        case RateLimited(until=until):
            moment = datetime.fromtimestamp(until, UTC)
            text = f"GitHub has us rest until {moment:%H:%M:%S} UTC."
        case Refused(said=said, details=details):
            text = f"GitHub refused what we asked ({'; '.join([said, *details])})."
        case Odd(said=said):
            text = f"GitHub answered something else than was asked ({said})."
        case _:
            assert_never(failure)
    return text
