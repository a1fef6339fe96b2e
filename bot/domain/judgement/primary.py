"""The `primary` role: shown not worse than the baseline by more than the tolerance.

Each of several primary metrics must pass at the full level (intersection-union, Berger
1982). Harm is tested as a family, so that more metrics do not block more clean
branches; one metric alone is held to the same level on both sides.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.domain.judgement.case import Case, Judged, Settled, finite
from bot.domain.judgement.compared import (
    POWER,
    Incomparable,
    attempt,
    compared_facts,
    detectable_effect,
    incomparable,
    rule_of,
)
from bot.domain.judgement.family import Family, Member, boundary
from bot.domain.judgement.improve import IMPROVEMENT_SPENDING
from bot.domain.policy import Metric, Role
from bot.domain.stats.comparison import Comparison, Rule, Sample, beyond, compare
from bot.domain.stats.failures import may_differ
from bot.domain.stats.method import Method
from bot.domain.stats.sequential import Crossing, crossed
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, MetricVerdict, Reason, Ruling


@dataclass(frozen=True, slots=True)
class Tested:
    """A primary metric compared at one look; `harm` is its place in that family."""

    metric: Metric
    comparison: Comparison
    level: float
    harm: Member
    crossing: Crossing


def judge_primaries(case: Case, settled: Settled) -> Mapping[str, Judged]:
    """The three-valued test of every primary that is still open, at one look.

    PASS only where failures allow it; UNDECIDED with no reason while looks are left.
    """
    level = boundary(case, 1)
    found = {
        metric.name: _compared(case, metric, level)
        for metric in case.of(Role.PRIMARY)
        if metric.name not in settled
    }
    family = _harm(case, settled, found)
    return {
        metric.name: settled.get(metric.name)
        or _judge(case, metric, found[metric.name], family.member(metric.name))
        for metric in case.of(Role.PRIMARY)
    }


def _compared(case: Case, metric: Metric, level: float) -> Comparison | Incomparable:
    test = _test(case)

    def at_level(sample: Sample, rule: Rule) -> Comparison:
        return test(sample, rule, level)

    return attempt(case, metric.name, rule_of(case, metric), at_level)


def _test(case: Case) -> Callable[[Sample, Rule, float], Comparison]:
    return beyond if case.rules.harm_beyond else compare


def _p_harm(case: Case, found: Comparison) -> float:
    return found.p_beyond if case.rules.harm_beyond else found.p_harm


def _harm(
    case: Case, settled: Settled, found: Mapping[str, Comparison | Incomparable]
) -> Family:
    """The family of harm: a metric that passed stays in it, as not rejected.

    One that passed with a real loss was rejected at its look, and stays so.
    """
    names = [metric.name for metric in case.of(Role.PRIMARY)]
    p = {
        name: _p_harm(case, one)
        for name, one in found.items()
        if isinstance(one, Comparison)
    }
    lost = {
        name
        for name, (verdict, _) in settled.items()
        if verdict.reason is Reason.TOLERATED_LOSS
    }
    known = {name: p.get(name, 1.0) for name in names}
    return Family.at(known, partial(boundary, case), lost)


def _judge(
    case: Case, metric: Metric, found: Comparison | Incomparable, harm: Member
) -> Judged:
    if isinstance(found, Incomparable):
        return incomparable(case, case.shown(metric), found, Ruling.UNDECIDED)
    tested = _tested(case, metric, found, harm)
    reason, state = _ruling(case, tested)
    verdict = _verdict(case, tested, (reason, state))
    if reason is None:
        return verdict, ()
    facts = primary_facts(case, verdict)
    main = case.found(reason, state, {**facts, **held_up(case, reason)}, metric.name)
    extra = (
        *_badge(case, tested, facts),
        *_power(case, verdict),
        *_sanity(case, metric),
    )
    return verdict, (main, *extra)


def _tested(case: Case, metric: Metric, found: Comparison, harm: Member) -> Tested:
    """The crossing, and the interval whose upper end is that of the test of harm."""
    level = boundary(case, 1)
    if harm.level != level:
        sample, rule = case.sample(metric.name), rule_of(case, metric)
        again = _test(case)(sample, rule, harm.level)
        found = dataclasses.replace(found, high=again.high)
    end = crossed(passed=found.p_ni <= level, harmed=harm.rejected)
    return Tested(metric, found, level, harm, end)


def _ruling(case: Case, tested: Tested) -> tuple[Reason | None, Ruling]:
    match tested.crossing:
        case Crossing.BLOCK:
            return Reason.HARM_SHOWN, Ruling.BLOCK
        case Crossing.PASS if case.may_pass:
            same = tested.comparison.method is Method.BIT_IDENTICAL
            return Reason.BIT_IDENTICAL if same else Reason.NOT_WORSE, Ruling.PASS
        case Crossing.TOLERATED if case.may_pass:
            return Reason.TOLERATED_LOSS, Ruling.PASS
        case _ if not case.look.last:
            return None, Ruling.UNDECIDED
        case _ if case.may_pass and _all_equal(case, tested.metric):
            return Reason.NO_DIFFERENCE, Ruling.PASS
        case _:
            return Reason.NOT_SHOWN, Ruling.UNDECIDED


def _all_equal(case: Case, metric: Metric) -> bool:
    """Whether every pair is complete and has equal values in both arms."""
    baseline, branch = case.evidence.complete(metric.name)
    complete = bool(baseline) and len(baseline) == case.evidence.branch.n
    return complete and case.evidence.paired and baseline == branch


def _verdict(
    case: Case, tested: Tested, ruling: tuple[Reason | None, Ruling]
) -> MetricVerdict:
    found, blocked = tested.comparison, ruling[1] is Ruling.BLOCK
    known = found.method is not Method.NONE
    n = len(case.evidence.complete(tested.metric.name)[1])
    return dataclasses.replace(
        case.shown(tested.metric),
        state=ruling[1],
        reason=ruling[0],
        method=found.method,
        d=finite(found.d) if known else None,
        low=finite(found.low),
        high=finite(found.high),
        tolerance=finite(found.margin),
        p_ni=found.p_ni,
        p_harm=_p_harm(case, found),
        level=tested.harm.level if blocked else tested.level,
        family=tested.harm.family,
        sd=finite(found.sd),
        detectable=detectable_effect(found, n, tested.level),
    )


def primary_facts(case: Case, verdict: MetricVerdict) -> Facts:
    """The evidence of a primary metric's finding."""
    return {
        **compared_facts(case, verdict),
        "p_ni": verdict.p_ni,
        "p_harm": verdict.p_harm,
        "may_differ": may_differ(max(1, case.evidence.branch.n)),
    }


def held_up(case: Case, reason: Reason) -> Facts:
    """Of what is left open: whether failed trials forbid that it passes."""
    return {"failing": not case.may_pass} if reason is Reason.NOT_SHOWN else {}


def _badge(case: Case, tested: Tested, facts: Facts) -> tuple[Finding, ...]:
    """The improvement badge: information, never a condition, never more seeds."""
    alpha = case.rules.decision.improvement_alpha
    level = case.look.level(alpha, IMPROVEMENT_SPENDING)
    if tested.crossing is Crossing.BLOCK or tested.comparison.p_better > level:
        return ()
    return (case.found(Reason.BETTER, Ruling.INFO, facts, tested.metric.name),)


def _power(case: Case, verdict: MetricVerdict) -> tuple[Finding, ...]:
    """What this look could have seen: printed beside every verdict."""
    if verdict.detectable is None:
        return ()
    facts: Facts = {
        "detectable": verdict.detectable,
        "tolerance": verdict.tolerance,
        "n": verdict.look,
        "power": POWER,
    }
    return (case.found(Reason.DETECTABLE, Ruling.INFO, facts, verdict.name),)


def _sanity(case: Case, metric: Metric) -> tuple[Finding, ...]:
    values = case.evidence.baseline.values(metric.name)
    if len(values) < 2 or len(set(values)) > 1:  # noqa: PLR2004 - two seeds can differ
        return ()
    facts: Facts = {"value": values[0], "seeds": len(values)}
    return (case.found(Reason.SEED_HAS_NO_EFFECT, Ruling.INFO, facts, metric.name),)
