"""One metric or slice compared by its rule, or why no look can ever compare it."""

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.errors import UserFault
from bot.domain.judgement.case import Case, Judged, finite, orientation
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Metric,
    RelativeTolerance,
    Role,
)
from bot.domain.stats.comparison import Comparison, Rule, compare
from bot.domain.stats.method import Method
from bot.domain.stats.power import detectable
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, Reason, Ruling

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
    unknown = metric.tolerance is None and metric.role is Role.PRIMARY
    if unknown or isinstance(metric.tolerance, AutoTolerance):
        raise UserFault(
            f"The tolerance of `{metric.name}` is not known (it says auto or nothing).",
            "Write a number or a percentage.",
        )
    return metric.tolerance or AbsoluteTolerance(0.0)


def compared(case: Case, name: str, rule: Rule, level: float) -> Comparison | Incomparable:
    """Both arms at the nominal `level` of the look, or why they cannot be compared."""
    try:
        return compare(case.sample(name), rule, level)
    except UserFault:
        facts = {"look": round(case.look.n), "n_branch": case.evidence.branch.n}
        return Incomparable(Reason.TOLERANCE_UNCLEAR, facts)


def incomparable(case: Case, shown: MetricVerdict, why: Incomparable) -> Judged:
    """Neither passed nor blocked, now or later: the values are shown."""
    one = case.found(why.reason, Ruling.UNDECIDED, why.facts, shown.name)
    state = Ruling.UNDECIDED
    return dataclasses.replace(shown, state=state, reason=why.reason), (one,)


def detectable_effect(found: Comparison, n: int, level: float) -> float | None:
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
