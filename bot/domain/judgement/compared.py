"""One metric or slice compared by its rule, or why no look can ever compare it."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bot.domain.errors import UserFault
from bot.domain.judgement.case import Case, Judged, finite, orientation
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Metric,
    RelativeTolerance,
    Role,
)
from bot.domain.stats.choice import Scale
from bot.domain.stats.comparison import Rule, Sample
from bot.domain.stats.effect import Effect
from bot.domain.stats.method import Method
from bot.domain.stats.power import detectable
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, Reason, Ruling, Scalar

Shown = TypeVar("Shown", bound=Effect)

POWER = 0.8
"""The probability with which a detectable effect is shown."""

_TESTED = (Method.PAIRED_T, Method.WELCH_T)


@dataclass(frozen=True, slots=True)
class Incomparable:
    """Why a metric cannot be compared here; more seeds of this kind mend nothing."""

    reason: Reason
    facts: Facts


def rule_of(case: Case, metric: Metric, name: str | None = None) -> Rule:
    """The rule that policy, design and history fixed for a metric or its slice.

    A slice has its metric's tolerance. Where none is given nothing is tolerated; only
    a primary must say. Raises UserFault if the tolerance is still to be measured.
    """
    choice = case.rules.choice(name or metric.name)
    return Rule(orientation(metric), _tolerance(metric), choice)


def _tolerance(metric: Metric) -> AbsoluteTolerance | RelativeTolerance:
    if metric.role is Role.IMPROVE:
        return AbsoluteTolerance(0.0)
    unknown = metric.tolerance is None and metric.role is Role.PRIMARY
    if unknown or isinstance(metric.tolerance, AutoTolerance):
        raise UserFault(
            f"The tolerance of `{metric.name}` is not known (it says auto or nothing).",
            "Write a number or a percentage.",
        )
    return metric.tolerance or AbsoluteTolerance(0.0)


def attempt(
    case: Case, name: str, rule: Rule, test: Callable[[Sample, Rule], Shown]
) -> Shown | Incomparable:
    """The test of a metric or slice, or why it cannot be made."""
    try:
        found = test(case.sample(name), rule)
    except UserFault:
        return Incomparable(Reason.TOLERANCE_UNCLEAR, _seen(case))
    if found.refused is None:
        return found
    return Incomparable(Reason.SATURATED, _refused(case, name, rule, found.refused))


def _refused(case: Case, name: str, rule: Rule, value: float) -> Facts:
    """A value at its bound (or moved there by the tolerance), with its seed."""
    ends = (rule.choice.low, rule.choice.high)
    bound = (
        ends[0]
        if rule.choice.scale is Scale.LOG
        else min(ends, key=lambda one: abs(one - value))
    )
    seeds = [seed for seed, *values in case.evidence.per_seed(name) if value in values]
    seed = seeds[0] if seeds else None
    return {**_seen(case), "bound": bound, "value": finite(value), "seed": seed}


def _seen(case: Case) -> dict[str, Scalar]:
    return {"look": round(case.look.n), "n_branch": case.evidence.branch.n}


def incomparable(
    case: Case, shown: MetricVerdict, why: Incomparable, state: Ruling
) -> Judged:
    """Neither passed nor blocked, now or later: the values are shown.

    The difference is part of the evidence: other values are another finding.
    """
    one = case.found(why.reason, state, {**why.facts, "d": shown.d}, shown.name)
    return dataclasses.replace(shown, state=state, reason=why.reason), (one,)


def compared_facts(case: Case, verdict: MetricVerdict) -> Facts:
    """The evidence that every comparison of two arms leaves."""
    return {
        **_untested(case, verdict),
        "d": verdict.d,
        "low": verdict.low,
        "high": verdict.high,
        "tolerance": verdict.tolerance,
        "level": verdict.level,
        "family": verdict.family,
        "look": verdict.look,
        "n_baseline": verdict.n_baseline,
        "n_branch": verdict.n_branch,
        "baseline_mean": verdict.baseline_mean,
        "branch_mean": verdict.branch_mean,
        "method": str(verdict.method),
        "orientation": verdict.direction.orientation if verdict.direction else 1,
        "detectable": verdict.detectable,
    }


def _untested(case: Case, verdict: MetricVerdict) -> Facts:
    """How many values each arm has for a test that there were too few for."""
    if verdict.method is not Method.NONE:
        return {}
    return {"complete": case.sample(verdict.name).smaller}


def detectable_effect(found: Effect, n: int, level: float) -> float | None:
    """The smallest effect that a look shows with 80 % power, in units of the metric.

    `n` are the complete pairs, or the runs of the smaller arm. None where no t test
    was made.
    """
    if found.method not in _TESTED:
        return None
    paired = found.method is Method.PAIRED_T
    unit = found.se * math.sqrt(n) if paired else found.sd
    return finite(unit * _in_sds(n, level, paired))


@lru_cache(maxsize=1024)
def _in_sds(n: int, level: float, paired: bool) -> float:  # noqa: FBT001 - a cache key
    return detectable(n, level, paired, POWER)
