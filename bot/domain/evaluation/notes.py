"""What is worth knowing beside a verdict: how often it was tried, and where it ran."""

from collections.abc import Collection, Iterator, Sequence

from bot.domain.arms import label
from bot.domain.judgement.findings import finding
from bot.domain.plan import Plan
from bot.domain.policy import Mode, Role
from bot.domain.stats.nodes import NodeEffect, Run, node_effect
from bot.domain.trials import Measured, Trial, observe
from bot.domain.verdict import Evidence, Finding, Reason, Ruling, Verdict


def counted(plan: Plan) -> tuple[Finding, ...]:
    """How many evaluations this branch has had; the first says nothing of itself."""
    if plan.knowledge.attempt == 1 and plan.policy.decision.attempts is None:
        return ()
    return (_attempts(plan, Reason.EVALUATIONS_COUNTED, Ruling.INFO),)


def attempts_spent(plan: Plan) -> Verdict | None:
    """UNDECIDED once a branch had all the evaluations that alpha was divided among."""
    most = plan.policy.decision.attempts
    if most is None or plan.knowledge.attempt <= most:
        return None
    one = _attempts(plan, Reason.ATTEMPTS_SPENT, Ruling.UNDECIDED)
    return Verdict(Ruling.UNDECIDED, (one,))


def _attempts(plan: Plan, reason: Reason, state: Ruling) -> Finding:
    rule = plan.policy.decision
    facts: Evidence = {
        "attempt": plan.knowledge.attempt,
        "attempts": rule.attempts,
        "alpha": rule.alpha / (rule.attempts or 1),
    }
    return finding(reason, state, facts)


def node_effects(modes: Sequence[Mode], trials: Collection[Trial]) -> Iterator[Finding]:
    """Primary metrics that come out differently on different machines."""
    for mode in modes:
        own = [trial for trial in trials if trial.mode == mode.name]
        for metric in mode.metrics:
            if metric.role is Role.PRIMARY and metric.direction is not None:
                sign = metric.direction.orientation
                found = node_effect(tuple(_runs(own, metric.name)), sign)
                if found is not None and found.shown:
                    yield _node_effect(found, mode.name, metric.name)


def _node_effect(found: NodeEffect, mode: str, metric: str) -> Finding:
    reason, state = Reason.NODE_EFFECT, Ruling.INFO
    return finding(reason, state, found.evidence(), mode=mode, metric=metric)


def _runs(trials: Sequence[Trial], metric: str) -> Iterator[Run]:
    for trial in trials:
        seen = observe(trial)
        node = trial.result.node if trial.result else ""
        if node and isinstance(seen, Measured) and metric in seen.metrics:
            yield Run(label(trial.arm), node, seen.metrics[metric], trial.seed)
