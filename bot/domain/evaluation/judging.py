"""One mode judged on the trials that have ended: against its baseline, and its anchor.

Where losses that landed have used up their budget, the branch is also held against a
pinned release (Everson-Stewart and Emerson 2010 on bio-creep): each primary metric must
be shown not worse than there by more than what may be lost by then and one tolerance
more, and blocks only where it is shown to be worse by more than that.
"""

import dataclasses
from collections.abc import Mapping

from bot.domain.arms import Anchor, Arm, Baseline
from bot.domain.evaluation.facts import Facts, evidence
from bot.domain.judgement import Evidence, judge_looks
from bot.domain.judgement.evidence import Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.plan import Plan, anchored_metrics, rulebook
from bot.domain.policy import (
    AbsoluteTolerance,
    Metric,
    Mode,
    RelativeTolerance,
    Tolerance,
)
from bot.domain.verdict import Evidence as Proof
from bot.domain.verdict import Finding, ModeVerdict, Reason, Ruling, worst

ANCHOR_TOLERANCES = 2.0
"""How many tolerances a branch may be worse than the anchor, at least."""


def judge_mode(facts: Facts, mode: Mode) -> ModeVerdict:
    """The mode so far; decided only when baseline and anchor have both answered."""
    rules = rulebook(facts.plan, mode)
    main = _against(facts, rules, Baseline())
    metrics = anchored_metrics(facts.plan, mode)
    if not metrics:
        return main
    allowed = max(ANCHOR_TOLERANCES, facts.plan.tolerance_budget + 1.0)
    wider = tuple(_widened(one, allowed) for one in metrics)
    held = dataclasses.replace(
        rules,
        mode=dataclasses.replace(rules.mode, metrics=wider),
        decision=dataclasses.replace(rules.decision, futility=False),
        beyond=(),
        harm_beyond=True,
    )
    return _both(facts.plan, main, _against(facts, held, Anchor()))


def _against(facts: Facts, rules: Rulebook, arm: Arm) -> ModeVerdict:
    plan, mode = facts.plan, rules.mode
    targeted = not plan.targeted or mode.name in plan.targeted

    def evidence_at(n: int) -> Evidence | None:
        return evidence(facts.trials, mode, arm, n)

    return judge_looks(rules, evidence_at, targeted=targeted)


def _widened(metric: Metric, by: float) -> Metric:
    wide: Tolerance | None = metric.tolerance
    if isinstance(wide, AbsoluteTolerance):
        wide = AbsoluteTolerance(by * wide.amount)
    elif isinstance(wide, RelativeTolerance):
        wide = RelativeTolerance(by * wide.fraction)
    return dataclasses.replace(metric, tolerance=wide, slices=())


def _both(plan: Plan, main: ModeVerdict, anchored: ModeVerdict) -> ModeVerdict:
    """Both answers as one: any block decides, a pass needs both."""
    state = worst((main.state, anchored.state))
    blocked = Ruling.BLOCK in (main.state, anchored.state)
    later = anchored if main.decided else main
    spent = tuple(_spent(plan, main.name, one.name) for one in anchored.metrics)
    held = tuple(_renamed(plan, one) for one in anchored.findings)
    return dataclasses.replace(
        main,
        state=state,
        decided=blocked or (main.decided and anchored.decided),
        look=later.look,
        findings=(*main.findings, *spent, *(one for one in held if one)),
    )


_RENAMED: Mapping[Reason, Reason] = {
    Reason.NOT_WORSE: Reason.ANCHOR_KEPT,
    Reason.TOLERATED_LOSS: Reason.ANCHOR_KEPT,
    Reason.BIT_IDENTICAL: Reason.ANCHOR_KEPT,
    Reason.NO_DIFFERENCE: Reason.ANCHOR_KEPT,
    Reason.HARM_SHOWN: Reason.ANCHOR_LOST,
    Reason.NOT_SHOWN: Reason.ANCHOR_OPEN,
    Reason.TOLERANCE_UNCLEAR: Reason.ANCHOR_OPEN,
    Reason.STOPPED_EARLY: Reason.ANCHOR_OPEN,
    Reason.FUTILE: Reason.ANCHOR_OPEN,
    Reason.MORE_FAILURES: Reason.MORE_FAILURES,
    Reason.FAILURES_LEFT: Reason.FAILURES_LEFT,
    Reason.BASELINE_BROKEN: Reason.BASELINE_BROKEN,
    Reason.SATURATED: Reason.ANCHOR_OPEN,
}
"""What the comparison with the baseline is called where it is one with the anchor."""


def _renamed(plan: Plan, one: Finding) -> Finding | None:
    """A finding of this comparison, by its name and with the release in it."""
    reason = _RENAMED.get(one.reason)
    if reason is None:
        return None
    facts: Proof = {**one.evidence, "anchor": plan.anchor.name if plan.anchor else ""}
    return finding(reason, one.state, facts, mode=one.mode, metric=one.metric)


def _spent(plan: Plan, mode: str, metric: str) -> Finding:
    facts: Proof = {
        "spent": round(plan.knowledge.lost.get((mode, metric), 0.0), 3),
        "budget": plan.tolerance_budget,
        "anchor": plan.anchor.name if plan.anchor else "",
    }
    state = Ruling.INFO
    return finding(Reason.TOLERANCE_SPENT, state, facts, mode=mode, metric=metric)
