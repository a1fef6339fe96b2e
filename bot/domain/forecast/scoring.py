"""A forecast against its outcome, by the interval that the verdict rests on.

Intervals are repeated confidence intervals at the look that stopped, so that stopping
early makes no forecast look better than it was.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence

from bot.domain.policy import Role
from bot.domain.verdict import (
    Finding,
    Forecast,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    Verdict,
)
from bot.domain.verdict.findings import finding

COMPARED = frozenset({Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE})
"""Roles whose interval is one of the effect of the branch."""

MET, MISSED, OPEN = "met", "missed", "open"


def score(forecasts: Sequence[Forecast], verdict: Verdict) -> tuple[Forecast, ...]:
    """Every forecast with what was measured, one for each mode that it speaks of.

    A forecast that names no mode speaks of the targeted modes that have the metric,
    or of all that have it where none of them is targeted. It is

    - `met` where the interval lies beyond zero in the expected direction and its far
      end reaches the expected change;
    - `missed` where the whole interval falls short of the expected change;
    - `open` otherwise, and where no effect was measured.

    A change of zero is met where the interval lies within the tolerance on both sides,
    and missed where it excludes zero otherwise.
    """
    return tuple(
        _scored(one, place) for one in forecasts for place in _places(one, verdict)
    )


def scores(forecasts: Sequence[Forecast], verdict: Verdict) -> tuple[Finding, ...]:
    """One finding for each scored forecast; it never decides anything."""
    return tuple(_finding(one, verdict) for one in forecasts)


_Place = tuple[str, MetricVerdict] | None


def _places(one: Forecast, verdict: Verdict) -> list[_Place]:
    having = [
        (mode, metric)
        for mode in verdict.modes
        for metric in mode.metrics
        if metric.name == one.metric and one.mode in (None, mode.name)
    ]
    meant = [place for place in having if place[0].targeted] or having
    return [_named(*place) for place in meant] or [None]


def _named(mode: ModeVerdict, metric: MetricVerdict) -> _Place:
    return mode.name, metric


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


def _finding(one: Forecast, verdict: Verdict) -> Finding:
    said = {
        "expected": one.expected,
        "relative": one.relative,
        "likelihood": one.likelihood,
        "effort": one.effort,
        "outcome": one.outcome,
        "d": one.d,
        "low": one.low,
        "high": one.high,
        **dict(_about(one, verdict)),
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
