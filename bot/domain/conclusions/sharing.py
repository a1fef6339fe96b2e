"""Several pull requests with one head commit: which of them its check run is of."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.conclusions.concluding import CheckState, Conclusion, Status, state_of
from bot.domain.conclusions.outcomes import (
    Advisory,
    Closed,
    NotGated,
    Open,
    Outcome,
    Plain,
    Superseded,
    WaitingForTrust,
)

_WORST_FIRST = tuple(Conclusion)
_SOONEST_FIRST = (Status.IN_PROGRESS, Status.QUEUED)
_LETS_IN = (Conclusion.SUCCESS, Conclusion.NEUTRAL)


@dataclass(frozen=True, slots=True)
class Part:
    """One pull request of those that share a head commit, and the base it goes to.

    `over` says that it has no more to say, `untrusted` that nothing of it may run.
    """

    pull: int
    base: str
    state: CheckState
    over: bool = False
    untrusted: bool = False


def part_of(pull: int, base: str, outcome: Outcome) -> Part:
    """The part that a pull request with this outcome has in its head's check run."""
    plain = _plain(outcome)
    return Part(
        pull,
        base,
        state_of(outcome),
        over=isinstance(plain, Superseded | Closed | NotGated),
        untrusted=isinstance(plain, WaitingForTrust),
    )


def deciding_part(parts: Sequence[Part]) -> Part:
    """The pull request that speaks for a commit; at least one.

    Nothing has ended while one of them is open. A pull request that is over does not
    speak while another is not, and an untrusted one never worsens a trusted one onto
    the same base. Of equals the lowest number speaks.
    """
    if not parts:
        raise ValueError("A check run needs a pull request.")
    gated = [one for one in parts if not one.over] or list(parts)
    trusted = {one.base for one in gated if not one.untrusted}
    heard = [one for one in gated if one.base not in trusted or not one.untrusted]
    return min(heard, key=lambda one: (_badness(one.state), one.pull))


def held_up_by(part: Part, others: Sequence[Part]) -> Part | None:
    """Which of the others holds up a pull request that has its own answer.

    None where it has none yet, speaks for the commit itself, or may be merged.
    """
    decides = deciding_part([part, *others])
    if part.state.conclusion is None or decides.pull == part.pull:
        return None
    return None if decides.state.conclusion in _LETS_IN else decides


def _plain(outcome: Outcome) -> Open | Plain:
    return outcome.of if isinstance(outcome, Advisory) else outcome


def _badness(state: CheckState) -> int:
    """Lower is worse; what is open comes first, and of that what runs."""
    if state.conclusion is None:
        return _SOONEST_FIRST.index(state.status) - len(_SOONEST_FIRST)
    return _WORST_FIRST.index(state.conclusion)
