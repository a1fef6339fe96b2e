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
from bot.presentation.words.failures import why

AGAIN = "GitHub answers again."


def unlisted(failure: Failure) -> str:
    """A sentence on installations that cannot be listed; empty for what has its own.

    That GitHub is away, or does not know us, is told for each call.
    """
    if isinstance(failure, Transient | Unauthorised | RateLimited):
        return ""
    return (
        f"The App's installations cannot be listed: {why(failure)}. Seedgate "
        "finds nothing by itself until they can. See that SEEDGATE_API_URL is the API "
        "of your GitHub (https://HOST/api/v3 of an Enterprise server)."
    )


def trouble(failure: Failure, api_url: str) -> str:
    """A sentence, and its mend where there is one; empty for what is no trouble.

    `api_url` is what was asked: a wrong one looks like a GitHub that is away, or that
    does not know the App.
    """
    match failure:
        case NotFound():
            text = ""
        case Transient(said=said):
            text = (
                f"GitHub cannot be reached, or fails ({said}), at {api_url} "
                "(SEEDGATE_API_URL). It is asked again."
            )
        case Unauthorised(said=said):
            text = (
                f"GitHub does not believe that we are the App ({said}). See that the "
                "private key is one of this App's, that nobody deleted it there, that "
                "SEEDGATE_APP_ID is right, and this machine's clock too, and that "
                f"{api_url} (SEEDGATE_API_URL) is the API of the App's GitHub."
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
