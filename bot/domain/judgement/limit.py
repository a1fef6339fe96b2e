"""The `limit` role: every trial of the branch must keep within the bound."""

from bot.domain.judgement.evidence import Evidence, Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.policy import Metric
from bot.domain.stats.method import Method
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, MetricVerdict, Reason, Ruling

Broken = tuple[int | None, float, float, str]


def judge_limit(
    rules: Rulebook, metric: Metric, evidence: Evidence
) -> tuple[MetricVerdict, Finding]:
    """BLOCK on one value outside; a trial without a value was not seen to keep it."""
    measured = [
        (one.seed, one.metrics[metric.name])
        for one in evidence.branch.measured
        if metric.name in one.metrics
    ]
    broken = [
        found
        for seed, value in measured
        if (found := _outside(metric, seed, value)) is not None
    ]
    unseen = evidence.branch.n - len(measured)
    state, reason = _ruling(len(broken), unseen)
    facts = _facts(metric, evidence, broken, unseen)
    one = finding(reason, state, facts, mode=rules.mode.name, metric=metric.name)
    return _verdict(metric, evidence, state, reason), one


def _outside(metric: Metric, seed: int | None, value: float) -> Broken | None:
    if metric.maximum is not None and value > metric.maximum:
        return seed, value, metric.maximum, "max"
    if metric.minimum is not None and value < metric.minimum:
        return seed, value, metric.minimum, "min"
    return None


def _ruling(broken: int, unseen: int) -> tuple[Ruling, Reason]:
    if broken:
        return Ruling.BLOCK, Reason.LIMIT_BROKEN
    if unseen:
        return Ruling.UNDECIDED, Reason.LIMIT_UNSEEN
    return Ruling.PASS, Reason.LIMIT_KEPT


def _facts(
    metric: Metric, evidence: Evidence, broken: list[Broken], unseen: int
) -> Facts:
    seed, value, bound, side = _worst(broken) or (None, None, *_bound(metric))
    return {
        "seed": seed,
        "value": value,
        "bound": bound,
        "side": side,
        "violations": len(broken),
        "unseen": unseen,
        "n_branch": evidence.branch.n,
    }


def _worst(broken: list[Broken]) -> Broken | None:
    return max(broken, key=lambda one: abs(one[1] - one[2]), default=None)


def _bound(metric: Metric) -> tuple[float | None, str]:
    if metric.maximum is not None:
        return metric.maximum, "max"
    return metric.minimum, "min"


def _verdict(
    metric: Metric, evidence: Evidence, state: Ruling, reason: Reason
) -> MetricVerdict:
    values = evidence.branch.values(metric.name)
    before = evidence.baseline.values(metric.name)
    return MetricVerdict(
        name=metric.name,
        role=metric.role,
        direction=metric.direction,
        source=metric.source.kind,
        state=state,
        reason=reason,
        method=Method.EVERY_TRIAL,
        look=evidence.branch.n,
        n_baseline=evidence.baseline.n,
        n_branch=evidence.branch.n,
        failed_baseline=len(evidence.baseline.crashed),
        failed_branch=len(evidence.branch.crashed),
        baseline_mean=sum(before) / len(before) if before else None,
        branch_mean=sum(values) / len(values) if values else None,
        maximum=metric.maximum,
        minimum=metric.minimum,
        per_seed=evidence.per_seed(metric.name),
    )
