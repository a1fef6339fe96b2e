"""What questions about a pull request are answered from, as values."""

from dataclasses import dataclass

from bot.domain.conclusions import Part
from bot.domain.pulls.ordering import holds_up
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Finding, Override, Report
from bot.presentation.github.situation import Progress
from bot.presentation.headline import all_findings, nested


@dataclass(frozen=True, slots=True)
class Measured:
    """When the runs of a mode's baseline ended: oldest and newest, in Unix seconds."""

    mode: str
    oldest: float
    newest: float


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a pull request when somebody asks.

    `standing` is None before it was first looked at. `report` is the last one that was
    kept (see `report_reading`), of whatever head; `lost` is whether a machine lost a
    run of it for good. `progress` is told while trials wait or run. `overrides` are in
    force now. `page` is a fresh address of the details. `held_up_by` is the pull
    request that has the same head and decides its check run, where that is in the way.
    """

    standing: Standing | None = None
    report: Report | None = None
    progress: Progress | None = None
    overrides: tuple[Override, ...] = ()
    page: str = ""
    measured: tuple[Measured, ...] = ()
    held_up_by: Part | None = None
    lost: bool = False

    @property
    def judged(self) -> Report | None:
        """The report, where it is one of the head."""
        if self.report is None or self.standing is None:
            return None
        same = self.report.provenance.head_commit == self.standing.head
        return self.report if same else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings of the head, what decides first."""
        return () if self.judged is None else all_findings(self.judged)

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """Those that hold the merge up: accepted ones do not.

        Of groups of changes only the innermost are told.
        """
        beyond = nested(self.judged) if self.judged is not None else ()
        held = (one for one in self.findings if holds_up(one))
        return tuple(
            one
            for one in held
            if one.key not in beyond and not any(o.lifts(one) for o in self.overrides)
        )

    @property
    def lifting(self) -> tuple[Override, ...]:
        """The overrides of what was found of the head."""
        return tuple(
            one for one in self.overrides if any(map(one.lifts, self.findings))
        )

    @property
    def idle(self) -> tuple[Override, ...]:
        """The overrides of what was not found there."""
        return tuple(one for one in self.overrides if one not in self.lifting)
