"""What the report page shows, as text ready to be laid out: nothing left to decide."""

from dataclasses import dataclass

from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Report, Ruling
from bot.presentation import numbers
from bot.presentation.background import (
    HOW_TO_READ,
    cost_line,
    cost_rows,
    looks_line,
    provenance_rows,
)
from bot.presentation.headline import answer, because, next_steps
from bot.presentation.listing import FindingRow, TrialRow, finding_rows, trial_row
from bot.presentation.rows import FAILED, MetricRow, SeedRow, metric_rows, seed_rows

SEEDS = "seeds"
EFFECT = "effect"
CURVES = "curves"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as SVG, drawn for a light and for a dark page."""

    light: bytes
    dark: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of one picture: its kind, title, caption, and words for no picture."""

    kind: str
    title: str
    caption: str
    alt: str
    missing: str


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One metric: its row, its pictures' frames, and every seed."""

    row: MetricRow
    frames: tuple[Frame, ...]
    seeds: tuple[SeedRow, ...]
    effect: str
    effect_name: str
    seeds_name: str


@dataclass(frozen=True, slots=True)
class ModeCard:
    """One mode with its metrics."""

    name: str
    state: Ruling
    about: str
    targeted: bool
    metrics: tuple[MetricCard, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page, top to bottom."""

    evaluation: str
    state: Ruling
    answer: str
    because: str
    steps: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    modes: tuple[ModeCard, ...]
    findings: tuple[FindingRow, ...]
    trials: tuple[TrialRow, ...]
    how_to_read: tuple[str, ...]
    provenance: tuple[tuple[str, str], ...]
    cost: tuple[tuple[str, str], ...]


def page(report: Report) -> Page:
    """The page of a report."""
    return Page(
        evaluation=report.evaluation,
        state=report.verdict.state,
        answer=answer(report.verdict.state),
        because=because(report),
        steps=next_steps(report),
        about=_about(report),
        modes=tuple(_mode(one) for one in report.verdict.modes),
        findings=finding_rows(report),
        trials=tuple(trial_row(one) for one in report.trials),
        how_to_read=HOW_TO_READ,
        provenance=(
            ("Stages", ", ".join(report.stages)),
            *provenance_rows(report.provenance),
        ),
        cost=cost_rows(report.cost),
    )


def _about(report: Report) -> tuple[tuple[str, str], ...]:
    provenance = report.provenance
    rows = (
        ("Repository", provenance.repository),
        ("Branch", provenance.head_revision or provenance.head_commit),
        ("Into", provenance.base_revision or provenance.base_commit),
        ("Cost", cost_line(report.cost)),
    )
    return tuple((what, value) for what, value in rows if value)


def _mode(mode: ModeVerdict) -> ModeCard:
    return ModeCard(
        name=mode.name,
        state=mode.state,
        about=looks_line(mode),
        targeted=mode.targeted,
        metrics=tuple(
            _card(metric, row)
            for metric, row in zip(mode.metrics, metric_rows(mode), strict=True)
        ),
    )


def _card(metric: MetricVerdict, row: MetricRow) -> MetricCard:
    seeds = seed_rows(metric)
    compared = metric.role is not Role.TARGET
    return MetricCard(
        row=row,
        frames=_frames(metric, row, seeds),
        seeds=seeds,
        effect=row.effect if compared else row.branch,
        effect_name=_effect_name(metric) if compared else "mean",
        seeds_name="seeds per arm" if metric.n_baseline else "trials",
    )


def _effect_name(metric: MetricVerdict) -> str:
    if metric.direction is None:
        return "difference (branch minus baseline)"
    return "effect (positive is better)"


def _frames(
    metric: MetricVerdict, row: MetricRow, seeds: tuple[SeedRow, ...]
) -> tuple[Frame, ...]:
    effect = () if metric.role is Role.LIMIT else (_effect_frame(metric, row),)
    paired = bool(metric.n_baseline)
    return (*effect, _seeds_frame(row, seeds, paired=paired), _curves_frame(row))


def _effect_frame(metric: MetricVerdict, row: MetricRow) -> Frame:
    if metric.role is Role.TARGET:
        return Frame(
            EFFECT,
            "Mean against the target",
            "Dots: single trials. Bar: where the mean is proven to be.",
            f"{row.name}: mean {row.branch}, interval {row.interval}, {row.rule}",
            "Too few trials ended with a value.",
        )
    side = " Right is better." if metric.direction else ""
    return Frame(
        EFFECT,
        "Effect against the tolerance" if metric.tolerance else "Effect",
        f"Dots: single seeds. Bar: what is proven.{side}",
        f"{row.name}: effect {row.effect}, interval {row.interval}, {row.rule}",
        "Too few seeds ended with a value on both arms.",
    )


def _seeds_frame(row: MetricRow, seeds: tuple[SeedRow, ...], *, paired: bool) -> Frame:
    failed = sum((one.baseline == FAILED) + (one.branch == FAILED) for one in seeds)
    crosses = " A cross is a failed run." if failed else ""
    lines = "A line joins both runs of a seed; the" if paired else "The"
    return Frame(
        SEEDS,
        "Every seed",
        f"{lines} short bar is the mean.{crosses}",
        f"{row.name} of {numbers.counted(len(seeds), 'seed')}: baseline mean "
        f"{row.baseline}, branch mean {row.branch}, {failed} failed",
        "No trial has ended.",
    )


def _curves_frame(row: MetricRow) -> Frame:
    return Frame(
        CURVES,
        "Learning curves",
        "Line: mean over seeds. Band: lowest to highest. Scaled to the last three "
        "quarters.",
        f"{row.name} over training steps for both arms",
        "This metric has one value a trial, so it has no curve.",
    )
