"""Futility, where the policy asks for it: ending early what would end undecided."""

import dataclasses
from collections.abc import Mapping

from bot.domain.judgement.case import Case, Judged
from bot.domain.judgement.compared import rule_of
from bot.domain.judgement.family import boundary
from bot.domain.policy import Metric, Role
from bot.domain.stats.comparison import compare
from bot.domain.stats.futility import ConditionalPower, Course, conditional_power
from bot.domain.verdict import MetricVerdict, Reason, Ruling


def judge_futility(case: Case, judged: Mapping[str, Judged]) -> Mapping[str, Judged]:
    """Mark the primary metrics that are open, if not one of them can be decided.

    Never while an improvement or a target is open, nor where seeds beyond the last look
    were asked for. What still has a chance to pass or to block keeps the mode going.
    """
    metrics = [one for one in case.of(Role.PRIMARY) if _is_open(judged[one.name][0])]
    if not metrics or not _applies(case, judged):
        return judged
    powers = {metric.name: _power(case, metric) for metric in metrics}
    if not all(power.futile for power in powers.values()):
        return judged
    marked = {
        name: _marked(case, judged[name][0], power) for name, power in powers.items()
    }
    return {**judged, **marked}


def _applies(case: Case, judged: Mapping[str, Judged]) -> bool:
    others = (*case.of(Role.IMPROVE), *case.of(Role.TARGET))
    waiting = any(judged[one.name][0].state is Ruling.UNDECIDED for one in others)
    wanted = case.rules.decision.futility and not case.rules.beyond
    return wanted and not case.look.last and not waiting


def _is_open(verdict: MetricVerdict) -> bool:
    return verdict.state is Ruling.UNDECIDED and verdict.reason is None


def _power(case: Case, metric: Metric) -> ConditionalPower:
    """The conditional power of the primary's two tests at the looks that are left."""
    look, decision = case.look, case.rules.decision
    found = compare(case.sample(metric.name), rule_of(case, metric), boundary(case, 1))
    later = tuple(float(n) for n in case.rules.looks if n > look.n)
    made = (*look.earlier, look.n)
    course = Course(made, later, look.n_max, decision.alpha, decision.spending)
    return conditional_power(found, course)


def _marked(case: Case, verdict: MetricVerdict, power: ConditionalPower) -> Judged:
    facts = {
        "p_pass": power.p_pass,
        "p_block": power.p_block,
        "look": verdict.look,
        "n_max": case.look.n_max,
    }
    state, reason = Ruling.UNDECIDED, Reason.FUTILE
    one = case.found(reason, state, facts, verdict.name)
    return dataclasses.replace(verdict, reason=reason), (one,)
