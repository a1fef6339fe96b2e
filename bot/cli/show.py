"""A report on the terminal: the answer, one table a mode, findings, what to do."""

import textwrap
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.cli.screen import clean
from bot.cli.show_sections import show_price, show_rest, show_sections
from bot.cli.show_tables import (
    COLOURS,
    NARROW,
    print_within,
    show_changes,
    show_slices,
)
from bot.domain.verdict import ModeVerdict, Report, Ruling
from bot.presentation.background import cost_line, looks_line
from bot.presentation.escape import unquoted
from bot.presentation.exhibits import first_sections, last_sections
from bot.presentation.headline import answered, because
from bot.presentation.listing import FindingRow, TrialRow, finding_rows, trial_row
from bot.presentation.rows import MetricRow, metric_rows, modes_in_view
from bot.presentation.steps import next_steps

_MOST_BAD = 5
_RULE_WIDTH = 20  # so that no word of the first column is broken at 80 columns


def show_report(
    report: Report, console: Console, written: Sequence[tuple[str, str]] = ()
) -> None:
    """Print the whole report; `written` lists (what, path) of files that hold more."""
    print_within(console, _banner(report))
    show_sections(tuple(first_sections(report)), console)
    for mode in modes_in_view(report):
        _mode(mode, console)
    show_changes(report.verdict, console)
    show_price(report, console)
    show_sections(tuple(last_sections(report)), console)
    _findings([one for one in finding_rows(report) if not _in_table(one)], console)
    _bad_trials([trial_row(one) for one in report.trials], console)
    _steps(report, console)
    show_rest(report, console)
    _line(console, f"Cost: {cost_line(report.cost)}.", style="dim")
    for what, path in written:
        _line(console, f"{what}: {path}")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(clean(text), style=style), soft_wrap=True)


def _banner(report: Report) -> Panel:
    state = report.verdict.state
    text = Text(answered(report).upper(), style=f"bold {COLOURS[state]}")
    text.append(f"\n{clean(unquoted(because(report)))}", style="default not bold")
    return Panel(text, border_style=COLOURS[state], box=box.HEAVY)


def _mode(mode: ModeVerdict, console: Console) -> None:
    target = "" if mode.targeted else ", not a target of this branch"
    title = Text.assemble(
        (f"\nmode {clean(mode.name)}: ", "bold"),
        (str(mode.state), f"bold {COLOURS[mode.state]}"),
        (f" ({looks_line(mode)}{target})", "dim"),
    )
    print_within(console, title)
    rows = metric_rows(mode)
    if console.width < NARROW:
        _stack(rows, console)
    else:
        print_within(console, _table(rows))
    for row in rows:
        _detail(row, console)
    for row in rows:
        show_slices(mode, row.name, console)


def _stack(rows: Sequence[MetricRow], console: Console) -> None:
    """Metrics one below the other, for terminals that are too narrow for a table."""
    for row in rows:
        about = ", ".join(one for one in (row.better, row.source) if one)
        print_within(console, Text(f"{clean(row.name)} ({about})", style="bold"))
        result = Text(f"{row.state}: {row.result}", style=COLOURS[row.state])
        effect = [one for one in (row.effect, row.interval) if one != "-"]
        facts = (
            f"baseline {row.baseline}, branch {row.branch}",
            f"effect {', '.join(effect)} (+ is better)" if effect else "",
            f"{row.rule}, {row.seeds} seeds",
        )
        for fact in (result, *(Text(one) for one in facts if one)):
            print_within(console, Padding(fact, (0, 0, 0, 2)))


def _table(rows: Sequence[MetricRow]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("metric", overflow="fold")
    table.add_column("baseline", justify="right", no_wrap=True)
    table.add_column("branch", justify="right", no_wrap=True)
    table.add_column("effect\n(+ is better)", no_wrap=True)
    table.add_column("seeds", justify="right", no_wrap=True)
    table.add_column("result", overflow="fold")
    for row in rows:
        _metric(table, row)
    return table


def _metric(table: Table, row: MetricRow) -> None:
    about = [one for one in (row.better, row.source) if one]
    name = Text.assemble(clean(row.name), ("\n" + "\n".join(about), "dim"))
    effect = [one for one in (row.effect, row.interval) if one != "-"]
    table.add_row(
        name,
        row.baseline,
        row.branch,
        Text("\n".join([*effect, *textwrap.wrap(row.rule, _RULE_WIDTH)])),
        row.seeds,
        Text(f"{row.state}\n{row.result}", style=COLOURS[row.state]),
    )


def _detail(row: MetricRow, console: Console) -> None:
    parts = [one for one in (row.detail, row.failures) if one]
    if parts:
        text = Text(clean(f"{row.name}: {'; '.join(parts)}"), style="dim")
        print_within(console, Padding(text, (0, 0, 0, 2)))


def _in_table(row: FindingRow) -> bool:
    """Whether it says no more than the metric's own row."""
    return row.quiet or (row.of_metric and row.state is Ruling.PASS)


def _findings(rows: Sequence[FindingRow], console: Console) -> None:
    if not rows:
        return
    print_within(console, Text("\nfindings", style="bold"))
    table = Table.grid(padding=(0, 1))
    for row in rows:
        state = Text(str(row.state), style=COLOURS[row.state])
        table.add_row(state, Text(clean(unquoted(row.sentence))))
        if row.accepted:
            table.add_row("", Text(clean(row.accepted), style="italic"))
    print_within(console, table)


def _bad_trials(rows: Sequence[TrialRow], console: Console) -> None:
    bad = [one for one in rows if one.bad]
    if not bad:
        return
    print_within(
        console,
        Text(
            "\ntrials that failed or were lost (what they say is self-reported)",
            style="bold",
        ),
    )
    for row in bad[:_MOST_BAD]:
        place = f"{row.mode}, {row.arm}, seed {row.seed}: {row.state}, {row.reason}"
        print_within(console, Padding(Text(clean(place)), (0, 0, 0, 2)))
    if len(bad) > _MOST_BAD:
        _line(console, f"  and {len(bad) - _MOST_BAD} more")
    lines = [one.repro for one in bad if one.repro]
    if lines:
        _line(console, f"  repeat the first: {lines[0]}")


def _steps(report: Report, console: Console) -> None:
    print_within(console, Text("\nwhat to do", style="bold"))
    for step in next_steps(report):
        table = Table.grid(padding=(0, 1))
        table.add_row("-", Text(clean(unquoted(step.text))))
        print_within(console, table)
        if step.command:  # whole on one line, so that it can be pasted
            _line(console, f"  {step.command}")
