"""Rows of text that terminal, Markdown and HTML share: one metric, one seed.

Names in them are raw; whoever shows them escapes them for its place.
"""

from dataclasses import dataclass

from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Reason, Report, Ruling
from bot.presentation import numbers
from bot.presentation.details import detail, untested
from bot.presentation.rule import rule
from bot.presentation.words import label
from workers.contract import SELF_REPORTED, SourceKind

NOTHING = "-"
_UNTOLD = (Reason.GUARDRAIL_KEPT, Reason.NOT_SHOWN)
FAILED = "failed"
_UNITS = {SourceKind.WALL_CLOCK: " s", SourceKind.PEAK_MEMORY: " B"}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric in one mode, in words. `effect` is positive where it is better."""

    name: str
    source: str
    better: str
    baseline: str
    branch: str
    effect: str
    interval: str
    rule: str
    seeds: str
    failures: str
    state: Ruling
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One seed: the values of both arms and their oriented difference."""

    seed: str
    baseline: str
    branch: str
    difference: str


def source_words(source: SourceKind) -> str:
    """Who measured it: the trial's own code, or Seedgate from outside."""
    return "self-reported" if source in SELF_REPORTED else "measured by Seedgate"


def digits_of(metric: MetricVerdict) -> int:
    """Decimal places for all numbers of this metric."""
    low, high = metric.low, metric.high
    width = None if low is None or high is None else (high - low) / 2
    spread = width or metric.d or metric.sd
    spread = spread or _distance_to_bound(metric) or metric.branch_mean
    return numbers.places(spread, metric.tolerance, metric.margin)


def _distance_to_bound(metric: MetricVerdict) -> float | None:
    bounds = (metric.target, metric.maximum, metric.minimum)
    known = [one for one in bounds if one is not None]
    if not known or metric.branch_mean is None:
        return None
    return (metric.branch_mean - known[0]) / 10


def modes_in_view(report: Report) -> tuple[ModeVerdict, ...]:
    """Modes with a section of their own: not those whose steps alone were compared."""
    every = report.verdict.modes
    return tuple(one for one in every if one.metrics or one.behaviour is None)


def whole_metrics(mode: ModeVerdict) -> tuple[MetricVerdict, ...]:
    """The metrics of a mode without the slices that are shown under one of them."""
    names = {one.name for one in mode.metrics}
    return tuple(one for one in mode.metrics if one.slice_of not in names)


def metric_rows(mode: ModeVerdict) -> tuple[MetricRow, ...]:
    """The rows of the whole metrics; a metric that was found better says so."""
    better = {one.metric for one in mode.findings if one.reason is Reason.BETTER}
    whole = whole_metrics(mode)
    return tuple(metric_row(one, better=one.name in better) for one in whole)


def metric_row(metric: MetricVerdict, *, better: bool = False) -> MetricRow:
    """The row of one metric or slice."""
    digits, unit = digits_of(metric), _UNITS.get(metric.source, "")
    return MetricRow(
        name=metric.name,
        source=source_words(metric.source),
        better=f"{'lower' if metric.direction.orientation < 0 else 'higher'} is better"
        if metric.direction
        else "",
        baseline=_mean(metric.baseline_mean, digits, unit),
        branch=_mean(metric.branch_mean, digits, unit),
        effect=_effect(metric, digits),
        interval=_interval(metric, digits),
        rule=rule(metric),
        seeds=_seeds(metric),
        failures=_failures(metric),
        state=metric.state,
        result=label(Reason.BETTER) if better else _result(metric),
        detail=detail(metric),
    )


def _mean(value: float | None, digits: int, unit: str) -> str:
    return NOTHING if value is None else f"{numbers.fixed(value, digits)}{unit}"


def _effect(metric: MetricVerdict, digits: int) -> str:
    return NOTHING if metric.d is None else numbers.signed(metric.d, digits)


def _interval(metric: MetricVerdict, digits: int) -> str:
    if metric.low is None and metric.high is None:
        return NOTHING
    if metric.role is Role.TARGET:
        return numbers.plain_interval(metric.low, metric.high, digits)
    return numbers.interval(metric.low, metric.high, digits)


def _seeds(metric: MetricVerdict) -> str:
    if metric.n_baseline == metric.n_branch or not metric.n_baseline:
        return str(metric.n_branch)
    return f"{metric.n_baseline}/{metric.n_branch}"


def _failures(metric: MetricVerdict) -> str:
    if not metric.failed_baseline and not metric.failed_branch:
        return ""
    return (
        f"{metric.failed_baseline} of {metric.n_baseline} baseline and "
        f"{metric.failed_branch} of {metric.n_branch} branch trials failed"
    )


def _result(metric: MetricVerdict) -> str:
    if metric.state is Ruling.INFO and metric.reason is None:
        return "shown only"
    if metric.role is Role.GUARDRAIL and metric.reason in _UNTOLD and metric.d is None:
        return untested(metric)
    return label(metric.reason)


def seed_rows(metric: MetricVerdict) -> tuple[SeedRow, ...]:
    """One row a seed in dispatch order; a failed trial is named, never left out."""
    spread = [
        abs(new - old)
        for _, old, new in metric.per_seed
        if old is not None and new is not None and new != old
    ]
    digits = min(max(digits_of(metric), numbers.places(*spread)), digits_of(metric) + 2)
    return tuple(_seed_row(metric, at, digits) for at in range(len(metric.per_seed)))


def _seed_row(metric: MetricVerdict, at: int, digits: int) -> SeedRow:
    seed, old, new = metric.per_seed[at]
    sign = metric.direction.orientation if metric.direction else 1
    gain = None if old is None or new is None else sign * (new - old)
    return SeedRow(
        seed=NOTHING if seed is None else str(seed),
        baseline=_seed_value(old, digits, ran=at < metric.n_baseline),
        branch=_seed_value(new, digits, ran=at < metric.n_branch),
        difference=NOTHING if gain is None else numbers.signed(gain, digits),
    )


def _seed_value(value: float | None, digits: int, *, ran: bool) -> str:
    if value is None:
        return FAILED if ran else NOTHING
    return numbers.fixed(value, digits)
