"""The rules by which a mode of the plan is judged."""

from bot.domain.judgement import per_attempt
from bot.domain.judgement.evidence import Rulebook
from bot.domain.plan.whole import Plan
from bot.domain.policy import Metric, Mode, Role
from bot.domain.stats.choice import choose


def rulebook(plan: Plan, mode: Mode) -> Rulebook:
    """The rules of one mode: its error rates, and the tests that history chose."""
    judged, decision = per_attempt(mode, plan.policy.decision)
    chosen = {
        name: choose(history, metric.direction, metric.bounds, plan.looks[0])
        for metric in mode.metrics
        for name in (metric.name, *metric.slice_names)
        if (history := plan.knowledge.history.get((mode.name, name)))
    }
    return Rulebook(judged, decision, plan.looks, {}, plan.beyond, chosen)


def anchored_metrics(plan: Plan, mode: Mode) -> tuple[Metric, ...]:
    """The primary metrics whose landed losses have used up their budget."""
    if plan.anchor is None:
        return ()
    lost, budget = plan.knowledge.lost, plan.tolerance_budget
    return tuple(
        metric
        for metric in mode.metrics
        if metric.role is Role.PRIMARY
        and lost.get((mode.name, metric.name), 0.0) >= budget
    )
