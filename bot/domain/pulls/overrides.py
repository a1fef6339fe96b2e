"""Who accepted what, and what of it holds now: worked out of the acts anew each time.

An acceptance is of one finding, by its digest. The digest holds the evidence, so that a
finding that gets worse is another one, and nobody has accepted that. Beside, every
acceptance ends: when it was said to, or when it is old.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.commands import Accept, Unaccept, UntilCommit, UntilDays
from bot.domain.pulls.acts import Act

DAY_S = 86_400.0
USUAL_DAYS = 30
"""How long an acceptance holds at most where nobody named an end."""


@dataclass(frozen=True, slots=True)
class UntilTime:
    """It ends at this time, in Unix seconds."""

    at: float


Until = UntilCommit | UntilTime
"""`UntilCommit` has a SHA in full here: the head for which it was given."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding that somebody accepted. Times are Unix seconds.

    `by_id` is the person's number on GitHub, `by_login` what they were called then.
    `finding` is the id that people see, `digest` what is lifted; without one, nothing.
    """

    finding: str
    by_id: int
    by_login: str
    reason: str
    given_at: float
    until: Until
    digest: str = ""

    @property
    def commit(self) -> str:
        """The head with which it ends; empty where it does not hang on one."""
        return self.until.sha if isinstance(self.until, UntilCommit) else ""

    @property
    def ends_at(self) -> float | None:
        """When it ends by itself; None where it hangs on a commit."""
        return self.until.at if isinstance(self.until, UntilTime) else None

    def holds(self, head: str, now: float) -> bool:
        """Whether it counts for this head, now."""
        match self.until:
            case UntilCommit(sha=sha):
                return sha == head
            case UntilTime(at=at):
                return now < at
            case _:
                assert_never(self.until)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A finding of which somebody took the acceptance back."""

    finding: str
    by_id: int
    by_login: str
    at: float


def entries(acts: Sequence[Act]) -> Iterator[Acceptance | Withdrawal]:
    """What the acts say of acceptances, as they were said; others say nothing.

    Without an end that somebody named, an acceptance holds for `USUAL_DAYS`, on
    whatever head has the finding: a push that leaves the finding as it is needs no
    second word.
    """
    for one in acts:
        match one.command:
            case Accept(finding=name, reason=reason, until=until, digest=digest):
                ends = _ends(until, one.at)
                yield Acceptance(name, one.by, one.login, reason, one.at, ends, digest)
            case Unaccept(finding=name):
                yield Withdrawal(name, one.by, one.login, one.at)
            case _:
                continue


def _ends(until: UntilCommit | UntilDays | None, given: float) -> Until:
    match until:
        case UntilCommit():
            return until
        case UntilDays(days=days):
            return UntilTime(given + days * DAY_S)
        case None:
            return UntilTime(given + USUAL_DAYS * DAY_S)
        case _:
            assert_never(until)


def standing(acts: Sequence[Act], head: str, now: float) -> tuple[Acceptance, ...]:
    """The acceptances that hold for a head (in full), at a time (Unix seconds).

    The last word on a finding counts. In the order in which they were given.
    """
    return tuple(one for one in _last(acts) if one.holds(head, now))


def next_end(acts: Sequence[Act], now: float) -> float | None:
    """When the next acceptance ends by itself, in Unix seconds; None where none does.

    Whatever the head is: one that does not count for it ends all the same.
    """
    ends = (one.ends_at for one in _last(acts))
    return min((at for at in ends if at is not None and at > now), default=None)


def _last(acts: Sequence[Act]) -> Iterator[Acceptance]:
    """The findings whose last word is an acceptance that lifts something."""
    words: dict[str, Acceptance | Withdrawal] = {}
    for one in entries(acts):
        words.pop(one.finding, None)  # a later word stands later
        words[one.finding] = one
    given = (one for one in words.values() if isinstance(one, Acceptance))
    yield from (one for one in given if one.digest)


def spoken_of(acts: Iterable[Act]) -> frozenset[str]:
    """Ids of findings that were accepted, or whose acceptance was taken back."""
    told = (one.command for one in acts)
    return frozenset(one.finding for one in told if isinstance(one, Accept | Unaccept))


def accepted_ids(acts: Iterable[Act]) -> frozenset[str]:
    """Ids of findings that were accepted and not taken back since, on any head."""
    held = set[str]()
    for one in acts:
        match one.command:
            case Accept(finding=name):
                held.add(name)
            case Unaccept(finding=name):
                held.discard(name)
            case _:
                continue
    return frozenset(held)
