"""The `guardrail` role: never shown to be worse by more than the tolerance.

All guardrails of a mode, and every slice of a metric that is compared, are one Holm
family. They are looked at when other roles look, and ask for more seeds only where not
even one test of them could be made.
"""

import dataclasses
from collections.abc import Mapping
from functools import partial

from bot.domain.judgement.case import Case, Judged, finite
from bot.domain.judgement.compared import (
    Incomparable,
    attempt,
    compared_facts,
    detectable_effect,
    incomparable,
    rule_of,
)
from bot.domain.judgement.family import Family, Member, boundary
from bot.domain.policy import Metric, Role
from bot.domain.stats.comparison import Comparison, beyond
from bot.domain.stats.method import Method
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import MetricVerdict, Reason, Ruling
from bot.domain.verdict.counting import untested

COMPARED = (Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE)
"""Roles whose slices are guardrails too; slices of others are shown only."""


def judge_guardrails(case: Case) -> Mapping[str, Judged]:
    """Every guardrail and slice at one look: BLOCK where the family rejects it.

    What is not rejected is UNDECIDED with no reason, and is kept once the mode ends. A
    hypothesis that cannot be tested stays in the family, with a p of 1.
    """
    members = _members(case)
    if not members:
        return {}
    level = boundary(case, len(members))
    found = {name: _test(case, one, name, level) for name, one in members.items()}
    p = {name: _p(one) for name, one in found.items()}
    family = Family.at(p, partial(boundary, case))
    return {
        name: _judge(case, members[name], found[name], family.member(name))
        for name in members
    }


def keep(case: Case, judged: Judged) -> Judged:
    """A guardrail that was tested, and that nothing broke until the end, has passed."""
    verdict, findings = judged
    if verdict.reason is not None:
        return judged
    seen = Reason.GUARDRAIL_KEPT, Ruling.PASS
    unseen = Reason.NOT_SHOWN, Ruling.UNDECIDED
    kept, one = _told(case, verdict, *(unseen if untested(verdict) else seen))
    return kept, (*findings, *one)


def slices_judged(metric: Metric) -> tuple[str, ...]:
    """The slices of a metric that are guardrails; those of others are shown only."""
    return metric.slice_names if metric.role in COMPARED else ()


def _members(case: Case) -> Mapping[str, Metric]:
    """The hypotheses of the family by name, in file order."""
    members = dict[str, Metric]()
    for metric in case.rules.mode.metrics:
        if metric.role is Role.GUARDRAIL:
            members[metric.name] = metric
        members |= dict.fromkeys(slices_judged(metric), metric)
    return members


def _test(
    case: Case, metric: Metric, name: str, level: float
) -> Comparison | Incomparable:
    """A rejection of d >= -margin at `level`, or why there can be none."""
    test = partial(beyond, level=level)
    return attempt(case, name, rule_of(case, metric, name), test)


def _p(found: Comparison | Incomparable) -> float:
    return found.p_beyond if isinstance(found, Comparison) else 1.0


def _judge(
    case: Case, metric: Metric, found: Comparison | Incomparable, member: Member
) -> Judged:
    shown = dataclasses.replace(
        case.shown(metric, member.name),
        role=Role.GUARDRAIL,
        state=Ruling.UNDECIDED,
        level=member.level,
        family=member.family,
    )
    if isinstance(found, Incomparable):
        return incomparable(case, shown, found, Ruling.UNDECIDED)
    if member.level != boundary(case, member.family):  # others were rejected before it
        rule = rule_of(case, metric, member.name)
        found = beyond(case.sample(member.name), rule, member.level)
    verdict = _verdict(case, shown, found, member.level)
    if not member.rejected:
        return verdict, ()
    return _told(case, verdict, Reason.GUARDRAIL_BROKEN, Ruling.BLOCK)


def _verdict(
    case: Case, shown: MetricVerdict, found: Comparison, level: float
) -> MetricVerdict:
    n = len(case.evidence.complete(shown.name)[1])
    known = found.method is not Method.NONE
    return dataclasses.replace(
        shown,
        method=found.method,
        d=finite(found.d) if known else None,
        low=finite(found.low),
        high=finite(found.high),
        tolerance=finite(found.margin),
        p_harm=found.p_beyond,
        sd=finite(found.sd),
        detectable=detectable_effect(found, n, level),
    )


def _told(case: Case, verdict: MetricVerdict, reason: Reason, state: Ruling) -> Judged:
    facts: Facts = {**compared_facts(case, verdict), "p_beyond": verdict.p_harm}
    final = dataclasses.replace(verdict, state=state, reason=reason)
    return final, (case.found(reason, state, facts, verdict.name),)
