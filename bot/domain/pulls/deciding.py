"""What to do about one pull request, from all that is known of it: `next_move`."""

from dataclasses import dataclass, field
from typing import assert_never

from bot.domain.conclusions import (
    Cancelled,
    Closed,
    Conflict,
    Drafted,
    Impossible,
    NotNeeded,
    Plain,
    WaitingForTrust,
)
from bot.domain.pulls.acts import Orders


@dataclass(frozen=True, slots=True)
class Ungated:
    """No check run belongs here: no policy, or none for this base branch."""

    why: str


@dataclass(frozen=True, slots=True)
class Unruled:
    """The policy cannot be read, and there never was one that could."""

    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Gated:
    """A policy rules this base branch."""


Gate = Ungated | Unruled | Gated


@dataclass(frozen=True, slots=True)
class Mergeable:
    """There is a tree that would land; `relevant` says whether training could see it.

    Trees in git's names.
    """

    base_tree: str
    merged_tree: str
    relevant: bool = True


@dataclass(frozen=True, slots=True)
class Unmergeable:
    """Head and base are in conflict over these files; or not `related` at all."""

    files: tuple[str, ...] = ()
    related: bool = True


Landing = Mergeable | Unmergeable


@dataclass(frozen=True, slots=True)
class PullFacts:
    """All that one decision hangs on.

    `insider` says that the commit comes from somebody who may write, on a branch of the
    repository itself. `sandboxed` says that a sandbox has proved itself on a node, and
    `judged` that a verdict of this commit is said already, on the base that counts.
    """

    open: bool
    draft: bool
    gate: Gate
    insider: bool
    landing: Landing
    orders: Orders = field(default_factory=Orders)
    sandboxed: bool = False
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing is said here; what was said before is taken back."""

    why: str


@dataclass(frozen=True, slots=True)
class Say:
    """There is an answer, and nothing has to run for it."""

    outcome: Plain


@dataclass(frozen=True, slots=True)
class Judge:
    """Trials have to say."""


Move = Silent | Say | Judge


def next_move(facts: PullFacts) -> Move:
    """The one thing to do: who may run code is asked before anything runs."""
    match facts.gate:
        case _ if not facts.open:
            return Say(Closed())
        case Ungated(why=why):
            return Silent(why)
        case Unruled(problem=problem, mend=mend):
            return Say(Impossible(problem, mend))
        case Gated():
            return _gated(facts)
        case _:
            assert_never(facts.gate)


def _gated(facts: PullFacts) -> Move:
    match facts.landing:
        case Unmergeable(files=files, related=related):
            return Say(Conflict(files, related))
        case Mergeable(relevant=False):
            return Say(NotNeeded())
        case _ if not may_run(facts):
            return Say(WaitingForTrust(recorded=facts.orders.trusted))
        case _:
            return _stopped(facts)


def may_run(facts: PullFacts) -> bool:
    """Whether the head's code may run on the workers, whatever else is to be said."""
    return facts.insider or (facts.orders.trusted and facts.sandboxed)


def _stopped(facts: PullFacts) -> Move:
    if facts.orders.cancelled_by:
        return Say(Cancelled(facts.orders.cancelled_by))
    if facts.draft and not (facts.orders.asked or facts.judged):
        return Say(Drafted())
    return Judge()
