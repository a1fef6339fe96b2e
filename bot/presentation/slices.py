"""The slices of a metric as one table, worst first, so that many stay readable."""

from dataclasses import dataclass

from bot.domain.verdict import MetricVerdict, ModeVerdict, Ruling
from bot.presentation.rows import MetricRow, metric_row

_ALL_SHOWN = 8
_FIRST_SHOWN = 6
_MOST_SHOWN = 12
_ORDER = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS, Ruling.INFO)


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One slice: its place in the table from 1, its short name, its row."""

    place: int
    name: str
    row: MetricRow


@dataclass(frozen=True, slots=True)
class SliceTable:
    """All slices of `metric`. `first` are always shown, `rest` may be folded away.

    `rule` is what is asked of each, empty where they differ. `summary` counts all of
    them, `more` what is in `rest`; both without a full stop.
    """

    metric: str
    state: Ruling
    rule: str
    summary: str
    first: tuple[SliceRow, ...]
    rest: tuple[SliceRow, ...]
    more: str

    @property
    def rows(self) -> tuple[SliceRow, ...]:
        """Every slice, worst first."""
        return (*self.first, *self.rest)


def slices_of(mode: ModeVerdict, metric: str) -> tuple[MetricVerdict, ...]:
    """The slices of a metric, worst first: blocked, then missing, then by effect."""
    found = (one for one in mode.metrics if one.slice_of == metric)
    return tuple(sorted(found, key=_badness))


def _badness(one: MetricVerdict) -> tuple[int, bool, float]:
    return _ORDER.index(one.state), one.d is not None, one.d or 0.0


def slice_table(mode: ModeVerdict, metric: str) -> SliceTable | None:
    """The slices of a metric as a table; None where it has none."""
    found = slices_of(mode, metric)
    if not found:
        return None
    rows = tuple(_row(place, one, metric) for place, one in enumerate(found, start=1))
    shown = _shown(found)
    return SliceTable(
        metric=metric,
        state=found[0].state,
        rule=_rule(rows),
        summary=_summary(found),
        first=rows[:shown],
        rest=rows[shown:],
        more=f"{len(found) - shown} more, {_worse(found[shown:])}",
    )


def _row(place: int, one: MetricVerdict, metric: str) -> SliceRow:
    return SliceRow(place, one.name.removeprefix(f"{metric}/"), metric_row(one))


def _rule(rows: tuple[SliceRow, ...]) -> str:
    rules = {one.row.rule for one in rows} - {"shown only"}
    return f"each {rules.pop()}" if len(rules) == 1 else ""


def _shown(found: tuple[MetricVerdict, ...]) -> int:
    """How many stand in view: all of a few, else the blocked ones and some more."""
    if len(found) <= _ALL_SHOWN:
        return len(found)
    return min(_MOST_SHOWN, max(_FIRST_SHOWN, _blocked(found)))


def _blocked(found: tuple[MetricVerdict, ...]) -> int:
    return sum(one.state is Ruling.BLOCK for one in found)


def _judged(found: tuple[MetricVerdict, ...]) -> bool:
    """Whether anything was asked of any of them."""
    return any(one.reason is not None or one.state is not Ruling.INFO for one in found)


def _summary(found: tuple[MetricVerdict, ...]) -> str:
    if not _judged(found):
        return f"{len(found)} shown only, not judged"
    return f"{_blocked(found) or 'none'} of {len(found)} shown worse"


def _worse(found: tuple[MetricVerdict, ...]) -> str:
    if not _judged(found):
        return "not judged"
    blocked = _blocked(found)
    return f"{blocked} shown worse" if blocked else "none shown worse"
