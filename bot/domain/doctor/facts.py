"""What a checkup has seen, all of it, before anything is said of it.

Where a look at GitHub failed, its failure stands in the place of what was looked for.
Times are seconds since the epoch by our clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.github import (
    AppProfile,
    BranchRules,
    Failure,
    HookDelivery,
    Installation,
    Repository,
)
from bot.domain.github.rates import Budget


@dataclass(frozen=True, slots=True)
class Expected:
    """Who we are and where webhooks should go; `check` is the name of our check.

    `hidden`: the public address is this machine's own, and GitHub is elsewhere.
    """

    app: int
    hook_url: str
    check: str
    hidden: bool = False


class Answer(StrEnum):
    """What came of asking for our own health at the public address."""

    OURS = "ours"
    STRANGE = "strange"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Outside:
    """Our public address as seen from here; `said` is what came instead of us."""

    answer: Answer
    said: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """A policy that is valid, and the bases that it gates (none: the default one)."""

    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no policy on the default branch."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A policy with this many faults; `first` says one."""

    count: int
    first: str


PolicySeen = Sound | Missing | Faulty | Failure


@dataclass(frozen=True, slots=True)
class BranchSeen:
    """A base that is gated, or would be."""

    name: str
    rules: BranchRules | Failure


@dataclass(frozen=True, slots=True)
class RepositorySeen:
    """A repository with its policy and the bases that matter.

    Of these `left_out` were not looked at.
    """

    repository: Repository
    policy: PolicySeen
    branches: tuple[BranchSeen, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class InstallationSeen:
    """An installation; of its repositories `left_out` were not looked at.

    `budget` is None where the server counts no calls.
    """

    installation: Installation
    repositories: tuple[RepositorySeen, ...] | Failure = ()
    left_out: int = 0
    budget: Budget | Failure | None = None


@dataclass(frozen=True, slots=True)
class AppSeen:
    """The App on GitHub; `clock_ahead_s` is our clock less theirs."""

    profile: AppProfile | Failure
    clock_ahead_s: float | Failure
    hook: str | Failure
    deliveries: Sequence[HookDelivery] | Failure
    outside: Outside
    installations: tuple[InstallationSeen, ...] | Failure


@dataclass(frozen=True, slots=True)
class StoreSeen:
    """The store; `fault` is empty where it was reached.

    `nodes` are the machines that have been heard of within the last minute.
    """

    name: str
    fault: str = ""
    mend: str = ""
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it."""

    expected: Expected
    app: AppSeen
    store: StoreSeen = field(default_factory=lambda: StoreSeen(""))
