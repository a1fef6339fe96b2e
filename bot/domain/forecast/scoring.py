"""A forecast against its outcome, by the interval that the verdict rests on.

Intervals are repeated confidence intervals at the look that stopped, so that stopping
early makes no forecast look better than it was.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.domain.forecast.reading import Claim
from bot.domain.policy import Role
from bot.domain.verdict import (
    Evidence,
    Finding,
    Forecast,
    MetricVerdict,
    Reason,
    Ruling,
    Verdict,
)
from bot.domain.verdict.findings import finding

COMPARED = frozenset({Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE})
"""Roles whose interval is one of the effect of the branch."""

MET, MISSED, OPEN = "met", "missed", "open"


@dataclass(frozen=True, slots=True)
class Held:
    """A line that was held against the verdict: one row for each mode it speaks of."""

    claim: Claim
    rows: tuple[Forecast, ...]

    @property
    def whole(self) -> Forecast:
        """The line as one forecast: it counts once, in however many modes it was held.

        Of several modes it is met where it is met in all of them, and missed where it
        is missed in one.
        """
        if len(self.rows) == 1:
            return self.rows[0]
        outcomes = {one.outcome for one in self.rows}
        said = MISSED if MISSED in outcomes else OPEN if OPEN in outcomes else MET
        return dataclasses.replace(self.claim.forecast, outcome=said)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line in whose place another one counts: `by`."""

    claim: Claim
    by: Claim


Scored = Held | LeftOut


def score(claims: Sequence[Claim], verdict: Verdict) -> tuple[Scored, ...]:
    """Every line with what was measured, in the order in which they were written.

    One that names no mode speaks of the targeted modes that have the metric, or of all
    that have it where none of them is targeted. On one metric of one mode one line
    counts, by `Claim.rank`; a line that counts nowhere is left out, unless it says the
    same as another. A forecast is

    - `met` where the interval lies beyond zero in the expected direction and its far
      end reaches the expected change;
    - `missed` where the whole interval falls short of the expected change;
    - `open` otherwise, and where no effect was measured.

    A change of zero is met where the interval lies within the tolerance on both sides,
    and missed where it excludes zero otherwise.
    """
    taken: dict[tuple[str | None, str], Claim] = {}
    scored: list[Scored] = []
    for claim in sorted(claims, key=lambda one: one.rank):
        one = claim.forecast
        places = {_key(one, place): place for place in _places(one, verdict)}
        free = [key for key in places if key not in taken]
        if free:
            taken |= dict.fromkeys(free, claim)
            rows = tuple(_scored(one, places[key]) for key in free)
            scored.append(Held(claim, rows))
        elif not _alike(one, (by := taken[next(iter(places))]).forecast):
            scored.append(LeftOut(claim, by))
    return tuple(sorted(scored, key=lambda each: each.claim.place))


def scores(scored: Sequence[Scored], verdict: Verdict) -> tuple[Finding, ...]:
    """One finding for each row, and for each line left out; none decides anything."""
    return tuple(found for one in scored for found in _findings(one, verdict))


def _findings(one: Scored, verdict: Verdict) -> Iterator[Finding]:
    match one:
        case Held(_, rows):
            modes = tuple(row.mode or "" for row in rows) if len(rows) > 1 else ()
            yield from (_finding(row, verdict, modes) for row in rows)
        case LeftOut(claim, by):
            yield _left_out(claim, by)
        case _:
            assert_never(one)


def _left_out(claim: Claim, by: Claim) -> Finding:
    metric, mode = claim.forecast.metric, claim.forecast.mode
    named = claim.text == by.text and mode is None and by.forecast.mode is not None
    said: Evidence = {"text": claim.line, "by": by.line, "named": named}
    reason = Reason.HYPOTHESIS_LEFT_OUT
    return finding(reason, Ruling.INFO, said, mode=mode, metric=metric)


def _alike(one: Forecast, other: Forecast) -> bool:
    """Whether two lines say the same; who names the mode says no more by that."""
    return dataclasses.replace(other, mode=one.mode) == one


_Place = tuple[str, MetricVerdict] | None


def _key(one: Forecast, place: _Place) -> tuple[str | None, str]:
    return (place[0] if place else one.mode), one.metric


def _places(one: Forecast, verdict: Verdict) -> list[_Place]:
    having = [
        (mode, metric)
        for mode in verdict.modes
        for metric in mode.metrics
        if metric.name == one.metric and one.mode in (None, mode.name)
    ]
    meant = [place for place in having if place[0].targeted] or having
    return [(mode.name, metric) for mode, metric in meant] or [None]


def _scored(one: Forecast, place: _Place) -> Forecast:
    if place is None:
        return one
    mode, metric = place
    here = dataclasses.replace(one, mode=mode)
    wanted = _wanted(one, metric)
    if wanted is None or metric.d is None or metric.role not in COMPARED:
        return here
    return dataclasses.replace(
        here,
        d=metric.d,
        low=metric.low,
        high=metric.high,
        outcome=_outcome(wanted, metric),
    )


def _wanted(one: Forecast, metric: MetricVerdict) -> float | None:
    """The expected change in units of the metric, positive is better."""
    if metric.direction is None:
        return None
    unit = 1.0
    if one.relative:
        if metric.baseline_mean is None:
            return None
        unit = abs(metric.baseline_mean)
    return metric.direction.orientation * one.expected * unit


def _outcome(wanted: float, metric: MetricVerdict) -> str:
    """An end of the interval that is not known is infinitely far away."""
    low = -math.inf if metric.low is None else metric.low
    high = math.inf if metric.high is None else metric.high
    if wanted < 0.0:
        wanted, low, high = -wanted, -high, -low
    if wanted == 0.0:
        room = metric.tolerance or 0.0
        if -room <= low and high <= room:
            return MET
        return OPEN if low <= 0.0 <= high else MISSED
    if high < wanted:
        return MISSED
    return MET if low > 0.0 else OPEN


def _finding(one: Forecast, verdict: Verdict, modes: tuple[str, ...]) -> Finding:
    """`modes` are all that a line without a mode was held against, if several."""
    said: Evidence = {
        "expected": one.expected,
        "relative": one.relative,
        "likelihood": one.likelihood,
        "effort": one.effort,
        "outcome": one.outcome,
        "d": one.d,
        "low": one.low,
        "high": one.high,
        **dict(_about(one, verdict)),
        **({"modes": modes} if modes else {}),
    }
    return finding(
        Reason.HYPOTHESIS_SCORED, Ruling.INFO, said, mode=one.mode, metric=one.metric
    )


def _about(one: Forecast, verdict: Verdict) -> Iterator[tuple[str, float]]:
    for mode in verdict.modes:
        for metric in mode.metrics:
            if (mode.name, metric.name) == (one.mode, one.metric):
                if metric.direction is not None:
                    yield "orientation", metric.direction.orientation
                if metric.tolerance is not None:
                    yield "tolerance", metric.tolerance
