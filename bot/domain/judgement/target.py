"""The `target` role: the branch's mean shown on the right side of a fixed number."""

import dataclasses

from bot.domain.judgement.case import Case, Judged, finite, orientation
from bot.domain.policy import Metric
from bot.domain.stats.choice import Test
from bot.domain.stats.method import Method
from bot.domain.stats.target import TargetTest, one_sample
from bot.domain.verdict import MetricVerdict, Reason, Ruling

SMALLEST_N = 2
"""One value has no variance; the t test starts at two."""


def judge_target(case: Case, metric: Metric) -> Judged:
    """PASS on the proven right side, BLOCK on the proven wrong one; a failure forbids.

    UNDECIDED with no reason while looks are left.
    """
    level = _level(case, metric)
    test = _test(metric, case.evidence.branch.values(metric.name), level)
    verdict = _verdict(case, metric, test, level)
    if verdict.reason is None:
        return verdict, ()
    facts = {
        "target": metric.target,
        "mean": verdict.branch_mean,
        "low": verdict.low,
        "high": verdict.high,
        "p": verdict.p_ni,
        "level": level,
        "look": verdict.look,
        "n_branch": verdict.n_branch,
        "failed_branch": verdict.failed_branch,
        "orientation": orientation(metric),
    }
    return verdict, (case.found(verdict.reason, verdict.state, facts, metric.name),)


def _level(case: Case, metric: Metric) -> float:
    decision = case.rules.decision
    alpha = metric.alpha if metric.alpha is not None else decision.alpha
    return case.spent_level(alpha, decision.spending, Test.PAIRED)


def _test(metric: Metric, values: tuple[float, ...], level: float) -> TargetTest | None:
    if len(values) < SMALLEST_N or metric.target is None or metric.direction is None:
        return None
    return one_sample(values, metric.target, metric.direction.orientation, level)


def _ruling(
    case: Case, test: TargetTest | None, level: float
) -> tuple[Reason | None, Ruling]:
    if test is not None and test.p_missed <= level:
        return Reason.TARGET_MISSED, Ruling.BLOCK
    if test is not None and test.p_shown <= level and not case.evidence.branch.crashed:
        return Reason.TARGET_SHOWN, Ruling.PASS
    if case.look.last:
        return Reason.TARGET_NOT_SHOWN, Ruling.UNDECIDED
    return None, Ruling.UNDECIDED


def _verdict(
    case: Case, metric: Metric, test: TargetTest | None, level: float
) -> MetricVerdict:
    reason, state = _ruling(case, test, level)
    return dataclasses.replace(
        case.shown(metric),
        state=state,
        reason=reason,
        method=Method.ONE_SAMPLE_T if test else Method.NONE,
        d=None,
        low=finite(test.low) if test else None,
        high=finite(test.high) if test else None,
        p_ni=test.p_shown if test else None,
        p_harm=test.p_missed if test else None,
        level=level,
        baseline_mean=None,
        branch_mean=finite(test.mean) if test else None,
    )
