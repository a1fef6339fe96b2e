"""Whether the planned seeds can police a policy's tolerances, from what is known.

A tolerance that is small beside the spread over seeds stops branches that change
nothing. That is refused before anything is spent, or told.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import UserFault
from bot.domain.history import Knowledge, Place
from bot.domain.judgement.attempts import per_attempt
from bot.domain.judgement.findings import finding
from bot.domain.policing.known import Known, known_of
from bot.domain.policy import (
    Decision,
    Metric,
    Mode,
    Policy,
    RelativeTolerance,
    Role,
    SmallTolerance,
    Stage,
)
from bot.domain.stats.power import Design, outcome, simulate, smallest_tolerance
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling

REFUSED, WARNED = 0.7, 0.9
"""Shares of branches without effect that have to pass (statistics page, section 6)."""

_REPETITIONS, _SEED = 4000, 20_250_612
_DIGITS = 3  # of a tolerance that is proposed


@dataclass(frozen=True, slots=True)
class Policed:
    """One primary metric whose spread is known, and what its looks can police.

    Sizes are in units of the metric. `passing` is the share of branches without effect
    that pass at `tolerance`; `smallest` is the smallest tolerance that is not refused,
    `good` the smallest that needs no warning. `unit` is the baseline mean where the
    policy counts in shares of it.
    """

    place: Place
    tolerance: float
    passing: float
    smallest: float
    good: float
    known: Known
    seeds: int
    unit: float | None = None

    @property
    def refused(self) -> bool:
        """Whether too few branches without effect would pass."""
        return self.passing < REFUSED

    @property
    def small(self) -> bool:
        """Whether few enough would pass to say so."""
        return self.passing < WARNED


def police(
    policy: Policy, stage: Stage, modes: Sequence[Mode], knowledge: Knowledge
) -> tuple[Policed, ...]:
    """Every primary metric whose spread is known, with what `stage` can police.

    The SD is that of history (10 runs or more), else that of a calibration; a metric
    of which neither is known is left out, and so is one without any spread.
    """
    found = (
        _policed(policy.decision, stage, mode, metric, knowledge)
        for mode in modes
        for metric in mode.metrics
        if metric.role is Role.PRIMARY
    )
    return tuple(one for one in found if one is not None)


def _policed(
    decision: Decision, stage: Stage, mode: Mode, metric: Metric, knowledge: Knowledge
) -> Policed | None:
    known = known_of(mode, metric, metric.name, stage, knowledge)
    if known is None or known.tolerance is None or known.sd <= 0.0:
        return None
    rule = per_attempt(mode, decision)[1]
    design = Design(stage.looks, rule.alpha, rule.spending, known.paired)
    paths = simulate(design, known.correlation, _REPETITIONS, _SEED)
    relative = isinstance(metric.tolerance, RelativeTolerance)
    return Policed(
        place=(mode.name, metric.name),
        tolerance=known.tolerance,
        passing=outcome(paths, known.tolerance / known.sd, 0.0).passed,
        smallest=known.sd * smallest_tolerance(paths, REFUSED),
        good=known.sd * smallest_tolerance(paths, WARNED),
        known=known,
        seeds=stage.looks[-1],
        unit=abs(known.mean or 0.0) if relative else None,
    )


def refusal(found: Sequence[Policed], decision: Decision) -> UserFault | None:
    """The fault of tolerances that cannot be policed, all at once; None if allowed."""
    refused = [one for one in found if one.refused]
    if not refused or decision.tolerance_too_small is SmallTolerance.ALLOW:
        return None
    problem = " ".join(_problem(one) for one in refused)
    mend = (
        "Widen the tolerance, allow more seeds, or say "
        "`decision.tolerance_too_small: allow` to run all the same."
    )
    return UserFault(problem, mend)


def _problem(one: Policed) -> str:
    mode, metric = one.place
    sd = _written(one.known.sd, None)
    return (
        f"The tolerance of `{metric}` in the mode `{mode}`, "
        f"{_written(one.tolerance, one.unit)}, is too small for {one.seeds} seeds per "
        f"arm: single runs vary by {sd} (SD over {one.known.runs} runs), so a branch "
        f"that changes nothing would pass {one.passing:.0%} of the time. The smallest "
        f"tolerance that can be policed is {_above(one.smallest, one.unit)}. From "
        f"{_above(one.good, one.unit)} on, 90 % of such branches pass."
    )


def _written(value: float, unit: float | None) -> str:
    """A size as the policy writes it: a share of `unit` in percent, or an amount."""
    return f"{value:.{_DIGITS}g}" if unit is None else f"{value / unit:.{_DIGITS}%}"


def _above(value: float, unit: float | None) -> str:
    """As `_written`, rounded up: what is proposed is not refused."""
    share = value if unit is None else 100.0 * value / unit
    step = 10.0 ** (math.floor(math.log10(share)) - _DIGITS + 1)
    text = f"{math.ceil(share / step) * step:.{_DIGITS}g}"
    return text if unit is None else f"{text}%"


def findings(found: Sequence[Policed]) -> tuple[Finding, ...]:
    """A note for every tolerance that fewer than 90 % of clean branches pass."""
    return tuple(_small(one) for one in found if one.small)


def _small(one: Policed) -> Finding:
    facts: Facts = {
        "tolerance": one.tolerance,
        "passing": one.passing,
        "smallest": one.good,
        "sd": one.known.sd,
    }
    mode, metric = one.place
    return finding(Reason.TOLERANCE_SMALL, Ruling.INFO, facts, mode=mode, metric=metric)
