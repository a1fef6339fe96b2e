"""Several pull requests with one head commit: which of them its check run is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.conclusions.concluding import (
    Conclusion,
    conclude,
)
from bot.domain.conclusions.outcomes import (
    Advisory,
    Closed,
    Open,
    Outcome,
    Plain,
    Running,
    Superseded,
    Waiting,
    WaitingForTrust,
)

_WORST_FIRST = tuple(Conclusion)


@dataclass(frozen=True, slots=True)
class Part:
    """One pull request of those that share a head commit, and the base it goes to."""

    pull: int
    base: str
    outcome: Outcome


def deciding_part(parts: Sequence[Part]) -> Part:
    """The pull request that speaks for a commit; at least one.

    Nothing has ended while one of them is open. A pull request that is over does not
    speak while another is not, and an untrusted one never worsens a trusted one onto
    the same base. Of equals the lowest number speaks.
    """
    if not parts:
        raise ValueError("A check run needs a pull request.")
    gated = [one for one in parts if not _is_over(one.outcome)] or list(parts)
    trusted = {one.base for one in gated if not _is_untrusted(one.outcome)}
    heard = [
        one
        for one in gated
        if one.base not in trusted or not _is_untrusted(one.outcome)
    ]
    return min(heard, key=lambda one: (_badness(one.outcome), one.pull))


def _is_over(outcome: Outcome) -> bool:
    return isinstance(_plain(outcome), Superseded | Closed)


def _is_untrusted(outcome: Outcome) -> bool:
    return isinstance(_plain(outcome), WaitingForTrust)


def _plain(outcome: Outcome) -> Open | Plain:
    return outcome.of if isinstance(outcome, Advisory) else outcome


def _badness(outcome: Outcome) -> int:
    """Lower is worse; what is open comes first, and of that what runs."""
    match outcome:
        case Running():
            return -2
        case Waiting():
            return -1
        case _:
            return _WORST_FIRST.index(conclude(outcome))
