"""The `target` role: the branch's mean shown on the right side of a fixed number."""

from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.policy import Metric
from bot.domain.stats.method import Method
from bot.domain.stats.target import TargetTest, one_sample, spent_alpha
from bot.domain.verdict import Finding, MetricVerdict, Reason, Ruling

SMALLEST_N = 2
"""One value has no variance; the t test starts at two."""


def judge_target(
    rules: Rulebook, metric: Metric, evidence: Evidence, look: Look
) -> tuple[MetricVerdict, tuple[Finding, ...]]:
    """PASS on the proven right side, BLOCK on the proven wrong one; a failure forbids.

    UNDECIDED with no reason while looks are left.
    """
    values = evidence.branch.values(metric.name)
    level = _level(rules, metric, look)
    test = _test(metric, values, level)
    reason, state = _ruling(test, level, look, failed=len(evidence.branch.crashed))
    verdict = _verdict(metric, evidence, look, (test, level, reason, state))
    if reason is None:
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
        "orientation": metric.direction.orientation if metric.direction else 1,
    }
    place = {"mode": rules.mode.name, "metric": metric.name}
    return verdict, (finding(reason, state, facts, **place),)


def _level(rules: Rulebook, metric: Metric, look: Look) -> float:
    alpha = metric.alpha if metric.alpha is not None else rules.decision.alpha
    spending = rules.decision.spending
    return look.level(spent_alpha(rules.looks, alpha, spending), spending)


def _test(metric: Metric, values: tuple[float, ...], level: float) -> TargetTest | None:
    if len(values) < SMALLEST_N or metric.target is None or metric.direction is None:
        return None
    return one_sample(values, metric.target, metric.direction.orientation, level)


def _ruling(
    test: TargetTest | None, level: float, look: Look, *, failed: int
) -> tuple[Reason | None, Ruling]:
    if test is not None and test.p_missed <= level:
        return Reason.TARGET_MISSED, Ruling.BLOCK
    if test is not None and test.p_shown <= level and not failed:
        return Reason.TARGET_SHOWN, Ruling.PASS
    if look.last:
        return Reason.TARGET_NOT_SHOWN, Ruling.UNDECIDED
    return None, Ruling.UNDECIDED


def _verdict(
    metric: Metric,
    evidence: Evidence,
    look: Look,
    found: tuple[TargetTest | None, float, Reason | None, Ruling],
) -> MetricVerdict:
    test, level, reason, state = found
    return MetricVerdict(
        name=metric.name,
        role=metric.role,
        direction=metric.direction,
        source=metric.source.kind,
        state=state,
        reason=reason,
        method=Method.ONE_SAMPLE_T if test else Method.NONE,
        low=test.low if test else None,
        high=test.high if test else None,
        p_ni=test.p_shown if test else None,
        p_harm=test.p_missed if test else None,
        level=level,
        look=round(look.n),
        n_baseline=evidence.baseline.n,
        n_branch=evidence.branch.n,
        failed_baseline=len(evidence.baseline.crashed),
        failed_branch=len(evidence.branch.crashed),
        branch_mean=test.mean if test else None,
        target=metric.target,
        per_seed=evidence.per_seed(metric.name),
    )
