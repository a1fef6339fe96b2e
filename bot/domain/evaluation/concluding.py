"""The verdict on a branch with what its ablations say, and what they left open."""

import dataclasses
from collections.abc import Iterator, Sequence

from bot.domain.arms import Branch, Without
from bot.domain.evaluation.ablation import FITTING, Ablation
from bot.domain.evaluation.ending import lost_finding
from bot.domain.evaluation.facts import Facts, lost_by
from bot.domain.evaluation.halving import with_halving
from bot.domain.judgement.changes import with_changes
from bot.domain.judgement.findings import finding
from bot.domain.plan import Plan
from bot.domain.verdict import Evidence as Proof
from bot.domain.verdict import Finding, Reason, Ruling, Verdict, worst
from bot.domain.verdict.findings import with_evidence

REPORT = "report"
SAME_TREE = "it is the same without it"


def concluded(
    facts: Facts, verdict: Verdict, parts: Sequence[Ablation], spent: Finding | None
) -> Verdict:
    """The verdict with every change that was judged, and with what stayed open.

    The answer on the branch as a whole stands. A change that is proven harmful blocks a
    branch that passes. Where it passes, and what the policy asks to be known of its
    changes could not be found out, because the budget was spent or trials got lost, it
    is undecided; with `shadowed: report` that is information, as harm would be. Changes
    that are open after their last look, or cannot be judged at all, hold nothing up.
    """
    for one in parts:
        verdict = with_changes(verdict, one.answer())
    verdict = with_halving(facts.plan, verdict, spent=spent is not None)
    told = [*_of_cut(facts.plan), *_not_alone(parts), *_lost(facts, parts)]
    told += _unfinished(facts.plan, verdict, parts, spent)
    state = worst((verdict.state, *(one.state for one in told)))
    findings = (*verdict.findings, *told)
    return dataclasses.replace(verdict, state=state, findings=findings)


def _of_cut(plan: Plan) -> Iterator[Finding]:
    """How the branch was cut into changes."""
    groups, most = len(plan.first_cut), plan.policy.ablation.max_changes
    if plan.changes and plan.found > groups:
        facts: Proof = {"found": plan.found, "groups": groups, "most": most}
        yield finding(Reason.CHANGES_GROUPED, Ruling.INFO, facts)
    for note in plan.cut_notes:
        yield finding(Reason.CHANGES_NOTED, Ruling.INFO, {"note": note})
    for one in plan.changes:
        if one.inert:
            facts = {"why": one.why_not or SAME_TREE, "title": one.change.title}
            yield finding(Reason.CHANGE_INERT, Ruling.INFO, facts, change=one.id)


def _not_alone(parts: Sequence[Ablation]) -> Iterator[Finding]:
    """Changes that would have been taken alone, and could not be."""
    for one in parts:
        titles = {each.id: each.change.title for each in one.rounds.plan.changes}
        for change, why in one.singles.unable.items():
            facts: Proof = {"alone": why, "title": titles[change]}
            place = {"mode": one.mode, "change": change}
            yield finding(Reason.CHANGES_NOTED, Ruling.INFO, facts, **place)


def _lost(facts: Facts, parts: Sequence[Ablation]) -> Iterator[Finding]:
    """Trials that changes still needed and that our machinery lost for good."""
    for one in parts:
        if one.rounds.lost:
            details = tuple(
                detail
                for slot, trial in facts.trials.items()
                if slot.mode == one.mode and isinstance(slot.arm, Branch | Without)
                if (detail := lost_by(trial)) is not None
            )
            gone = lost_finding(one.mode, details, _missed(facts.plan, one))
            yield with_evidence(gone, _in_shadow(facts.plan, [one]))
        if one.singles.lost:  # these are only shown: they decide nothing
            yield lost_finding(one.mode, one.singles.lost, Ruling.INFO)


def _unfinished(
    plan: Plan, verdict: Verdict, parts: Sequence[Ablation], spent: Finding | None
) -> Iterator[Finding]:
    """The budget, where it ended an ablation, with what it left open; once is enough.

    Halves and changes alone tell more of harm that was shown: they decide nothing.
    """
    open_ = {
        "changes": tuple(
            dict.fromkeys(one for part in parts for one in part.rounds.due)
        ),
        "groups": tuple(dict.fromkeys(one for part in parts for one in part.refine)),
    }
    states = [
        _missed(plan, one) if one.rounds.due else Ruling.INFO
        for one in parts
        if one.open
    ]
    if spent and states and spent not in verdict.findings:
        state = min(states, key=(Ruling.UNDECIDED, Ruling.INFO).index)
        due = [one for one in parts if one.open and one.rounds.due]
        told = {**spent.evidence, **open_, **_in_shadow(plan, due)}
        yield finding(Reason.BUDGET_SPENT, state, told)


def _in_shadow(plan: Plan, due: Sequence[Ablation]) -> Proof:
    """A mark where changes would hold their branch up, had it not been blocked."""
    blocked = any(one.rounds.verdict.state is Ruling.BLOCK for one in due)
    asked = Ruling.PASS in FITTING[plan.policy.ablation.when]
    return {"shadowed": True} if blocked and asked and _holds(plan) else {}


def _holds(plan: Plan) -> bool:
    """Whether harm that single changes do holds a branch up."""
    return plan.policy.shadowed != REPORT


def _missed(plan: Plan, one: Ablation) -> Ruling:
    """What it means that a mode's changes could not all be judged."""
    passed = one.rounds.verdict.state is Ruling.PASS
    return Ruling.UNDECIDED if passed and _holds(plan) else Ruling.INFO
