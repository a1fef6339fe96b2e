"""The numbers behind the answer: effect, interval and rule of what decided."""

from collections.abc import Iterator

from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Report, Ruling
from bot.presentation import numbers
from bot.presentation.escape import code, markdown
from bot.presentation.rows import NOTHING, MetricRow, metric_row

_MOST = 3
_STATES = (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS, Ruling.INFO)
_ROLES = (Role.PRIMARY, Role.IMPROVE, Role.TARGET)
"""What a policy is about; guardrails, slices and limits matter where they break."""
_NAME, _CELL = 80, 120

Seen = tuple[ModeVerdict, MetricVerdict]


def key_metrics(report: Report) -> tuple[Seen, ...]:
    """The metrics with numbers that stand behind the verdict, what decides first.

    Those in the state of the verdict; of a pass, and where there are none, those that
    the policy is about.
    """
    known = [
        (mode, one)
        for mode in report.verdict.modes
        for one in mode.metrics
        if _numbered(one)
    ]
    state = report.verdict.state
    deciding = [one for one in known if state is one[1].state is not Ruling.PASS]
    about = [one for one in known if one[1].role in _ROLES]
    return tuple(sorted(deciding or about, key=_order))


def _numbered(one: MetricVerdict) -> bool:
    return one.branch_mean is not None or one.d is not None


def _order(seen: Seen) -> tuple[int, int]:
    one = seen[1]
    return _STATES.index(one.state), one.role not in _ROLES


def number_lines(report: Report) -> str:
    """A line for each of the first key metrics, as a list; empty without any."""
    found = key_metrics(report)
    lines = [f"- {_line(mode, one)}" for mode, one in found[:_MOST]]
    if len(found) > _MOST:
        more = numbers.counted(len(found) - _MOST, "more metric")
        lines.append(f"- {more} in the tables below")
    return "\n".join(lines)


def _line(mode: ModeVerdict, one: MetricVerdict) -> str:
    row = metric_row(one)
    place = f"{code(one.name, _NAME)} in mode {code(mode.name, _NAME)}"
    told = ", ".join(markdown(text, _CELL) for text in _parts(row))
    return f"**{row.state}** {place}: {told}"


def _parts(row: MetricRow) -> Iterator[str]:
    if NOTHING not in (row.baseline, row.branch):
        yield f"{row.baseline} to {row.branch}"
    elif row.branch != NOTHING:
        yield f"mean {row.branch}"
    if row.effect != NOTHING:
        yield f"effect {row.effect} (+ is better)"
    if row.interval != NOTHING:
        yield f"interval {row.interval}"
    yield row.rule
    yield f"{row.seeds} seeds"
