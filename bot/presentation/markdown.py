"""The text that a pull request gets: the answer first, all evidence folded below it.

GitHub refuses comments above 65,536 characters; this one stays below 60,000 by
leaving out folded parts from the end, and says so.
"""

import html
from collections.abc import Iterable, Sequence

from bot.domain.verdict import MetricVerdict, ModeVerdict, Report, Ruling
from bot.presentation.background import (
    cost_line,
    how_to_read,
    looks_line,
    provenance_rows,
)
from bot.presentation.escape import block, code, markdown, one_line, prose
from bot.presentation.exhibits import first_sections, last_sections
from bot.presentation.headline import answered, because
from bot.presentation.listing import FindingRow, TrialRow, finding_rows, trial_row
from bot.presentation.markdown_sections import (
    folded_sections,
    price,
    samples,
    sections_in_view,
)
from bot.presentation.markdown_tables import (
    change_sections,
    folded,
    left_out,
    slice_sections,
)
from bot.presentation.rows import (
    MetricRow,
    metric_rows,
    modes_in_view,
    seed_rows,
    whole_metrics,
)
from bot.presentation.steps import Step, next_steps

LIMIT = 60_000
_RESERVE = 400
_SIGNS = {
    Ruling.PASS: "\N{WHITE HEAVY CHECK MARK}",
    Ruling.BLOCK: "\N{NO ENTRY}",
    Ruling.UNDECIDED: "\N{WHITE QUESTION MARK ORNAMENT}",
    Ruling.INFO: "\N{INFORMATION SOURCE}",
}
_MOST_METRICS = 20
_MOST_FINDINGS = 20
_MOST_LOGS = 5
_MOST_SEEDS = 25
_LOG_CHARACTERS = 1500
_COMMAND_CHARACTERS = 8000
_TABLE = (
    "| Metric | Baseline | Branch | Effect (positive is better) | Rule | Seeds | "
    "Result |\n|:--|--:|--:|:--|:--|--:|:--|"
)


def comment(report: Report) -> str:
    """The whole comment; nothing that a branch or a trial wrote acts in it."""
    return _fit([_banner(report), *tables(report), *background(report)])


def tables(report: Report) -> list[str]:
    """What stands in view below the answer, part by part; nothing in it acts."""
    sections = [
        *sections_in_view(first_sections(report)),
        *(part for mode in modes_in_view(report) for part in _mode_parts(mode)),
        *change_sections(report.verdict),
        price(report),
        *sections_in_view(last_sections(report)),
        _findings(report),
    ]
    return [one for one in sections if one]


def background(report: Report) -> list[str]:
    """What is folded below the tables, part by part; nothing in it acts."""
    sections = [
        *folded_sections((*first_sections(report), *last_sections(report))),
        samples(report),
        *_details(report),
    ]
    return [one for one in sections if one]


def _fit(sections: Sequence[str]) -> str:
    """As many sections as fit, in order; what is left out is counted."""
    text, left_out = sections[0], 0
    for section in sections[1:]:
        if len(text) + len(section) + _RESERVE > LIMIT:
            left_out += 1
            continue
        text = f"{text}\n\n{section}"
    if left_out:
        note = f"{left_out} more part{'s' if left_out > 1 else ''} of this report"
        text = f"{text}\n\n*Left out for length: {note}; the page has all of it.*"
    return f"{text}\n"


def _banner(report: Report) -> str:
    state = report.verdict.state
    title = f"## {_SIGNS[state]} Seedgate: {answered(report).lower()}"
    reason = prose(because(report), 800)
    steps = [step_item(one) for one in next_steps(report)]
    return "\n\n".join([title, reason, "**What to do**", "\n".join(steps).rstrip()])


def step_item(step: Step) -> str:
    """A step as an item of a list; its command is a block, to be copied as it is."""
    text = f"- {prose(step.text, 1200)}"
    if not step.command:
        return text
    lines = block(step.command, _COMMAND_CHARACTERS).split("\n")
    return "\n".join([text, "", *(f"  {line}" for line in lines), ""])


def _mode_parts(mode: ModeVerdict) -> Iterable[str]:
    yield _mode(mode)
    for metric in whole_metrics(mode)[:_MOST_METRICS]:
        yield from slice_sections(mode, metric.name)


def _mode(mode: ModeVerdict) -> str:
    rows = [_metric(one) for one in metric_rows(mode)[:_MOST_METRICS]]
    untargeted = "" if mode.targeted else ", not a target of this branch"
    title = f"### Mode {code(mode.name, 80)}: {mode.state}"
    about = f"{looks_line(mode)}{untargeted}.".capitalize()
    left = left_out(len(whole_metrics(mode)) - len(rows), "metric")
    return "\n".join([title, "", about, "", _TABLE, *rows, *left])


def _metric(row: MetricRow) -> str:
    effect = row.effect
    if row.interval != "-":
        effect = f"{row.effect}, interval {row.interval}".removeprefix("-, ")
    name = f"{code(row.name, 80)}<br>{row.better or row.source}"
    if row.better:
        name += f", *{row.source}*"
    result = f"**{row.state}**: {row.result}"
    if row.failures:
        result += f"<br>{row.failures}"
    cells = (row.baseline, row.branch, effect, row.rule, row.seeds)
    shown = " | ".join(markdown(one, 120) for one in cells)
    return f"| {name} | {shown} | {result} |"


def _findings(report: Report) -> str:
    rows = [one for one in finding_rows(report) if not one.quiet]
    if not rows:
        return ""
    items = [_finding(one) for one in rows[:_MOST_FINDINGS]]
    left = left_out(len(rows) - len(items), "finding")
    return "\n".join(["### Findings", "", *items, *left])


def _finding(row: FindingRow) -> str:
    head = f"- **{row.state}**, {row.kind} {code(row.id, 60)}: "
    said = f"{head}{prose(row.sentence, 1200)}"
    if row.accepted:
        return f"{said}<br>*{markdown(row.accepted, 600)}*"
    mend = f"<br>*What to do:* {prose(row.mend, 600)}" if row.mend else ""
    return f"{said}{mend}"


def _details(report: Report) -> Iterable[str]:
    trials = [trial_row(one) for one in report.trials]
    yield folded("How to read this", [f"- {one}" for one in how_to_read(report)])
    yield _provenance(report)
    yield folded("Cost", [markdown(cost_line(report.cost)) + "."])
    yield _bad_trials(trials)
    for mode in report.verdict.modes:
        yield _seeds(mode)


def _provenance(report: Report) -> str:
    rows = provenance_rows(report.provenance)
    lines = [f"| {what} | {code(value)} |" for what, value in rows]
    evaluation = f"| Evaluation | {code(report.evaluation)} |"
    return folded("Provenance", ["| | |", "|:--|:--|", evaluation, *lines])


def _bad_trials(trials: Sequence[TrialRow]) -> str:
    bad = [one for one in trials if one.bad]
    parts = [_bad_trial(one, repeat=one is bad[0]) for one in bad[:_MOST_LOGS]]
    left = left_out(len(bad) - len(parts), "failed trial")
    return folded(
        f"Failed and lost trials ({len(bad)}); what they say is self-reported",
        [*parts, *left] if bad else [],
    )


def _bad_trial(row: TrialRow, *, repeat: bool) -> str:
    place = f"{code(row.arm, 60)} in {code(row.mode, 80)}, seed {code(row.seed)}"
    said = f"- {place}: **{row.state}**, {markdown(row.reason, 400)}"
    parts = [said, ""]
    if repeat and row.repro:
        parts += ["Repeat it:", "", block(row.repro), ""]
    if row.log:
        log = block(row.log, _LOG_CHARACTERS)
        parts += ["End of its log (*self-reported*):", "", log, ""]
    return "\n".join(parts)


def _seeds(mode: ModeVerdict) -> str:
    both = zip(whole_metrics(mode), metric_rows(mode), strict=True)
    tables = [_seed_table(metric, row) for metric, row in both if metric.per_seed]
    lines = [line for table in tables[:_MOST_METRICS] for line in table]
    name = html.escape(one_line(mode.name, 80))
    return folded(f"Every seed in mode <code>{name}</code>", lines)


def _seed_table(metric: MetricVerdict, row: MetricRow) -> list[str]:
    seeds = seed_rows(metric)
    detail = f": {markdown(row.detail)}" if row.detail else ""
    return [
        f"{code(row.name, 80)} (*{row.source}*){detail}",
        "",
        "| Seed | Baseline | Branch | Effect |",
        "|--:|--:|--:|--:|",
        *(
            f"| {one.seed} | {one.baseline} | {one.branch} | {one.difference} |"
            for one in seeds[:_MOST_SEEDS]
        ),
        *left_out(len(seeds) - _MOST_SEEDS, "seed"),
        "",
    ]
