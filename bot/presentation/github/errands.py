"""Answers to orders that take long, as Markdown: a scan, a baseline that was run on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.pulls.baseline_runs import Added
from bot.domain.sensitivity import Sensitivity
from bot.presentation import numbers, scan_text
from bot.presentation.escape import code, markdown, prose, unlinked
from bot.presentation.words import errands as words

_NAME, _MOST = 80, 30
_ADDED = (
    "| Metric | Before | Mean before | New | Mean of the new | |",
    "|:--|--:|--:|--:|--:|:--|",
)


def refused(problem: str, mend: str) -> str:
    """What was wrong with an order, and what would work."""
    return " ".join(prose(one) for one in (problem, mend) if one)


def ungated(why: str) -> str:
    """There is no policy by which it could be done; `why` names a branch as it is."""
    return words.no_gate(prose(why))


@dataclass(frozen=True, slots=True)
class Scan:
    """What is said of a scan; `counts` are the trials that ran now, and those reused.

    `same` are values that were left out, each with the one that it repeats.
    """

    param: str
    own: str
    seeds: int
    stage: str
    commit: str
    counts: tuple[int, int]
    metrics: tuple[Sensitivity, ...]
    same: tuple[tuple[str, str], ...] = ()


def scanned(found: Scan) -> str:
    """The answer to `/gate scan`: a table a metric, and how to read it."""
    counts = (found.param, found.own, found.seeds, found.counts)
    first = markdown(scan_text.headline(*counts))
    where = f"{code(found.commit)}, stage {code(found.stage, _NAME)}."
    told = (
        *scan_text.repeated(found.same, found.own),
        *scan_text.sentences(found.metrics),
    )
    tables = [_grid(one) for one in found.metrics[:_MOST]]
    said = [prose(one) for one in told if one != scan_text.EXPLORES]
    return "\n\n".join([f"{first} {where}", *tables, *said, words.EXPLORES])


def _grid(found: Sensitivity) -> str:
    shown = scan_text.grid(found)
    heads = " | ".join(shown.headings)
    ways = "|".join([":--", *["--:"] * (len(shown.headings) - 1)])
    rows = [" | ".join(_cell(one) for one in row) for row in shown.rows]
    lines = [f"| {heads} |", f"|{ways}|", *(f"| {row} |" for row in rows)]
    return "\n".join([f"**{_cell(shown.title)}**", "", *lines])


def _cell(text: str) -> str:
    return markdown(text, _NAME)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What is said of a baseline with more runs; `runs` are all that came to it.

    `shared` is whether its runs serve a second time at all, `moved` names metrics
    whose baseline moves over time.
    """

    base: str
    commit: str
    stage: str
    runs: int
    metrics: tuple[Added, ...]
    shared: bool = True
    moved: tuple[tuple[str, str], ...] = ()


def refreshed(found: Refreshed) -> str:
    """The answer to `/gate baseline refresh`: the runs before, and the new ones."""
    if not found.shared:
        return words.NO_SHARE
    if not found.metrics:
        return words.NO_BASELINE
    names = (code(found.base, _NAME), code(found.commit), code(found.stage, _NAME))
    rows = [_row(one) for one in found.metrics[:_MOST]]
    parts = [
        words.runs_added(found.runs, *names),
        "\n".join([*_ADDED, *rows]),
        words.HOW_ADDED,
    ]
    if found.moved:
        parts.append(words.MOVES.format(names=_listed(found.moved)))
    return "\n\n".join(parts)


def _row(one: Added) -> str:
    digits = numbers.places(_spread(one.before), _spread(one.after))
    new = f"{len(one.after)}" + (f" ({one.failed} failed)" if one.failed else "")
    cells = (
        code(f"{one.mode} / {one.metric}", _NAME),
        str(len(one.before)),
        numbers.fixed(_mean(one.before), digits),
        new,
        numbers.fixed(_mean(one.after), digits),
        _like(one),
    )
    return f"| {' | '.join(cells)} |"


def _like(one: Added) -> str:
    if one.unlike is None:
        return words.NOBODY_KNOWS
    return words.UNLIKE if one.unlike else words.ALIKE


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _spread(values: Sequence[float]) -> float | None:
    return (max(values) - min(values)) / 2 if values else None


def _listed(places: Sequence[tuple[str, str]]) -> str:
    return numbers.joined([code(f"{mode} / {name}", _NAME) for mode, name in places])


def alarm(
    branch: str, sums: Sequence[tuple[tuple[str, str], float, float]]
) -> tuple[str, str]:
    """Title and text of an issue: the baseline of a branch moves over time.

    Of each metric its mode and name, the sum of its residuals and the threshold.
    """
    places = [place for place, _, _ in sums]
    plain = numbers.joined([f"{mode} / {name}" for mode, name in places])
    told = [
        words.sum_of(_listed([place]), numbers.rough(cusum), numbers.rough(most))
        for place, cusum, most in sums
    ]
    title = words.moved_title(branch, plain)
    text = words.moved(code(branch, _NAME), _listed(places), " ".join(told))
    return unlinked(title, 200), text
