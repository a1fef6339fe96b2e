"""Slices and changes on the terminal: what matters in view, the rest counted."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.cli.screen import clean
from bot.domain.verdict import ModeVerdict, Ruling, Verdict
from bot.presentation.changes import ChangeRow, ChangeTable, change_tables, unjudged
from bot.presentation.rows import NOTHING
from bot.presentation.slices import SliceRow, slice_table

COLOURS = {
    Ruling.PASS: "green",
    Ruling.BLOCK: "red",
    Ruling.UNDECIDED: "yellow",
    Ruling.INFO: "default",
}
NARROW = 72
"""Columns below which nothing stands in a table."""
_WIDEST = 100


def print_within(console: Console, thing: Panel | Table | Padding | Text) -> None:
    """Print within the width of the terminal, and never wider than is readable."""
    width = min(console.width, _WIDEST)
    console.print(thing, soft_wrap=False, width=width)


def show_slices(mode: ModeVerdict, metric: str, console: Console) -> None:
    """The slices of a metric, worst first; those that are left are counted."""
    table = slice_table(mode, metric)
    if table is None:
        return
    rule = f" ({table.rule})" if table.rule else ""
    title = Text.assemble(
        (f"slices of {clean(metric)}{rule}: ", "bold"),
        (table.summary, f"bold {COLOURS[table.state]}"),
    )
    print_within(console, Padding(title, (1, 0, 0, 2)))
    if console.width < NARROW:
        _stack([_slice_facts(one) for one in table.first], console)
    else:
        print_within(console, Padding(_slices(table.first), (0, 0, 0, 2)))
    if table.rest:
        print_within(
            console, Padding(Text(f"and {table.more}", style="dim"), (0, 0, 0, 2))
        )


def _slices(rows: Sequence[SliceRow]) -> Table:
    table = _empty("slice", "baseline", "branch", "effect (+ is better)", "result")
    for one in rows:
        row = one.row
        table.add_row(
            Text(clean(one.name)),
            row.baseline,
            row.branch,
            Text(_with(row.effect, row.interval, " ")),
            _result(row.state, row.result),
        )
    return table


def _empty(*columns: str) -> Table:
    """A table whose first and last column may fold; numbers never do."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for at, name in enumerate(columns):
        if at in (0, len(columns) - 1):
            table.add_column(name, overflow="fold")
        else:
            right = name in ("baseline", "branch", "seeds")
            table.add_column(name, justify="right" if right else "left", no_wrap=True)
    return table


def _result(state: Ruling, result: str) -> Text:
    return Text(f"{state}: {result}", style=COLOURS[state])


def _with(effect: str, interval: str, between: str) -> str:
    known = [one for one in (effect, interval) if one != NOTHING]
    return between.join(known) or NOTHING


def _slice_facts(one: SliceRow) -> tuple[str, Ruling, str, tuple[str, ...]]:
    row = one.row
    facts = (
        f"baseline {row.baseline}, branch {row.branch}",
        f"effect {_with(row.effect, row.interval, ', ')} (+ is better)",
    )
    return one.name, row.state, row.result, facts


def _stack(
    rows: Sequence[tuple[str, Ruling, str, tuple[str, ...]]], console: Console
) -> None:
    """One below the other, for terminals that are too narrow for a table."""
    for name, state, result, facts in rows:
        print_within(console, Padding(Text(clean(name), style="bold"), (0, 0, 0, 2)))
        lines = (_result(state, result), *(Text(one) for one in facts))
        for line in lines:
            print_within(console, Padding(line, (0, 0, 0, 4)))


def show_changes(verdict: Verdict, console: Console) -> None:
    """What each change of the branch does, a table for each metric and mode."""
    for table in change_tables(verdict):
        _changes(table, console)
    left = unjudged(verdict)
    if left:
        print_within(console, Text("\nchanges not judged", style="bold"))
    for one in left:
        title = f" ({one.title})" if one.title else ""
        text = Text(clean(f"{one.change}{title}: {one.why}"))
        print_within(console, Padding(text, (0, 0, 0, 2)))


def _changes(table: ChangeTable, console: Console) -> None:
    tolerance = f", tolerance {table.tolerance}" if table.tolerance else ""
    title = Text.assemble(
        (
            clean(f"\nchanges: {table.metric} in mode {table.mode}{table.at_stage}"),
            "bold",
        ),
        (f" (the branch with and without each{tolerance})", "dim"),
    )
    print_within(console, title)
    if console.width < NARROW:
        _stack([_change_facts(one) for one in table.rows], console)
    else:
        print_within(console, _change_table(table.rows))


def _change_table(rows: Sequence[ChangeRow]) -> Table:
    alone = any(one.alone != NOTHING for one in rows)
    names = ("change", "effect (+ helps)", *(("alone",) if alone else ()), "seeds")
    table = _empty(*names, "result")
    for one in rows:
        name = Text.assemble(clean(one.change), (f"\n{clean(one.title)}", "dim"))
        single = _with(one.alone, one.alone_interval, "\n")
        table.add_row(
            name if one.title else Text(clean(one.change)),
            Text(_with(one.effect, one.interval, "\n")),
            *((Text(single),) if alone else ()),
            one.seeds,
            _result(one.state, one.result),
        )
    return table


def _change_facts(one: ChangeRow) -> tuple[str, Ruling, str, tuple[str, ...]]:
    facts = [f"effect {_with(one.effect, one.interval, ', ')} (+ helps)"]
    facts += (
        [f"alone {_with(one.alone, one.alone_interval, ', ')}"]
        if one.alone != NOTHING
        else []
    )
    name = f"{one.change} ({one.title})" if one.title else one.change
    return name, one.state, one.result, (*facts, f"{one.seeds} seeds")
