"""Slices and changes in Markdown: what matters in view, the rest folded."""

from collections.abc import Iterable, Iterator, Sequence

from bot.domain.verdict import ModeVerdict, Verdict
from bot.presentation.changes import (
    WHAT_IT_SHOWS,
    ChangeRow,
    ChangeTable,
    change_tables,
    unjudged,
)
from bot.presentation.escape import code, markdown
from bot.presentation.rows import NOTHING
from bot.presentation.slices import SliceRow, slice_table

_MOST_SLICES = 100
_MOST_CHANGES = 20
_SLICES = (
    "| Slice | Baseline | Branch | Effect | Result |",
    "|:--|--:|--:|:--|:--|",
)
_CHANGES = (
    "| Change | Effect in the branch | Effect alone | Seeds | Result |",
    "|:--|:--|:--|--:|:--|",
)


def folded(title: str, lines: Sequence[str]) -> str:
    """A part that opens on a click; empty without lines."""
    if not lines:
        return ""
    body = "\n".join(lines)
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def left_out(count: int, noun: str) -> list[str]:
    """A line that counts what only the page has."""
    return ["", f"*{count} more {noun}s are on the page.*"] if count > 0 else []


def slice_sections(mode: ModeVerdict, metric: str) -> Iterator[str]:
    """The slices of a metric: the worst in view, the others folded."""
    table = slice_table(mode, metric)
    if table is None:
        return
    rule = f" ({table.rule})" if table.rule else ""
    title = f"**Slices of {code(metric, 80)}**{rule}: {table.summary}."
    rows = [_slice(one) for one in table.first]
    yield "\n".join([title, "", *_SLICES, *rows])
    rest = [_slice(one) for one in table.rest[:_MOST_SLICES]]
    more = left_out(len(table.rest) - len(rest), "slice")
    yield folded(table.more, [*_SLICES, *rest, *more] if rest else [])


def _slice(one: SliceRow) -> str:
    row = one.row
    result = f"**{row.state}**: {row.result}"
    if row.failures:
        result += f"<br>{row.failures}"
    cells = (row.baseline, row.branch, _with(row.effect, row.interval))
    return _line(code(one.name, 80), cells, result)


def _with(effect: str, interval: str) -> str:
    known = [one for one in (effect, interval) if one != NOTHING]
    return " ".join(known) or NOTHING


def _line(first: str, cells: Iterable[str], last: str) -> str:
    shown = " | ".join(markdown(one, 120) for one in cells)
    return f"| {first} | {shown} | {last} |"


def change_sections(verdict: Verdict) -> Iterator[str]:
    """What each change does, a table for each metric; then those not judged."""
    for table in change_tables(verdict):
        yield _changes(table)
    lines = [
        f"- {_name(one.change, one.title)}: {markdown(one.why, 400)}"
        for one in unjudged(verdict)
    ]
    left = left_out(len(lines) - _MOST_CHANGES, "change")
    if lines:
        shown = lines[:_MOST_CHANGES]
        yield "\n".join(["### Changes not judged", "", *shown, *left])


def _changes(table: ChangeTable) -> str:
    place = f"{code(table.metric, 80)} in mode {code(table.mode, 80)}"
    tolerance = f" Tolerance {table.tolerance}." if table.tolerance else ""
    rows = [_change(one) for one in table.rows[:_MOST_CHANGES]]
    left = left_out(len(table.rows) - len(rows), "change")
    at = f" at stage {code(table.stage, 80)}" if table.stage else ""
    title = f"### Changes: {place}{at}"
    return "\n".join(
        [title, "", f"{WHAT_IT_SHOWS}{tolerance}", "", *_CHANGES, *rows, *left]
    )


def _change(row: ChangeRow) -> str:
    alone = _with(row.alone, row.alone_interval)
    cells = (_with(row.effect, row.interval), alone, row.seeds)
    return _line(_name(row.change, row.title), cells, f"**{row.state}**: {row.result}")


def _name(change: str, title: str) -> str:
    return f"{code(change, 60)}{f' {markdown(title, 120)}' if title else ''}"
