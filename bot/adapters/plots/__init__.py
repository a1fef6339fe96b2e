"""Pictures of a report, drawn with matplotlib: seeds, effects, curves, shares.

No name from a repository is drawn: titles and words stand beside the pictures.
"""

from collections.abc import Iterator, Mapping

from bot.adapters.plots.canvas import picture
from bot.adapters.plots.curves import draw_curves, draw_gap, learning_of
from bot.adapters.plots.effect import draw_effect, has_effect
from bot.adapters.plots.forest import Line, draw_forest, has_forest, size_of
from bot.adapters.plots.forest_lines import change_lines, slice_lines
from bot.adapters.plots.seeds import draw_seeds, has_seeds
from bot.adapters.plots.shares import (
    classes_of,
    draw_classes,
    draw_histogram,
    has_histogram,
)
from bot.domain.verdict import Exhibits, MetricVerdict, Report
from bot.domain.verdict.exhibits import Band, DataSplit, QuantityShown
from bot.presentation.changes import change_numbers, change_tables
from bot.presentation.exhibits.data import unbalanced
from bot.presentation.frames import (
    CHANGES,
    CLASSES,
    CURVES,
    EFFECT,
    GAP,
    HISTOGRAM,
    SEEDS,
    SLICES,
    Picture,
)
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
    return {
        **of_metrics,
        **_of_slices(report),
        **_of_changes(report),
        **dict(_of_exhibits(report.exhibits or Exhibits())),
    }


def _of_metric(
    report: Report, mode: str, metric: MetricVerdict
) -> Iterator[tuple[str, Picture]]:
    if has_effect(metric):
        yield EFFECT, picture(lambda at, palette: draw_effect(at, palette, metric))
    if has_seeds(metric):
        lines = _references(report, mode, metric.name)
        yield SEEDS, picture(lambda at, palette: draw_seeds(at, palette, metric, lines))
    numbers = change_numbers(report.verdict, mode, metric.name)
    shown = learning_of(report.judged, mode, metric.name, numbers)
    if shown:
        yield CURVES, picture(lambda at, palette: draw_curves(at, palette, shown))


def _references(report: Report, mode: str, metric: str) -> list[float]:
    shown = (report.exhibits or Exhibits()).references
    here = [one.value for one in shown if (one.mode, one.metric) == (mode, metric)]
    return [one for one in here if one is not None]


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


def _of_exhibits(shown: Exhibits) -> Iterator[tuple[Key, Picture]]:
    for one in shown.quantities:
        if has_histogram(one):
            yield (one.mode, one.name, HISTOGRAM), _histogram(one)
    for split in shown.data:
        if classes_of(split) and unbalanced(split):
            yield (split.mode, split.split, CLASSES), _classes(split)
    known = {(one.mode, one.metric): one.bands for one in shown.curves}
    for gap in shown.gaps:
        both = [known.get((gap.mode, one), ()) for one in (gap.train, gap.evaluation)]
        if all(both):
            yield (gap.mode, f"{gap.train} {gap.evaluation}", GAP), _gap(*both)


def _histogram(shown: QuantityShown) -> Picture:
    return picture(lambda at, palette: draw_histogram(at, palette, shown))


def _classes(split: DataSplit) -> Picture:
    return picture(lambda at, palette: draw_classes(at, palette, split))


def _gap(train: tuple[Band, ...], evaluation: tuple[Band, ...]) -> Picture:
    return picture(lambda at, palette: draw_gap(at, palette, train, evaluation))
