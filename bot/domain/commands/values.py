"""What people can tell the gate to do on a pull request: a closed set of values.

A SHA in here is what was typed, in lower case: 7 to 40 hex digits that name no commit
before `binding` has seen what they resolve to.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Verb(StrEnum):
    """The word after `/gate`."""

    RUN = "run"
    MORE = "more"
    RETRY = "retry"
    CANCEL = "cancel"
    TARGET = "target"
    ABLATE = "ablate"
    SPLIT = "split"
    SCAN = "scan"
    OK = "ok"
    ACCEPT = "accept"
    UNACCEPT = "unaccept"
    BASELINE = "baseline"
    WHY = "why"
    STATUS = "status"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Run:
    """Judge the head, or say why it need not; empty `modes` are those of the policy."""

    verb: ClassVar[Verb] = Verb.RUN
    sha: str | None = None
    stage: str | None = None
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class More:
    """Add so many seeds per arm past the last look."""

    verb: ClassVar[Verb] = Verb.MORE
    seeds: int


@dataclass(frozen=True, slots=True)
class Retry:
    """Repeat trials that were lost to infrastructure; never a failed one."""

    verb: ClassVar[Verb] = Verb.RETRY


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop trials, keep what is finished.

    `errands` says that nothing but errands was under way: what stood then still stands.
    """

    verb: ClassVar[Verb] = Verb.CANCEL
    errands: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The modes that this commit means to change; at least one."""

    verb: ClassVar[Verb] = Verb.TARGET
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ablate:
    """Judge changes apart now; empty `changes` are all of the branch."""

    verb: ClassVar[Verb] = Verb.ABLATE
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Offer the tested tree without these changes; at least one."""

    verb: ClassVar[Verb] = Verb.SPLIT
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """Try values of one parameter; at least one value."""

    verb: ClassVar[Verb] = Verb.SCAN
    param: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ok:
    """Trust exactly that commit to run on the workers."""

    verb: ClassVar[Verb] = Verb.OK
    sha: str


@dataclass(frozen=True, slots=True)
class UntilCommit:
    """An acceptance that holds as long as this commit is the head."""

    sha: str


@dataclass(frozen=True, slots=True)
class UntilDays:
    """An acceptance that ends so many days after it was given."""

    days: int


Until = UntilCommit | UntilDays


@dataclass(frozen=True, slots=True)
class Accept:
    """Lift one named finding; `until` is None where no end was named.

    `digest` is that of the finding, filled in when the command is granted: nobody
    types it, and without it nothing is lifted.
    """

    verb: ClassVar[Verb] = Verb.ACCEPT
    finding: str
    reason: str
    until: Until | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Unaccept:
    """Take an acceptance back."""

    verb: ClassVar[Verb] = Verb.UNACCEPT
    finding: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """Show the baseline, or add replicates to it with `refresh`."""

    verb: ClassVar[Verb] = Verb.BASELINE
    refresh: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """Ask for every condition that is not met."""

    verb: ClassVar[Verb] = Verb.WHY


@dataclass(frozen=True, slots=True)
class Status:
    """Ask for progress, place in the queue, cost so far and time left."""

    verb: ClassVar[Verb] = Verb.STATUS


@dataclass(frozen=True, slots=True)
class Help:
    """Ask what can be said; of one verb where it is named."""

    verb: ClassVar[Verb] = Verb.HELP
    about: Verb | None = None


Command = (
    Run
    | More
    | Retry
    | Cancel
    | Target
    | Ablate
    | Split
    | Scan
    | Ok
    | Accept
    | Unaccept
    | Baseline
    | Why
    | Status
    | Help
)


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A line of a comment that begins with `/gate`, as it was typed.

    `number` counts lines of the comment from 1. `plain` is False where a part of the
    line is code, HTML, a link or an image, which is never read.
    """

    text: str
    number: int = 1
    plain: bool = True


def named_sha(command: Command) -> str | None:
    """The commit that the command itself names, as it was typed; None for none."""
    match command:
        case Run(sha=sha) | Ok(sha=sha) | Accept(until=UntilCommit(sha=sha)):
            return sha
        case _:
            return None
