"""What the branch costs in code beside what it gains, and what was expected of it."""

from collections.abc import Iterator, Sequence

from bot.domain.policy import Role
from bot.domain.verdict import Forecast, MetricVerdict, Reason, Report, Ruling
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.exhibits.section import MODE, Column, Row, Section, in_modes
from bot.presentation.rows import NOTHING, digits_of, metric_row

_MOST_GAINS = 4
_JUDGED = (Role.PRIMARY, Role.IMPROVE)
_OUTCOMES = {"met": "as expected", "missed": "not as expected"}
_LONGEST = 60


def price_line(report: Report) -> str:
    """`The branch adds 41 lines ...; complexity 120 to 131 (+11) ...`, or nothing."""
    price = report.price
    if price is None:
        return ""
    lines = numbers.counted(price.insertions, "line")
    files = numbers.counted(price.files, "file")
    what = f"The branch adds {lines} and takes {price.deletions} away, in {files}"
    gains = numbers.some(list(_gains(report)), _MOST_GAINS)
    measured = f" Its effect (+ is better): {gains}." if gains else ""
    return f"{what}{_complexity(report)}.{measured}"


def _complexity(report: Report) -> str:
    price = report.price
    if price is None or price.complexity is None:
        return ""
    before, after = price.complexity
    change = f"{after - before:+d}" if after != before else "as before"
    unread = numbers.counted(len(price.unread), "file")
    left = f", without {unread} that could not be read" if price.unread else ""
    return f"; cyclomatic complexity {before} to {after} ({change}{left})"


def _gains(report: Report) -> Iterator[str]:
    for mode in report.verdict.modes:
        for metric in mode.metrics:
            if metric.role in _JUDGED and metric.d is not None and not metric.slice_of:
                made = metric_row(metric)
                known = "" if made.interval == NOTHING else f" {made.interval}"
                yield f"{made.name} {made.effect}{known} in {mode.name}"


def forecasts(report: Report) -> Iterator[Section]:
    """Expectation against outcome, one row an `Expected:` line."""
    table = Section(
        title="Expected and found",
        about="Changes of the metric itself, as written: below 0 it falls."
        f"{_spread(report)}",
        columns=(
            MODE,
            ("metric", Column.NAME),
            ("expected", Column.NUMBER),
            ("likelihood", Column.NUMBER),
            ("effort", Column.TEXT),
            ("found", Column.NUMBER),
            ("outcome", Column.BADGE),
        ),
        rows=tuple(
            Row((one.mode or NOTHING, *_cells(report, one)), _state(one))
            for one in report.forecasts
        ),
        brief=True,
    )
    yield from in_modes(report, table)


def _spread(report: Report) -> str:
    """How rows of one line that names no mode are to be read; mostly nothing."""
    scored = (
        one
        for one in report.verdict.findings
        if one.reason is Reason.HYPOTHESIS_SCORED and one.evidence.get("modes")
    )
    if next(scored, None) is None:
        return ""
    return (
        " A line that names no mode has a row for each mode that it was held against, "
        "and counts once: as expected where it is so in all of them."
    )


def _cells(report: Report, one: Forecast) -> Sequence[str]:
    likely = NOTHING if one.likelihood is None else numbers.percent(one.likelihood)
    return (
        one.metric,
        _expected(one),
        likely,
        one_line(one.effort, _LONGEST) or NOTHING,
        _found(one, _metric(report, one)),
        _OUTCOMES.get(one.outcome, "still open"),
    )


def _expected(one: Forecast) -> str:
    if one.relative:
        return _percent(one) if one.expected else "no change"
    return numbers.signed(one.expected, numbers.places(one.expected))


def _percent(one: Forecast) -> str:
    sign = "+" if one.expected > 0 else "-"
    return f"{sign}{numbers.percent(abs(one.expected))}"


def _state(one: Forecast) -> Ruling:
    return Ruling.PASS if one.outcome == "met" else Ruling.INFO


def _metric(report: Report, one: Forecast) -> MetricVerdict | None:
    known = (
        metric
        for mode in report.verdict.modes
        for metric in mode.metrics
        if one.mode in (None, mode.name) and metric.name == one.metric
    )
    return next(known, None)


def _found(one: Forecast, metric: MetricVerdict | None) -> str:
    """The change of the metric itself, with its interval turned along."""
    if one.d is None:
        return NOTHING
    sign = metric.direction.orientation if metric and metric.direction else 1
    digits = digits_of(metric) if metric else numbers.places(one.d)
    ends = (one.low, one.high) if sign > 0 else (_turned(one.high), _turned(one.low))
    change = numbers.signed(sign * one.d, digits)
    if ends == (None, None):
        return change
    return f"{change}\n{numbers.interval(*ends, digits)}"


def _turned(value: float | None) -> float | None:
    return None if value is None else -value
