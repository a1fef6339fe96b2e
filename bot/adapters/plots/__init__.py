"""Pictures of a report, drawn with matplotlib: seeds, effects, forests and curves.

No name from a repository is drawn: titles and words stand beside the pictures.
"""

from collections.abc import Iterator, Mapping

from bot.adapters.plots.canvas import picture
from bot.adapters.plots.curves import draw_curves, runs_of
from bot.adapters.plots.effect import draw_effect, has_effect
from bot.adapters.plots.forest import Line, draw_forest, has_forest, size_of
from bot.adapters.plots.forest_lines import change_lines, slice_lines
from bot.adapters.plots.seeds import draw_seeds, has_seeds
from bot.domain.verdict import MetricVerdict, Report
from bot.presentation.changes import change_tables
from bot.presentation.frames import CHANGES, CURVES, EFFECT, SEEDS, SLICES, Picture
from bot.presentation.rows import whole_metrics

Key = tuple[str, str, str]
"""Mode, metric, kind of picture."""


def pictures(report: Report) -> Mapping[Key, Picture]:
    """Every picture that the report has something to show in."""
    of_metrics = {
        (mode.name, metric.name, kind): drawn
        for mode in report.verdict.modes
        for metric in whole_metrics(mode)
        for kind, drawn in _of_metric(report, mode.name, metric)
    }
    return {**of_metrics, **_of_slices(report), **_of_changes(report)}


def _of_metric(
    report: Report, mode: str, metric: MetricVerdict
) -> Iterator[tuple[str, Picture]]:
    if has_effect(metric):
        yield EFFECT, picture(lambda at, palette: draw_effect(at, palette, metric))
    if has_seeds(metric):
        yield SEEDS, picture(lambda at, palette: draw_seeds(at, palette, metric))
    runs = runs_of(report.trials, mode, metric.name)
    if runs:
        yield CURVES, picture(lambda at, palette: draw_curves(at, palette, runs))


def _of_slices(report: Report) -> Mapping[Key, Picture]:
    lines = {
        (mode.name, metric.name, SLICES): slice_lines(mode, metric.name)
        for mode in report.verdict.modes
        for metric in whole_metrics(mode)
    }
    return {key: _forest(many) for key, many in lines.items() if has_forest(many)}


def _of_changes(report: Report) -> Mapping[Key, Picture]:
    lines = {
        (one.mode, one.metric, CHANGES): change_lines(report.verdict, one)
        for one in change_tables(report.verdict)
    }
    return {key: _forest(many) for key, many in lines.items() if has_forest(many)}


def _forest(lines: tuple[Line, ...]) -> Picture:
    return picture(lambda at, palette: draw_forest(at, palette, lines), size_of(lines))
