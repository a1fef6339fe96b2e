"""What runs cost, and what the rungs before leave of a budget."""

import dataclasses
from collections.abc import Sequence

from bot.domain.plan import Plan
from bot.domain.policy import Budget
from bot.domain.trials import Trial
from bot.domain.verdict import Cost, Finding, Reason, Verdict
from bot.domain.verdict.findings import finding

TRIALS = "trials"
_ALMOST_NOTHING = 1e-9
"""GPU hours that nothing can run in, and yet a bound."""


def cost_of(trials: Sequence[Trial], elapsed_s: float) -> Cost:
    """What such runs cost this call, and what it was spared."""
    ended = [one for one in trials if one.finished]
    ran = [one for one in ended if not one.cached]
    return Cost(
        trials_run=len(ran),
        trials_reused=len(ended) - len(ran),
        elapsed_s=elapsed_s,
        cpu_hours=sum(_wall_h(one) * _reserved(one)[0] for one in ran),
        gpu_hours=sum(_wall_h(one) * _reserved(one)[1] for one in ran),
    )


def _wall_h(trial: Trial) -> float:
    return trial.result.wall_s / 3600 if trial.result else 0.0


def _reserved(trial: Trial) -> tuple[float, float]:
    """CPUs and GPUs."""
    if trial.spec is None:
        return 0.0, 0.0
    return trial.spec.resources.cpus, trial.spec.resources.gpus


def summed_cost(costs: Sequence[Cost]) -> Cost:
    """What several rungs cost together."""
    return Cost(
        trials_run=sum(one.trials_run for one in costs),
        trials_reused=sum(one.trials_reused for one in costs),
        trials_cancelled=sum(one.trials_cancelled for one in costs),
        elapsed_s=sum(one.elapsed_s for one in costs),
        cpu_hours=sum(one.cpu_hours for one in costs),
        gpu_hours=sum(one.gpu_hours for one in costs),
    )


def so_far(trials: Sequence[Trial], now: Cost, before: Cost) -> Cost:
    """What an evaluation has cost by now, however often it was judged.

    `trials` are all that it has: those that it asked for first are its own to pay,
    whenever they ran. Only its own time, and what it cancelled, are in what this call
    cost (`now`) and those `before` it.
    """
    ended = {one.key: one for one in trials if one.finished}.values()
    own = [one for one in ended if not one.shared]
    return Cost(
        trials_run=len(own),
        trials_reused=len(ended) - len(own),
        trials_cancelled=before.trials_cancelled + now.trials_cancelled,
        elapsed_s=before.elapsed_s + now.elapsed_s,
        cpu_hours=sum(_wall_h(one) * _reserved(one)[0] for one in own),
        gpu_hours=sum(_wall_h(one) * _reserved(one)[1] for one in own),
    )


def within(plan: Plan, spent: Sequence[Trial]) -> Plan:
    """The plan with what earlier rungs of the same climb have left of its budget.

    Runs that another evaluation asked for first are its own to pay.
    """
    own = {one.key: one for one in spent if not one.shared and one.result is not None}
    hours = sum(_wall_h(one) * _reserved(one)[1] for one in own.values())
    budget = plan.policy.budget
    left = Budget(
        None if budget.trials is None else max(0, budget.trials - len(own)),
        None
        if budget.gpu_hours is None
        else max(_ALMOST_NOTHING, budget.gpu_hours - hours),
    )
    policy = dataclasses.replace(plan.policy, budget=left)
    return dataclasses.replace(plan, policy=policy)


def of_whole(verdict: Verdict, whole: Budget, left: Budget) -> Verdict:
    """The verdict that tells of the `whole` budget, not of what was `left` of it."""
    findings = tuple(
        _of_whole(one, whole, left) if one.reason is Reason.BUDGET_SPENT else one
        for one in verdict.findings
    )
    return dataclasses.replace(verdict, findings=findings)


def _of_whole(one: Finding, whole: Budget, left: Budget) -> Finding:
    counts = one.evidence.get("what") == TRIALS
    limit = whole.trials if counts else whole.gpu_hours
    rest, spent = (left.trials if counts else left.gpu_hours), one.evidence["spent"]
    if limit is None or rest is None or not isinstance(spent, int | float):
        return one
    before = limit - rest
    facts = {**one.evidence, "spent": round(spent + before, 3), "limit": limit}
    return finding(one.reason, one.state, facts)
