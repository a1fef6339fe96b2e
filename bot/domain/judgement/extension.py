"""Past the last look: open primary metrics are judged by e-values, nothing else is.

No boundary is left there to cross. A t e-value may be looked at at any time, at the
price of a slightly larger error, and so serves whoever asks for more seeds.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial

from bot.domain.judgement.case import Case, Judged, finite
from bot.domain.judgement.compared import Incomparable, attempt, incomparable, rule_of
from bot.domain.judgement.ending import Step
from bot.domain.judgement.evidence import Evidence, Look
from bot.domain.judgement.failures import FailureVerdict, opened
from bot.domain.judgement.family import Family, Member
from bot.domain.judgement.limit import judge_limit
from bot.domain.judgement.primary import held_up, primary_facts
from bot.domain.policy import Metric, Role
from bot.domain.stats.evalue import Extension, extend
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, Reason, Ruling
from bot.domain.verdict.counting import only_unshown


def is_extendable(step: Step) -> bool:
    """Whether the schedule ended undecided, and e-values could still end it well.

    So only where nothing but primary metrics is open: no other role may be looked at
    again, and what failures or a limit forbid, no further seed of a metric mends. Nor
    does one mend a broken baseline. `extendable` tells the same of a mode's verdict.
    """
    sampled = step.decided and step.state is Ruling.UNDECIDED and step.case.may_pass
    open_ones = only_unshown(verdict for verdict, _ in step.judged.values())
    return sampled and not step.failures.broken and open_ones


def extend_looks(step: Step, evidence_at: Callable[[int], Evidence | None]) -> Step:
    """Go on to `rules.beyond`, until it is decided or trials are still running.

    Not `decided` means that the next of them is wanted.
    """
    rules = step.case.rules
    schedule, numbers = (*rules.looks, *rules.beyond), iter(rules.beyond)
    step = dataclasses.replace(step, decided=False)
    while not step.decided and (evidence := evidence_at(n := next(numbers))):
        earlier = tuple(float(one) for one in schedule if one < n)
        look = Look(float(n), earlier, rules.looks[-1], n == schedule[-1])
        step = _extend(step, *opened(rules, evidence, look))
    return step


def _extend(step: Step, case: Case, failures: FailureVerdict) -> Step:
    """One number of seeds past the last look; other roles keep their last state."""
    waiting = {
        metric.name: metric
        for metric in case.of(Role.PRIMARY)
        if step.judged[metric.name][0].state is Ruling.UNDECIDED
    }
    again = {metric.name: judge_limit(case, metric) for metric in case.of(Role.LIMIT)}
    found = {name: weigh(case, metric) for name, metric in waiting.items()}
    family = _harm(case, step.judged, found)
    extended = {
        name: _judge(case, metric, found[name], family.member(name))
        for name, metric in waiting.items()
    }
    return Step.of(case, {**step.judged, **again, **extended}, failures)


def weigh(
    case: Case, metric: Metric, harm_alpha: float | None = None
) -> Extension | Incomparable:
    """The e-values of a metric at all seeds that there are."""
    test = partial(extend, alpha=case.rules.decision.alpha, harm_alpha=harm_alpha)
    return attempt(case, metric.name, rule_of(case, metric), test)


def _harm(
    case: Case,
    judged: Mapping[str, Judged],
    found: Mapping[str, Extension | Incomparable],
) -> Family:
    """Harm to all primaries as one family: 1 / E serves as a p at any time."""
    names = [metric.name for metric in case.of(Role.PRIMARY)]
    lost = [name for name in names if judged[name][0].reason is Reason.TOLERATED_LOSS]
    p = {name: _p_of(found[name]) if name in found else 1.0 for name in names}
    alpha = case.rules.decision.alpha
    return Family.at(p, lambda left: alpha / left, lost)


def _p_of(found: Extension | Incomparable) -> float:
    return p_of(found.e_harm) if isinstance(found, Extension) else 1.0


def p_of(e_value: float) -> float:
    """The p that an e-value is worth at any time: 1 / E, at most 1."""
    return 1.0 / max(1.0, e_value)


def _judge(
    case: Case, metric: Metric, found: Extension | Incomparable, harm: Member
) -> Judged:
    if harm.level != case.rules.decision.alpha:
        found = weigh(case, metric, harm.level)
    if isinstance(found, Incomparable):
        return incomparable(case, case.shown(metric), found, Ruling.UNDECIDED)
    reason, state = _ruling(case, found.crossing)
    verdict = dataclasses.replace(
        weighed(case.shown(metric), found),
        state=state,
        reason=reason,
        low=finite(found.low),
        high=finite(found.high),
        p_ni=p_of(found.e_ni),
        p_harm=p_of(found.e_harm),
        level=harm.level if state is Ruling.BLOCK else case.rules.decision.alpha,
        family=harm.family,
    )
    facts: Facts = {
        **primary_facts(case, verdict),
        **held_up(case, reason),
        "e_ni": verdict.e_ni,
        "e_harm": verdict.e_harm,
    }
    return verdict, (case.found(reason, state, facts, metric.name),)


def _ruling(case: Case, crossing: Crossing) -> tuple[Reason, Ruling]:
    match crossing:
        case Crossing.BLOCK:
            return Reason.HARM_SHOWN, Ruling.BLOCK
        case Crossing.PASS if case.may_pass:
            return Reason.NOT_WORSE, Ruling.PASS
        case Crossing.TOLERATED if case.may_pass:
            return Reason.TOLERATED_LOSS, Ruling.PASS
        case _:
            return Reason.NOT_SHOWN, Ruling.UNDECIDED


def weighed(shown: MetricVerdict, found: Extension) -> MetricVerdict:
    """The metric with its e-values, which alone decide nothing yet."""
    known = found.method is not Method.NONE
    return dataclasses.replace(
        shown,
        method=found.method,
        d=finite(found.d) if known else None,
        tolerance=finite(found.margin),
        sd=finite(found.sd),
        e_ni=found.e_ni,
        e_harm=found.e_harm,
    )
