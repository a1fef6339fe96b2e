"""Whether people's likelihoods hold: stated ones against the share that was met."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from bot.domain.forecast.scoring import MET, MISSED
from bot.domain.verdict import Evidence, Finding, Forecast, Reason, Ruling
from bot.domain.verdict.findings import finding

ENOUGH = 5
"""Settled forecasts from which on something is said of them."""

_CLASSES = 5


@dataclass(frozen=True, slots=True)
class Stated:
    """Forecasts with a like likelihood: its mean, how many, and how many were met."""

    likelihood: float
    n: int
    met: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Settled forecasts that named a likelihood: `met` of `known` were met.

    `brier` is the mean square of likelihood minus outcome (Brier 1950): 0 is perfect,
    and who always names `rate` = met / known has `reference` = rate (1 - rate).
    `table` has one row for each fifth of the scale that was used, in order.
    """

    known: int
    met: int
    brier: float
    reference: float
    table: tuple[Stated, ...]


def calibration(forecasts: Sequence[Forecast]) -> Calibration | None:
    """How stated likelihoods compare with outcomes; None where none is settled."""
    settled = [
        (one.likelihood, one.outcome == MET)
        for one in forecasts
        if one.likelihood is not None and one.outcome in (MET, MISSED)
    ]
    if not settled:
        return None
    rate = fmean(met for _, met in settled)
    return Calibration(
        known=len(settled),
        met=sum(met for _, met in settled),
        brier=fmean((stated - met) ** 2 for stated, met in settled),
        reference=rate * (1.0 - rate),
        table=_table(settled),
    )


def calibrated(forecasts: Sequence[Forecast]) -> tuple[Finding, ...]:
    """What to say of them in a report; nothing before `ENOUGH` are settled."""
    found = calibration(forecasts)
    if found is None or found.known < ENOUGH:
        return ()
    said: Evidence = {
        "known": found.known,
        "met": found.met,
        "brier": found.brier,
        "reference": found.reference,
        "stated": tuple(row.likelihood for row in found.table),
        "counts": tuple(row.n for row in found.table),
        "hits": tuple(row.met for row in found.table),
    }
    return (finding(Reason.FORECASTS_CALIBRATED, Ruling.INFO, said),)


def _table(settled: Sequence[tuple[float, bool]]) -> tuple[Stated, ...]:
    classes: dict[int, list[tuple[float, bool]]] = {}
    for stated, met in settled:
        place = min(int(stated * _CLASSES), _CLASSES - 1)
        classes.setdefault(place, []).append((stated, met))
    return tuple(
        Stated(fmean(p for p, _ in some), len(some), sum(met for _, met in some))
        for _, some in sorted(classes.items())
    )
