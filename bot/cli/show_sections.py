"""Exhibits on the terminal: brief sections as tables, the others counted."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.screen import clean
from bot.cli.show_tables import COLOURS, NARROW, print_within
from bot.domain.verdict import Report
from bot.presentation import numbers
from bot.presentation.exhibits import (
    Column,
    Row,
    Section,
    last_sections,
    price_line,
    sample_cards,
)
from bot.presentation.rows import NOTHING

_MOST_ROWS = 12
_TOO_WIDE = 1.25
"""A table that needs more than so many widths of the terminal is no table."""


def show_sections(sections: Sequence[Section], console: Console) -> None:
    """Every brief section as a table; rows one below the other where it is too wide."""
    for one in sections:
        if not one.brief:
            continue
        title = Text.assemble(
            (f"\n{clean(one.title).lower()}", "bold"), (f" ({_low(one.about)})", "dim")
        )
        print_within(console, title)
        if console.width < NARROW or _natural(one) > _TOO_WIDE * console.width:
            _stack(one, console)
        else:
            print_within(console, _table(one))
        left = len(one.rows) - _MOST_ROWS
        if left > 0:
            print_within(console, Padding(Text(f"and {left} more"), (0, 0, 0, 2)))


def _natural(section: Section) -> int:
    """The columns that a table needs in which no cell is broken."""
    return sum(
        1 + max(len(line) for row in section.rows for line in row.cells[at].split("\n"))
        for at in _told(section)
    )


def _low(about: str) -> str:
    """A sentence in brackets: without its full stop."""
    text = clean(about).rstrip(".")
    return text[:1].lower() + text[1:]


def _table(section: Section) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    kept = _told(section)
    for at in kept:
        name, kind = section.columns[at]
        right = kind is Column.NUMBER
        table.add_column(
            name, justify="right" if right else "left", overflow="fold", no_wrap=right
        )
    for row in section.rows[:_MOST_ROWS]:
        table.add_row(*(_cell(section, row, at) for at in kept))
    return table


def _told(section: Section) -> list[int]:
    """The columns in which any row says something."""
    return [
        at
        for at in range(len(section.columns))
        if any(row.cells[at] != NOTHING for row in section.rows)
    ]


def _cell(section: Section, row: Row, at: int) -> Text:
    badge = section.columns[at][1] is Column.BADGE
    return Text(clean(row.cells[at]), style=COLOURS[row.state] if badge else "")


def _stack(section: Section, console: Console) -> None:
    for row in section.rows[:_MOST_ROWS]:
        first, *rest = _told(section)
        name = Text(clean(row.cells[first]), style="bold")
        print_within(console, Padding(name, (0, 0, 0, 2)))
        for at in rest:
            if row.cells[at] != NOTHING:
                said = Text("; ").join(_cell(section, row, at).split("\n"))
                what = Text.assemble(f"{section.columns[at][0]}: ", said)
                print_within(console, Padding(what, (0, 0, 0, 4)))


def show_price(report: Report, console: Console) -> None:
    """What the branch costs in code."""
    line = price_line(report)
    if line:
        print_within(console, Text("\ncost of the change", style="bold"))
        print_within(console, Padding(Text(clean(line)), (0, 0, 0, 2)))


def show_rest(report: Report, console: Console) -> None:
    """The titles of what only the page shows."""
    titles = [one.title for one in last_sections(report) if not one.brief]
    cards = list(sample_cards(report))
    counted = [numbers.counted(len(cards), "sample output")] if cards else []
    named = numbers.joined([*(clean(one).lower() for one in titles), *counted])
    if named:
        print_within(console, Text(f"\nThe page shows more: {named}.", style="dim"))
