"""How an evaluation ends: the verdict over all modes, and what surrounds it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.evaluation.facts import Facts, lost_by, own
from bot.domain.evaluation.notes import counted, node_effects
from bot.domain.evaluation.wanting import next_look
from bot.domain.judgement.findings import finding
from bot.domain.plan import Plan, slots_of
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence as Proof
from bot.domain.verdict import Finding, ModeVerdict, Reason, Ruling, Verdict, worst

NO_SANDBOX = "none"


def budget_spent(facts: Facts) -> Finding | None:
    """A finding once the trials of this evaluation have used up the budget."""
    budget = facts.plan.policy.budget
    started = [trial for trial in own(facts) if trial.result is not None]
    if budget.trials is not None and len(started) >= budget.trials:
        return _budget(len(started), budget.trials, "trials")
    hours = sum(_gpu_hours(facts.plan, trial) for trial in started)
    if budget.gpu_hours is not None and hours >= budget.gpu_hours > 0:
        return _budget(round(hours, 3), budget.gpu_hours, "GPU hours")
    return None


def _gpu_hours(plan: Plan, trial: Trial) -> float:
    mode = next(one for one in plan.modes if one.name == trial.mode)
    wall = trial.result.wall_s if trial.result else 0.0
    return wall * mode.resources.gpus / 3600


def _budget(spent: float, limit: float, what: str) -> Finding:
    facts: Proof = {"spent": spent, "limit": limit, "what": what}
    return finding(Reason.BUDGET_SPENT, Ruling.UNDECIDED, facts)


def lost(facts: Facts, modes: Iterable[ModeVerdict]) -> Mapping[str, Finding]:
    """Modes whose next look needs a trial that our machinery lost for good.

    Such a trial is never dropped. One that was only started early decides nothing yet.
    """
    found = {one.name: _gone(facts, one) for one in modes}
    return {name: lost_finding(name, many) for name, many in found.items() if many}


def _gone(facts: Facts, verdict: ModeVerdict) -> list[str]:
    mode = next(one for one in facts.plan.modes if one.name == verdict.name)
    slots = slots_of(facts.plan, mode, next_look(facts.plan, verdict))
    trials = [facts.trials[slot] for slot in slots if slot in facts.trials]
    details = (lost_by(trial) for trial in trials)
    return [one for one in details if one is not None]


def lost_finding(
    mode: str, details: Sequence[str], state: Ruling = Ruling.UNDECIDED
) -> Finding:
    """A finding on trials that our machinery lost for good."""
    facts: Proof = {"lost": len(details), "first": details[0]}
    return finding(Reason.TRIALS_LOST, state, facts, mode=mode)


def final(
    facts: Facts,
    modes: tuple[ModeVerdict, ...],
    spent: Finding | None,
    gone: Mapping[str, Finding],
) -> Verdict:
    """The worst of all modes; a narrowed plan can block but never pass."""
    findings = [one for mode in modes for one in mode.findings]
    findings += [one for name, one in gone.items() if not _decided(modes, name)]
    if spent and not all(mode.decided for mode in modes):
        findings.append(spent)
    states = [mode.state for mode in modes]
    if facts.plan.narrowed:
        narrowed = {"narrowed": facts.plan.narrowed}
        findings.append(finding(Reason.NARROWED, Ruling.UNDECIDED, narrowed))
        states.append(Ruling.UNDECIDED)
    differing = node_effects(facts.plan.modes, facts.trials.values())
    findings += [*facts.plan.notes, *facts.distrusted, *counted(facts.plan), *differing]
    return Verdict(worst(tuple(states)), tuple(findings), modes)


def _decided(modes: tuple[ModeVerdict, ...], name: str) -> bool:
    return any(mode.name == name and mode.decided for mode in modes)


def circumstances(verdict: Verdict, sandbox: str, scratch_ref: str | None) -> Verdict:
    """The verdict with what a reader must know of how it came about."""
    notes: list[Finding] = []
    if scratch_ref is not None:
        ref = {"ref": scratch_ref}
        notes.append(finding(Reason.DIRTY_COMMITTED, Ruling.INFO, ref))
    if sandbox == NO_SANDBOX and (verdict.modes or verdict.rungs):
        notes.append(finding(Reason.NO_SANDBOX, Ruling.INFO, {"sandbox": sandbox}))
    return dataclasses.replace(verdict, findings=(*verdict.findings, *notes))


def unjudged(reason: Reason, evidence: Mapping[str, tuple[str, ...]]) -> Verdict:
    """A verdict that needs no trial: a conflict is undecided, no change passes."""
    passes = reason in (Reason.NOTHING_CHANGED, Reason.NOTHING_RELEVANT)
    state = Ruling.PASS if passes else Ruling.UNDECIDED
    return Verdict(state, (finding(reason, state, evidence),))
