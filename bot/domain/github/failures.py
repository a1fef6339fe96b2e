"""How a call to GitHub can end badly: a closed set, each kind with its own remedy."""

from dataclasses import dataclass
from typing import assert_never


@dataclass(frozen=True, slots=True)
class NotFound:
    """It is not there, or it is hidden from us: GitHub says the same to both."""

    said: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """We may not. `needs` names permissions that would do, as `checks=write`."""

    needs: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Not before `until`, in seconds since the epoch by our clock."""

    until: float


@dataclass(frozen=True, slots=True)
class Transient:
    """A server's fault, or the network's. Whether it took effect is not known."""

    said: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What we asked for is wrong, and will be wrong again; `details` say where."""

    said: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """Who we say we are is not believed, with a fresh token either."""

    said: str


@dataclass(frozen=True, slots=True)
class Odd:
    """An answer that is not what was asked for. It may have taken effect."""

    said: str


Failure = NotFound | Forbidden | RateLimited | Transient | Refused | Unauthorised | Odd


class GitHubError(Exception):
    """A call that failed; what to do is told by `failure` alone. Holds no secret."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure; `str()` shows it."""
        super().__init__(str(failure))
        self.failure = failure


def uncertain(failure: Failure) -> bool:
    """Whether the call may have taken effect, though it failed."""
    match failure:
        case Transient() | Odd():
            return True
        case NotFound() | Forbidden() | RateLimited() | Refused() | Unauthorised():
            return False
        case _:
            assert_never(failure)
