"""How each mode behaves beside the base, and what became of its network.

Nothing here says that a mode is unchanged: only that no difference was seen in so many
steps.
"""

from collections.abc import Iterator
from typing import assert_never

from bot.domain.verdict import (
    Behaviour,
    FindingKind,
    Fingerprint,
    ModeVerdict,
    Report,
    Ruling,
    worst,
)
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.exhibits.section import Column, Row, Section
from bot.presentation.exhibits.targets import how_meant, meant
from bot.presentation.headline import all_findings
from bot.presentation.rows import NOTHING
from bot.presentation.words.invasive import REORDERED

_MOST_FILES = 5
_MOST_SHAPES = 20
_LONGEST = 60
_BIG = 1e6

Behaved = tuple[tuple[ModeVerdict, Behaviour], ...]


def behaviours(report: Report) -> Iterator[Section]:
    """The invasiveness table, then what became of parameters and shapes."""
    known = tuple(
        (mode, mode.behaviour)
        for mode in report.verdict.modes
        if mode.behaviour is not None
    )
    if known:
        yield _invasiveness(report, known)
    yield from _architecture(known)


def _invasiveness(report: Report, known: Behaved) -> Section:
    steps = max(one.steps for _, one in known)
    over = f" over their first {numbers.counted(steps, 'step')}" if steps else ""
    return Section(
        title="Modes of the code",
        about=f"Base and branch compared bit for bit{over}. Where none differs, that "
        f"proves nothing of later steps. {how_meant(report)}",
        columns=(
            ("mode", Column.NAME),
            ("meant to change", Column.TEXT),
            ("behaviour", Column.BADGE),
            ("first difference", Column.TEXT),
            ("changed by", Column.TEXT),
            ("also", Column.TEXT),
        ),
        rows=tuple(_mode(report, mode, one) for mode, one in known),
        brief=True,
    )


def _mode(report: Report, mode: ModeVerdict, one: Behaviour) -> Row:
    cells = (
        mode.name,
        meant(report, mode),
        _said(one),
        _first(one),
        _by(report, one),
        "\n".join(_also(one)) or NOTHING,
    )
    return Row(cells, _state(report, mode))


def _state(report: Report, mode: ModeVerdict) -> Ruling:
    """What the findings on the behaviour of this mode come to."""
    states = tuple(
        one.state
        for one in all_findings(report)
        if one.kind is FindingKind.INVASIVE and one.mode == mode.name
    )
    decided = any(one is not Ruling.INFO for one in states)
    return worst(states) if decided else Ruling.INFO


def _said(one: Behaviour) -> str:
    steps = numbers.counted(one.steps, "step")
    match one.fingerprint:
        case Fingerprint.IDENTICAL:
            return f"no difference seen in {steps}"
        case Fingerprint.NUMERIC:
            apart = f" (up to {one.relative:.1g})" if one.relative else ""
            return f"differs by rounding{apart} in {steps}"
        case Fingerprint.CHANGED:
            return "changed, later in whole trials" if one.late else "changed"
        case Fingerprint.UNKNOWN:
            why = one_line(one.why, 2 * _LONGEST).rstrip(".")
            return f"not known: {why}" if why else "not known"
        case _:
            assert_never(one.fingerprint)


def _first(one: Behaviour) -> str:
    if not one.quantity:
        return NOTHING
    at = "" if one.step is None else f"step {one.step}: "
    of = f" of {one_line(one.tensor, _LONGEST)}" if one.tensor else ""
    if not (one.before or one.after):
        return f"{at}{one.quantity}{of}"
    before, after = (one_line(text, _LONGEST) for text in (one.before, one.after))
    return f"{at}{one.quantity}{of}\n{before or NOTHING} \N{RIGHTWARDS ARROW} {after}"


def _by(report: Report, one: Behaviour) -> str:
    titles = {change.id: change.title for change in report.verdict.changes}
    named = [
        f"{change} {one_line(titles.get(change, ''), _LONGEST)}".strip()
        for change in one.changed_by
    ]
    if not named and one.fingerprint is Fingerprint.CHANGED and one.why:
        return f"not known: {one_line(one.why, 2 * _LONGEST)}"
    return "\n".join(named) or NOTHING


def _also(one: Behaviour) -> Iterator[str]:
    if one.changed_lines is not None:
        ran, lines = (
            one.executed or 0,
            numbers.counted(one.changed_lines, "changed line"),
        )
        yield f"{ran or 'none'} of {lines} ran"
    reordered = one.quantity == REORDERED
    if one.shifted:
        also = "" if reordered else ", or other values of the data"
        yield f"perhaps a shift of randomness{also}"
    if one.same_command is False:
        yield "another command"
    if one.same_data_order is False:
        yield "another order of data" if reordered else "other data at the same step"
    if one.files_added:
        yield f"reads {numbers.some(one.files_added, _MOST_FILES)} as well"
    if one.files_gone:
        yield f"no longer reads {numbers.some(one.files_gone, _MOST_FILES)}"
    yield from (one_line(note, 2 * _LONGEST) for note in one.notes)


def _architecture(known: Behaved) -> Iterator[Section]:
    """Only modes in which something of the network is another."""
    rows = tuple(
        Row((mode.name, _parameters(one), _flops(one), _shapes(one)))
        for mode, one in known
        if _differs(one)
    )
    if rows:
        yield Section(
            title="Networks",
            about="What the branch makes of the parameters that the optimizers hold.",
            columns=(
                ("mode", Column.NAME),
                ("parameters", Column.TEXT),
                ("FLOPs of one forward pass", Column.TEXT),
                ("shapes", Column.TEXT),
            ),
            rows=rows,
        )


def _differs(one: Behaviour) -> bool:
    pairs = (one.parameters, one.flops)
    return bool(one.shapes) or any(pair and pair[0] != pair[1] for pair in pairs)


def _parameters(one: Behaviour) -> str:
    return NOTHING if one.parameters is None else _apart(*one.parameters)


def _flops(one: Behaviour) -> str:
    return NOTHING if one.flops is None else _apart(*one.flops)


def _apart(before: float, after: float) -> str:
    """`12,000 -> 15,000 (+25 %)`."""
    if before == after:
        return f"{_large(before)}, as before"
    both = f"{_large(before)} \N{RIGHTWARDS ARROW} {_large(after)}"
    if not before:
        return both
    share = (after - before) / before
    sign = "+" if share > 0 else "-"
    return f"{both} ({sign}{numbers.percent(abs(share))})"


def _large(value: float) -> str:
    return f"{value:.4g}" if value >= _BIG else f"{value:,.0f}"


def _shapes(one: Behaviour) -> str:
    shown = [one_line(text, 2 * _LONGEST) for text in one.shapes[:_MOST_SHAPES]]
    left = len(one.shapes) - len(shown)
    return "\n".join([*shown, *([f"and {left} more"] if left else [])]) or NOTHING
