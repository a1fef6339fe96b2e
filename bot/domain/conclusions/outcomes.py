"""How an evaluation can end, or stand: a closed union."""

from dataclasses import dataclass

from bot.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is recorded, and no trial has started."""


@dataclass(frozen=True, slots=True)
class Running:
    """Trials run."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The whole plan of the policy was judged."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Partial:
    """A run that was narrower than the policy's plan: it can block, and never pass."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """Nothing relevant to training changed, by the hash of the relevant paths."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The head does not merge into its base, because of these files.

    Or because they are not `related`: they have no history in common.
    """

    files: tuple[str, ...] = ()
    related: bool = True


@dataclass(frozen=True, slots=True)
class WaitingForTrust:
    """Nothing of an untrusted commit runs.

    `recorded`: somebody vouched for it, but no node has a sandbox that has proved
    itself.
    """

    recorded: bool = False


@dataclass(frozen=True, slots=True)
class WaitingForTarget:
    """These modes changed, and nobody said which the commit means to change."""

    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """The policy asks for what cannot be judged, such as too small a tolerance.

    Both are sentences for its owner, as a `UserFault` has them.
    """

    problem: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """The budget of trials or hours was spent before there was an answer."""

    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """There was no answer within `limit_s` seconds, where the limit is known."""

    limit_s: float | None = None


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer commit, `by`, is the head; empty where it is not known."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The pull request was closed."""


@dataclass(frozen=True, slots=True)
class OwnFault:
    """Our machinery broke; it says nothing of the branch."""

    problem: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody stopped it; `by` is a login."""

    by: str = ""


@dataclass(frozen=True, slots=True)
class Drafted:
    """It is a draft, and nobody asked for a run."""


@dataclass(frozen=True, slots=True)
class NotGated:
    """It goes to a branch now that no policy rules."""


Open = Waiting | Running
Plain = (
    Judged
    | Partial
    | NotNeeded
    | Conflict
    | WaitingForTrust
    | WaitingForTarget
    | Impossible
    | BudgetSpent
    | TimeSpent
    | Superseded
    | Closed
    | Cancelled
    | Drafted
    | NotGated
    | OwnFault
)


@dataclass(frozen=True, slots=True)
class Advisory:
    """How it ended where the policy says `enforcement: advisory`."""

    of: Plain


Ended = Plain | Advisory
Outcome = Open | Ended
