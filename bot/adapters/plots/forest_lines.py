"""What the lines of a forest are: slices of a metric, changes of a branch."""

from bot.adapters.plots.forest import Line
from bot.domain.verdict import ModeVerdict, Ruling, Verdict
from bot.presentation.changes import ChangeTable, effects_of
from bot.presentation.slices import slices_of


def slice_lines(mode: ModeVerdict, metric: str) -> tuple[Line, ...]:
    """The slices in the order of their table."""
    return tuple(
        Line(
            estimate=one.d,
            low=one.low,
            high=one.high,
            tolerance=one.tolerance or 0.0,
            bad=one.state is Ruling.BLOCK,
        )
        for one in slices_of(mode, metric)
    )


def change_lines(verdict: Verdict, table: ChangeTable) -> tuple[Line, ...]:
    """The changes in the order of their table, each with its effect alone."""
    effects = (one for _, one in effects_of(verdict, table.mode, table.metric))
    return tuple(
        Line(
            estimate=one.d,
            low=one.low,
            high=one.high,
            tolerance=one.tolerance or 0.0,
            bad=one.state is Ruling.BLOCK,
            alone=one.single,
        )
        for one in effects
    )
