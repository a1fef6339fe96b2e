"""Pictures of a report, drawn with matplotlib: seeds, effects and learning curves.

No name from a repository is drawn: titles and words stand beside the pictures.
"""

from collections.abc import Iterator, Mapping

from bot.adapters.plots.canvas import picture
from bot.adapters.plots.curves import draw_curves, runs_of
from bot.adapters.plots.effect import draw_effect, has_effect
from bot.adapters.plots.seeds import draw_seeds, has_seeds
from bot.domain.verdict import MetricVerdict, Report
from bot.presentation.page import CURVES, EFFECT, SEEDS, Picture

Key = tuple[str, str, str]
"""Mode, metric, kind of picture."""


def pictures(report: Report) -> Mapping[Key, Picture]:
    """Every picture that the report has something to show in."""
    return {
        (mode.name, metric.name, kind): drawn
        for mode in report.verdict.modes
        for metric in mode.metrics
        for kind, drawn in _of_metric(report, mode.name, metric)
    }


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
