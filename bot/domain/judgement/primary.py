"""The `primary` role: shown not worse than the baseline by more than the tolerance."""

import math
from dataclasses import dataclass

from bot.domain.errors import UserFault
from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.policy import (
    AbsoluteTolerance,
    Metric,
    RelativeTolerance,
    Spending,
)
from bot.domain.stats.comparison import Comparison, Rule, Sample, compare
from bot.domain.stats.failures import may_differ
from bot.domain.stats.method import Method
from bot.domain.stats.power import detectable
from bot.domain.stats.sequential import Crossing, crossing
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, MetricVerdict, Reason, Ruling

IMPROVEMENT_SPENDING = Spending()
"""The improvement badge has a spending of its own: HSD 2 (statistics page)."""

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Tested:
    """A primary metric compared at one look."""

    metric: Metric
    comparison: Comparison
    level: float
    crossing: Crossing


def judge_primary(
    rules: Rulebook,
    metric: Metric,
    evidence: Evidence,
    look: Look,
    *,
    may_pass: bool,
) -> tuple[MetricVerdict, tuple[Finding, ...]]:
    """The three-valued test at one look; PASS only where failures allow it.

    `may_pass` is False while the branch has more failed trials than the baseline. The
    verdict is UNDECIDED with no reason while looks are left.
    """
    rule = Rule(_orientation(metric), _tolerance(metric))
    try:
        tested = _test(rules, metric, evidence, look, rule)
    except UserFault:
        return _unclear(rules, metric, evidence, look)
    reason, state = _ruling(tested, evidence, look, may_pass=may_pass)
    verdict = _verdict(tested, evidence, look, (reason, state))
    if reason is None:
        return verdict, ()
    facts = _facts(verdict, evidence)
    place = {"mode": rules.mode.name, "metric": metric.name}
    main = finding(reason, state, facts, **place)
    extra = (
        *_badge(rules, tested, facts, look),
        *_power(rules, verdict),
        *_sanity(rules, metric, evidence),
    )
    return verdict, (main, *extra)


def _unclear(
    rules: Rulebook, metric: Metric, evidence: Evidence, look: Look
) -> tuple[MetricVerdict, tuple[Finding, ...]]:
    """A tolerance relative to a mean around zero: no look can ever decide."""
    verdict = MetricVerdict(
        name=metric.name,
        role=metric.role,
        direction=metric.direction,
        source=metric.source.kind,
        state=Ruling.UNDECIDED,
        reason=Reason.TOLERANCE_UNCLEAR,
        look=round(look.n),
        n_baseline=evidence.baseline.n,
        n_branch=evidence.branch.n,
        failed_baseline=len(evidence.baseline.crashed),
        failed_branch=len(evidence.branch.crashed),
        per_seed=evidence.per_seed(metric.name),
    )
    facts: Facts = {"look": verdict.look, "n_branch": verdict.n_branch}
    place = {"mode": rules.mode.name, "metric": metric.name}
    one = finding(Reason.TOLERANCE_UNCLEAR, Ruling.UNDECIDED, facts, **place)
    return verdict, (one,)


def _test(
    rules: Rulebook, metric: Metric, evidence: Evidence, look: Look, rule: Rule
) -> Tested:
    baseline, branch = evidence.complete(metric.name)
    sample = Sample(baseline, branch, evidence.paired, evidence.same_streams())
    level = look.level(rules.decision.alpha, rules.decision.spending)
    comparison = compare(sample, rule, level)
    return Tested(metric, comparison, level, crossing(comparison, level))


def _orientation(metric: Metric) -> int:
    return metric.direction.orientation if metric.direction else 1


def _tolerance(metric: Metric) -> AbsoluteTolerance | RelativeTolerance:
    if isinstance(metric.tolerance, AbsoluteTolerance | RelativeTolerance):
        return metric.tolerance
    problem = (
        f"The tolerance of `{metric.name}` is not known (it says auto or nothing)."
    )
    raise UserFault(problem, "Write a number or a percentage.")


def _ruling(
    tested: Tested, evidence: Evidence, look: Look, *, may_pass: bool
) -> tuple[Reason | None, Ruling]:
    match tested.crossing:
        case Crossing.BLOCK:
            return Reason.HARM_SHOWN, Ruling.BLOCK
        case Crossing.PASS if may_pass:
            same = tested.comparison.method is Method.BIT_IDENTICAL
            return Reason.BIT_IDENTICAL if same else Reason.NOT_WORSE, Ruling.PASS
        case Crossing.TOLERATED if may_pass:
            return Reason.TOLERATED_LOSS, Ruling.PASS
        case _ if not look.last:
            return None, Ruling.UNDECIDED
        case _ if may_pass and _all_equal(tested.metric, evidence):
            return Reason.NO_DIFFERENCE, Ruling.PASS
        case _:
            return Reason.NOT_SHOWN, Ruling.UNDECIDED


def _all_equal(metric: Metric, evidence: Evidence) -> bool:
    """Whether every pair is complete and has equal values in both arms."""
    baseline, branch = evidence.complete(metric.name)
    return bool(baseline) and len(baseline) == evidence.branch.n and baseline == branch


def _verdict(
    tested: Tested,
    evidence: Evidence,
    look: Look,
    ruling: tuple[Reason | None, Ruling],
) -> MetricVerdict:
    metric, found = tested.metric, tested.comparison
    known = found.method is not Method.NONE
    return MetricVerdict(
        name=metric.name,
        role=metric.role,
        direction=metric.direction,
        source=metric.source.kind,
        state=ruling[1],
        reason=ruling[0],
        method=found.method,
        d=_finite(found.d) if known else None,
        low=_finite(found.low),
        high=_finite(found.high),
        tolerance=_finite(found.margin),
        p_ni=found.p_ni,
        p_harm=found.p_harm,
        level=tested.level,
        look=round(look.n),
        n_baseline=evidence.baseline.n,
        n_branch=evidence.branch.n,
        failed_baseline=len(evidence.baseline.crashed),
        failed_branch=len(evidence.branch.crashed),
        baseline_mean=_finite(found.baseline_mean),
        branch_mean=_finite(found.branch_mean),
        sd=_finite(found.sd),
        detectable=_detectable(tested, evidence),
        per_seed=evidence.per_seed(metric.name),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _detectable(tested: Tested, evidence: Evidence) -> float | None:
    """The smallest loss that this look shows with 80 % power, in metric units."""
    found = tested.comparison
    if found.method not in (Method.PAIRED_T, Method.WELCH_T):
        return None
    n = len(evidence.complete(tested.metric.name)[1])
    paired = found.method is Method.PAIRED_T
    unit = found.se * math.sqrt(n) if paired else found.sd
    return _finite(unit * detectable(n, tested.level, paired=paired, power=POWER))


def _facts(verdict: MetricVerdict, evidence: Evidence) -> Facts:
    return {
        "d": verdict.d,
        "low": verdict.low,
        "high": verdict.high,
        "tolerance": verdict.tolerance,
        "p_ni": verdict.p_ni,
        "p_harm": verdict.p_harm,
        "level": verdict.level,
        "look": verdict.look,
        "n_baseline": verdict.n_baseline,
        "n_branch": verdict.n_branch,
        "baseline_mean": verdict.baseline_mean,
        "branch_mean": verdict.branch_mean,
        "method": str(verdict.method),
        "orientation": verdict.direction.orientation if verdict.direction else 1,
        "may_differ": may_differ(max(1, evidence.branch.n)),
        "detectable": verdict.detectable,
    }


def _badge(
    rules: Rulebook, tested: Tested, facts: Facts, look: Look
) -> tuple[Finding, ...]:
    """The improvement badge: information, never a condition, never more seeds."""
    level = look.level(rules.decision.improvement_alpha, IMPROVEMENT_SPENDING)
    if tested.crossing is Crossing.BLOCK or tested.comparison.p_better > level:
        return ()
    place = {"mode": rules.mode.name, "metric": tested.metric.name}
    return (finding(Reason.BETTER, Ruling.INFO, facts, **place),)


def _power(rules: Rulebook, verdict: MetricVerdict) -> tuple[Finding, ...]:
    """What this look could have seen: printed beside every verdict."""
    if verdict.detectable is None:
        return ()
    facts: Facts = {
        "detectable": verdict.detectable,
        "tolerance": verdict.tolerance,
        "n": verdict.look,
        "power": POWER,
    }
    place = {"mode": rules.mode.name, "metric": verdict.name}
    return (finding(Reason.DETECTABLE, Ruling.INFO, facts, **place),)


def _sanity(rules: Rulebook, metric: Metric, evidence: Evidence) -> tuple[Finding, ...]:
    values = evidence.baseline.values(metric.name)
    if len(values) < 2 or len(set(values)) > 1:  # noqa: PLR2004 - two seeds can differ
        return ()
    facts: Facts = {"value": values[0], "seeds": len(values)}
    place = {"mode": rules.mode.name, "metric": metric.name}
    return (finding(Reason.SEED_HAS_NO_EFFECT, Ruling.INFO, facts, **place),)
