"""The `improve` role: shown better than the baseline by more than the margin.

Several are a fixed sequence in file order (Westfall and Krishen 2001): a later one is
tested, on both sides, only once all before it are shown. That needs no correction.
"""

import dataclasses
from collections.abc import Mapping
from functools import partial

from bot.domain.judgement.case import Case, Judged, Settled, finite
from bot.domain.judgement.compared import (
    Incomparable,
    attempt,
    compared_facts,
    detectable_effect,
    incomparable,
    rule_of,
)
from bot.domain.policy import Metric, Role, Spending, SpendingFamily
from bot.domain.stats.choice import Test
from bot.domain.stats.method import Method
from bot.domain.stats.superiority import Superiority, superiority
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, Reason, Ruling

IMPROVEMENT_SPENDING = Spending(SpendingFamily.HWANG_SHIH_DECANI, 2.0)
"""Improvements have a spending of their own: HSD 2 (Hwang, Shih and DeCani 1990)."""


def judge_improves(case: Case, settled: Settled) -> Mapping[str, Judged]:
    """Each at one look: PASS on the proven gain, BLOCK where it is ruled out.

    UNDECIDED with no reason while looks are left.
    """
    judged: dict[str, Judged] = {}
    first_open: str | None = None
    for metric in case.of(Role.IMPROVE):
        if first_open is not None:
            judged[metric.name] = _waiting(case, metric, first_open)
            continue
        one = settled.get(metric.name) or _judge(case, metric)
        judged[metric.name] = one
        first_open = None if one[0].state is Ruling.PASS else metric.name
    return judged


def _waiting(case: Case, metric: Metric, waits_for: str) -> Judged:
    """A later metric of the sequence: shown, and not tested yet."""
    state, reason = Ruling.UNDECIDED, Reason.IMPROVEMENT_WAITS
    shown = case.shown(metric)
    facts: Facts = {"waits_for": waits_for, "look": shown.look, "d": shown.d}
    one = case.found(reason, state, facts, metric.name)
    return dataclasses.replace(shown, state=state, reason=reason), (one,)


def _judge(case: Case, metric: Metric) -> Judged:
    level, margin = _level(case, metric), metric.margin or 0.0
    test = partial(superiority, margin=margin, level=level)
    found = attempt(case, metric.name, rule_of(case, metric), test)
    if isinstance(found, Incomparable):
        return incomparable(case, case.shown(metric), found, Ruling.UNDECIDED)
    verdict = _verdict(case, metric, found, level)
    if verdict.reason is None:
        return verdict, ()
    facts = _facts(case, verdict)
    return verdict, (case.found(verdict.reason, verdict.state, facts, metric.name),)


def _level(case: Case, metric: Metric) -> float:
    """The boundary at an alpha that gives back what t overshoots at small n."""
    alpha = metric.alpha
    if alpha is None:
        alpha = case.rules.decision.improvement_alpha
    chosen = case.rules.choice(metric.name).test
    test = chosen if case.evidence.paired else Test.WELCH
    return case.spent_level(alpha, IMPROVEMENT_SPENDING, test)


def _ruling(
    case: Case, found: Superiority, level: float
) -> tuple[Reason | None, Ruling]:
    if found.p_missed <= level:
        return Reason.IMPROVEMENT_RULED_OUT, Ruling.BLOCK
    if found.p_shown <= level and case.may_pass:
        return Reason.IMPROVEMENT_SHOWN, Ruling.PASS
    if found.never or case.look.last:
        return Reason.IMPROVEMENT_NOT_SHOWN, Ruling.UNDECIDED
    return None, Ruling.UNDECIDED


def _verdict(
    case: Case, metric: Metric, found: Superiority, level: float
) -> MetricVerdict:
    reason, state = _ruling(case, found, level)
    n = len(case.evidence.complete(metric.name)[1])
    known = found.method is not Method.NONE
    return dataclasses.replace(
        case.shown(metric),
        state=state,
        reason=reason,
        method=found.method,
        d=finite(found.d) if known else None,
        low=finite(found.low),
        high=finite(found.high),
        margin=finite(found.margin),
        p_ni=found.p_shown,
        p_harm=found.p_missed,
        level=level,
        sd=finite(found.sd),
        detectable=detectable_effect(found, n, level),
    )


def _facts(case: Case, verdict: MetricVerdict) -> Facts:
    return {
        **compared_facts(case, verdict),
        "margin": verdict.margin,
        "p_shown": verdict.p_ni,
        "p_missed": verdict.p_harm,
    }
