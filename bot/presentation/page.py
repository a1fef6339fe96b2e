"""What the report page shows, as text ready to be laid out: nothing left to decide."""

from dataclasses import dataclass

from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Report, Ruling
from bot.presentation.background import (
    cost_line,
    cost_rows,
    how_to_read,
    looks_line,
    provenance_rows,
)
from bot.presentation.changes import (
    WHAT_IT_SHOWS,
    ChangeTable,
    Unjudged,
    change_tables,
    unjudged,
)
from bot.presentation.exhibits import (
    SampleCard,
    Section,
    first_sections,
    last_sections,
    price_line,
    sample_cards,
)
from bot.presentation.frames import (
    Frame,
    ablated,
    changes_frame,
    metric_frames,
    slices_frame,
)
from bot.presentation.headline import answered, because
from bot.presentation.listing import FindingRow, TrialRow, finding_rows, trial_row
from bot.presentation.rows import (
    MetricRow,
    SeedRow,
    metric_rows,
    modes_in_view,
    seed_rows,
    whole_metrics,
)
from bot.presentation.slices import SliceTable, slice_table
from bot.presentation.steps import Advice, Step, next_steps

_NAMELESS = "HEAD"


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One metric: its row, its pictures' frames, every seed, and its slices."""

    row: MetricRow
    frames: tuple[Frame, ...]
    seeds: tuple[SeedRow, ...]
    effect: str
    effect_name: str
    seeds_name: str
    slices: SliceTable | None
    slices_frame: Frame | None

    @property
    def state(self) -> Ruling:
        """The worse of the metric's and its slices': a slice can block alone."""
        if self.slices is None or self.slices.state is not Ruling.BLOCK:
            return self.row.state
        return Ruling.BLOCK


@dataclass(frozen=True, slots=True)
class ModeCard:
    """One mode with its metrics."""

    name: str
    state: Ruling
    about: str
    targeted: bool
    metrics: tuple[MetricCard, ...]


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """The changes of the branch by one metric in one mode."""

    table: ChangeTable
    about: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page, top to bottom."""

    evaluation: str
    state: Ruling
    answer: str
    because: str
    steps: tuple[Step, ...]
    about: tuple[tuple[str, str], ...]
    first: tuple[Section, ...]
    modes: tuple[ModeCard, ...]
    price: str
    last: tuple[Section, ...]
    samples: tuple[SampleCard, ...]
    changes: tuple[ChangeCard, ...]
    unjudged: tuple[Unjudged, ...]
    findings: tuple[FindingRow, ...]
    quiet_findings: tuple[FindingRow, ...]
    trials: tuple[TrialRow, ...]
    how_to_read: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    cost: tuple[tuple[str, str], ...]


def page(report: Report, advice: Advice = next_steps) -> Page:
    """The page of a report; `advice` is for those who read it."""
    findings = finding_rows(report)
    return Page(
        evaluation=report.evaluation,
        state=report.verdict.state,
        answer=answered(report),
        because=because(report),
        steps=advice(report),
        about=_about(report),
        first=tuple(first_sections(report)),
        modes=tuple(_mode(one, report) for one in modes_in_view(report)),
        price=price_line(report),
        last=tuple(last_sections(report)),
        samples=tuple(sample_cards(report)),
        changes=tuple(_changes(one) for one in change_tables(report.verdict)),
        unjudged=unjudged(report.verdict),
        findings=tuple(one for one in findings if not one.quiet),
        quiet_findings=tuple(one for one in findings if one.quiet),
        trials=tuple(trial_row(one) for one in report.trials),
        how_to_read=how_to_read(report),
        provenance=(
            ("Stages", ", ".join(report.stages)),
            *provenance_rows(report.provenance),
        ),
        cost=cost_rows(report.cost),
    )


def _about(report: Report) -> tuple[tuple[str, str], ...]:
    provenance = report.provenance
    named = provenance.head_revision not in ("", _NAMELESS)
    head = provenance.head_revision if named else provenance.head_commit
    rows = (
        ("Repository", provenance.repository),
        ("Branch", head),
        ("Into", provenance.base_revision or provenance.base_commit),
        ("Cost", cost_line(report.cost)),
    )
    return tuple((what, value) for what, value in rows if value)


def _mode(mode: ModeVerdict, report: Report) -> ModeCard:
    thin = ablated(report.judged, mode.name)
    return ModeCard(
        name=mode.name,
        state=mode.state,
        about=looks_line(mode),
        targeted=mode.targeted,
        metrics=tuple(
            _card(mode, metric, row, thin=thin)
            for metric, row in zip(whole_metrics(mode), metric_rows(mode), strict=True)
        ),
    )


def _card(
    mode: ModeVerdict, metric: MetricVerdict, row: MetricRow, *, thin: bool
) -> MetricCard:
    seeds, slices = seed_rows(metric), slice_table(mode, metric.name)
    compared = metric.role is not Role.TARGET
    return MetricCard(
        row=row,
        frames=metric_frames(metric, row, seeds, thin=thin),
        seeds=seeds,
        effect=row.effect if compared else row.branch,
        effect_name=_effect_name(metric) if compared else "mean",
        seeds_name="seeds per arm" if metric.n_baseline else "trials",
        slices=slices,
        slices_frame=slices_frame(slices) if slices else None,
    )


def _changes(table: ChangeTable) -> ChangeCard:
    tolerance = f" Tolerance {table.tolerance}." if table.tolerance else ""
    return ChangeCard(table, f"{WHAT_IT_SHOWS}{tolerance}", changes_frame(table))


def _effect_name(metric: MetricVerdict) -> str:
    if metric.direction is None:
        return "difference (branch minus baseline)"
    return "effect (positive is better)"
