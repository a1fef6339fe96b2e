"""The `limit` role: every trial of the branch must keep within the bound."""

import dataclasses

from bot.domain.judgement.case import Case, Judged, mean
from bot.domain.policy import Metric
from bot.domain.stats.method import Method
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Reason, Ruling

Broken = tuple[int | None, float, float, str]


def judge_limit(case: Case, metric: Metric) -> Judged:
    """BLOCK on one value outside; a trial without a value was not seen to keep it."""
    branch = case.evidence.branch
    measured = [
        (one.seed, one.metrics[metric.name])
        for one in branch.measured
        if metric.name in one.metrics
    ]
    broken = [
        found
        for seed, value in measured
        if (found := _outside(metric, seed, value)) is not None
    ]
    unseen = branch.n - len(measured)
    state, reason = _ruling(len(broken), unseen)
    facts = _facts(metric, branch.n, broken, unseen)
    verdict = dataclasses.replace(
        case.shown(metric),
        state=state,
        reason=reason,
        method=Method.EVERY_TRIAL,
        d=None,
        baseline_mean=mean(case.evidence.baseline.values(metric.name)),
        branch_mean=mean(branch.values(metric.name)),
    )
    return verdict, (case.found(reason, state, facts, metric.name),)


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


def _facts(metric: Metric, n: int, broken: list[Broken], unseen: int) -> Facts:
    seed, value, bound, side = _worst(broken) or (None, None, *_bound(metric))
    return {
        "seed": seed,
        "value": value,
        "bound": bound,
        "side": side,
        "violations": len(broken),
        "unseen": unseen,
        "n_branch": n,
    }


def _worst(broken: list[Broken]) -> Broken | None:
    return max(broken, key=lambda one: abs(one[1] - one[2]), default=None)


def _bound(metric: Metric) -> tuple[float | None, str]:
    if metric.maximum is not None:
        return metric.maximum, "max"
    return metric.minimum, "min"
