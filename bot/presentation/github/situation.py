"""Everything that is said of one head commit, as values that are passed in."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.conclusions import (
    Advisory,
    BudgetSpent,
    Judged,
    Open,
    Outcome,
    Part,
    Partial,
    Plain,
)
from bot.domain.errors import PolicyFault
from bot.domain.verdict import Override, Provenance, Report, Verdict, applied
from bot.presentation.progress import ONE_RUNG, Ladder, Snapshot


@dataclass(frozen=True, slots=True)
class Price:
    """What an evaluation takes: (at the first looks, at the last ones).

    `seconds` are until the verdict. None is not known.
    """

    trials: tuple[int, int]
    cpu_hours: tuple[float, float] | None = None
    gpu_hours: tuple[float, float] | None = None
    seconds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """No trial has started. The next evaluation has `place` 1; None is not known.

    Without `machines` there is none on which one could start.
    """

    place: int | None = None
    starts_s: float | None = None
    price: Price | None = None
    machines: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """Trials run."""

    snapshot: Snapshot
    ladder: Ladder = ONE_RUNG
    price: Price | None = None


Progress = Queued | Started


@dataclass(frozen=True, slots=True)
class Moved:
    """The base was at `judged` and is at `now`; the verdict stands until `ends`."""

    judged: str
    now: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """The policy of the base cannot be read (`faults`); the one at `source` rules."""

    source: str
    faults: tuple[PolicyFault, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the check run and the comments of one head are made from.

    `head` is the commit in full, `base` the name of the branch it goes to, `page` the
    address of the details (https or http), empty where there is none. `progress` is
    shown while the outcome is open, `report` wherever it is given. `overrides` are all
    that stand, whether or not they lift what the report found. `held_up_by` is the pull
    request that has the same head and decides its check run, where that is in the way.
    `grouped` is whether it is a merge group: no command tells of one, none orders
    anything for it, and none signs a link to its report.
    """

    outcome: Outcome
    head: str
    base: str
    page: str = ""
    report: Report | None = None
    progress: Progress | None = None
    moved: Moved | None = None
    instead: Instead | None = None
    overrides: tuple[Override, ...] = field(default=())
    held_up_by: Part | None = None
    grouped: bool = False

    @property
    def plain(self) -> Open | Plain:
        """The outcome without the advisory mode around it."""
        one = self.outcome
        return one.of if isinstance(one, Advisory) else one

    @property
    def address(self) -> str:
        """The page, where a reader gets a link that opens it; else empty."""
        return "" if self.grouped else self.page

    @property
    def shown(self) -> Report | None:
        """The report with the verdict that the outcome was concluded from."""
        match self.plain:
            case Judged(verdict=verdict) | Partial(verdict=verdict):
                return self.with_verdict(verdict)
            case BudgetSpent(verdict=verdict) if verdict is not None:
                return self.with_verdict(verdict)
            case _:
                report = self.report
                return None if report is None else self.with_verdict(report.verdict)

    def with_verdict(self, verdict: Verdict) -> Report:
        """The report with this verdict; a bare one where none was given."""
        known = self.report or Report("", (), Provenance(), verdict)
        accepted = applied(verdict, self.overrides)
        return replace(known, verdict=verdict, accepted=accepted)

    @property
    def lifting(self) -> tuple[Override, ...]:
        """The overrides by which a finding of the report that is shown is lifted."""
        return self.shown.accepted if self.shown is not None else ()
