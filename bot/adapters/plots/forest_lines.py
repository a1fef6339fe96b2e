"""What the lines of a forest are: slices of a metric, changes of a branch."""

from dataclasses import replace

from bot.adapters.plots.forest import Line
from bot.domain.verdict import (
    ChangeEffect,
    MetricVerdict,
    ModeVerdict,
    Ruling,
    Verdict,
)
from bot.presentation.changes import ChangeTable, effects_of
from bot.presentation.slices import slices_of


def slice_lines(mode: ModeVerdict, metric: str) -> tuple[Line, ...]:
    """The slices in the order of their table."""
    return tuple(map(_line, slices_of(mode, metric)))


def change_lines(verdict: Verdict, table: ChangeTable) -> tuple[Line, ...]:
    """The changes in the order of their table, each with its effect alone."""
    effects = (one for _, one in effects_of(verdict, table.mode, table.metric))
    return tuple(replace(_line(one), alone=one.single) for one in effects)


def _line(one: MetricVerdict | ChangeEffect) -> Line:
    return Line(
        estimate=one.d,
        low=one.low,
        high=one.high,
        tolerance=one.tolerance or 0.0,
        bad=one.state is Ruling.BLOCK,
    )
