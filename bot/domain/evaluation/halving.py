"""Where halving stopped: flagged groups of which no half was flagged, and why."""

import dataclasses

from bot.domain.evaluation.parts import is_group
from bot.domain.plan import Plan
from bot.domain.verdict import (
    ChangeVerdict,
    Finding,
    Reason,
    Verdict,
    flagged,
    outdone,
)
from bot.domain.verdict.findings import with_evidence

JUDGED, UNJUDGED, BUDGET = "judged", "unjudged", "budget"
_OPEN = (None, Reason.CHANGE_NOT_ESTIMABLE)


def with_halving(plan: Plan, verdict: Verdict, *, spent: bool) -> Verdict:
    """The verdict; the innermost groups that are flagged say why nothing smaller is.

    `spent` says that the budget ended the evaluation.
    """
    groups = {one.id for one in plan.changes if is_group(one)}
    beyond = outdone(verdict.findings)
    last = {
        one.key: {"halving": _why(plan, verdict, one, spent=spent)}
        for one in flagged(verdict.findings)
        if one.change in groups and one.key not in beyond
    }
    findings = (
        with_evidence(one, last[one.key]) if one.key in last else one
        for one in verdict.findings
    )
    return dataclasses.replace(verdict, findings=tuple(findings))


def _why(plan: Plan, verdict: Verdict, group: Finding, *, spent: bool) -> str:
    """Its halves were judged, or the budget was spent, or they cannot be judged."""
    live = {one.id for one in plan.changes if not one.inert}
    asked = [one for one in plan.halves.get(group.change or "", ()) if one in live]
    halves = [one for one in verdict.changes if one.id in asked]
    left = [one for one in halves if not _judged(one, group)]
    if halves and not left:
        return JUDGED
    return BUDGET if spent and all(one.estimable for one in left) else UNJUDGED


def _judged(half: ChangeVerdict, group: Finding) -> bool:
    """Whether the half was judged to its end where the group was flagged."""
    reasons = [
        one.reason
        for one in half.effects
        if one.mode == group.mode and group.metric in (None, one.metric)
    ]
    return bool(reasons) and not any(one in _OPEN for one in reasons)
