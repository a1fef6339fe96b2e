"""The heart: what is known of an evaluation gives what to do next.

`next_step` is pure. The engine gathers the facts, calls it, stores and performs the
step, and comes back when a trial has ended. An evaluation has no phase of its own.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.arms import Baseline, Branch
from bot.domain.judgement import (
    ArmEvidence,
    Evidence,
    judge_looks,
    needs_baseline,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.judgement.findings import finding
from bot.domain.plan import Plan, Slot, slots_until
from bot.domain.policy import Mode, Seeding
from bot.domain.trials import Observation, Trial, observe
from bot.domain.verdict import Evidence as Proof
from bot.domain.verdict import Finding, ModeVerdict, Reason, Ruling, Verdict, worst
from workers.contract import TERMINAL, Infra, TrialState

Trials = Mapping[Slot, Trial]
NO_SANDBOX = "none"


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known: the plan, and every trial that the store has for it."""

    plan: Plan
    trials: Trials


@dataclass(frozen=True, slots=True)
class Step:
    """What to do: trials to want (in order), trials to withdraw, and the answer so far.

    `verdict` is None while trials are still needed.
    """

    wanted: tuple[Slot, ...]
    cancel: tuple[Slot, ...]
    modes: tuple[ModeVerdict, ...]
    verdict: Verdict | None


def next_step(facts: Facts) -> Step:
    """The next step of an evaluation; safe to compute at any time, any number of times.

    Modes are judged apart: each stops as soon as its own answer is known, so that an
    author learns of every mode in one evaluation.
    """
    modes = tuple(_judge_mode(facts, mode) for mode in facts.plan.modes)
    spent = _budget_spent(facts)
    lost = _lost(facts, modes)
    if spent or all(mode.decided or mode.name in lost for mode in modes):
        verdict = _verdict(facts, modes, spent, lost)
        return Step((), _running(facts), modes, verdict)
    open_modes = [one for one in modes if not (one.decided or one.name in lost)]
    wanted = _wanted(facts, open_modes)
    closed = {mode.name for mode in modes} - {mode.name for mode in open_modes}
    cancel = tuple(slot for slot in _running(facts) if slot.mode in closed)
    return Step(wanted, cancel, modes, None)


def _judge_mode(facts: Facts, mode: Mode) -> ModeVerdict:
    plan = facts.plan
    rules = Rulebook(mode, plan.policy.decision, plan.looks)
    targeted = not plan.targeted or mode.name in plan.targeted

    def evidence_at(n: int) -> Evidence | None:
        return _evidence(facts.trials, mode, n)

    return judge_looks(rules, evidence_at, targeted=targeted)


def _evidence(trials: Trials, mode: Mode, n: int) -> Evidence | None:
    """The first n trials of each arm, or None while one of them has no result."""
    branch = _arm(trials, (Slot(mode.name, Branch(), i) for i in range(n)))
    if branch is None:
        return None
    if not needs_baseline(mode):
        return Evidence(ArmEvidence(), branch, paired=False)
    baseline = _arm(trials, (Slot(mode.name, Baseline(), i) for i in range(n)))
    if baseline is None:
        return None
    return Evidence(baseline, branch, paired=mode.seeding is Seeding.SHARED)


def _arm(trials: Trials, slots: Iterable[Slot]) -> ArmEvidence | None:
    seen: list[Observation] = []
    for slot in slots:
        trial = trials.get(slot)
        observation = observe(trial) if trial else None
        if observation is None:
            return None
        seen.append(observation)
    return ArmEvidence(tuple(seen))


def _wanted(facts: Facts, modes: list[ModeVerdict]) -> tuple[Slot, ...]:
    """What the next look of each open mode needs, then what idle slots may start early.

    Ordered by seed across modes, so that all modes reach their looks together. Early
    starts belong to the following look; they are withdrawn if it is never made.
    """
    needed = [slot for mode in modes for slot in _missing(facts, mode, ahead=0)]
    early = [slot for mode in modes for slot in _missing(facts, mode, ahead=1)]
    needed.sort(key=lambda slot: slot.position)
    early.sort(key=lambda slot: slot.position)
    idle = max(0, facts.plan.slots - len(needed))
    fresh = [slot for slot in early if slot not in set(needed)]
    return (*needed, *fresh[:idle])[: _left(facts)]


def _left(facts: Facts) -> int | None:
    """How many unfinished trials the budget still allows; None is no bound."""
    budget = facts.plan.policy.budget.trials
    if budget is None:
        return None
    ended = [trial for trial in _own(facts) if trial.result is not None]
    return max(0, budget - len(ended))


def _own(facts: Facts) -> list[Trial]:
    """The trials that this evaluation asked for first, and so pays."""
    return [trial for trial in facts.trials.values() if not trial.shared]


def _missing(facts: Facts, verdict: ModeVerdict, *, ahead: int) -> tuple[Slot, ...]:
    """Slots up to the next look (or `ahead` looks further) that have not ended."""
    mode = next(one for one in facts.plan.modes if one.name == verdict.name)
    n = _next_look(facts.plan, verdict, ahead)
    return tuple(
        slot
        for slot in slots_until(mode, n)
        if not ((trial := facts.trials.get(slot)) and trial.finished)
    )


def _next_look(plan: Plan, verdict: ModeVerdict, ahead: int = 0) -> int:
    """Seeds at the next look, or `ahead` looks further; the last one at most."""
    later = [n for n in plan.looks if n > verdict.look] or [plan.looks[-1]]
    return later[min(ahead, len(later) - 1)]


def _running(facts: Facts) -> tuple[Slot, ...]:
    return tuple(
        slot for slot, trial in facts.trials.items() if trial.state not in TERMINAL
    )


def _budget_spent(facts: Facts) -> Finding | None:
    """A finding once the trials of this evaluation have used up the budget."""
    budget = facts.plan.policy.budget
    started = [trial for trial in _own(facts) if trial.result is not None]
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


def _lost(facts: Facts, modes: Iterable[ModeVerdict]) -> Mapping[str, Finding]:
    """Modes whose next look needs a trial that our machinery lost for good.

    Such a trial is never dropped. One that was only started early decides nothing yet.
    """
    lost: dict[str, list[str]] = {}
    needed = {mode.name: _next_look(facts.plan, mode) for mode in modes}
    for trial in facts.trials.values():
        gone = trial.state is TrialState.INFRA and trial.position < needed[trial.mode]
        if gone and trial.result is not None:
            outcome = trial.result.outcome
            detail = outcome.detail if isinstance(outcome, Infra) else ""
            lost.setdefault(trial.mode, []).append(detail)
    return {mode: _lost_finding(mode, details) for mode, details in lost.items()}


def _lost_finding(mode: str, details: list[str]) -> Finding:
    facts: Proof = {"lost": len(details), "first": details[0]}
    return finding(Reason.TRIALS_LOST, Ruling.UNDECIDED, facts, mode=mode)


def _verdict(
    facts: Facts,
    modes: tuple[ModeVerdict, ...],
    spent: Finding | None,
    lost: Mapping[str, Finding],
) -> Verdict:
    """The worst of all modes; a narrowed plan can block but never pass."""
    findings = [one for mode in modes for one in mode.findings]
    findings += [one for name, one in lost.items() if not _decided(modes, name)]
    if spent and not all(mode.decided for mode in modes):
        findings.append(spent)
    states = [mode.state for mode in modes]
    if facts.plan.narrowed:
        narrowed = {"narrowed": facts.plan.narrowed}
        findings.append(finding(Reason.NARROWED, Ruling.UNDECIDED, narrowed))
        states.append(Ruling.UNDECIDED)
    return Verdict(worst(tuple(states)), tuple(findings), modes)


def _decided(modes: tuple[ModeVerdict, ...], name: str) -> bool:
    return any(mode.name == name and mode.decided for mode in modes)


def circumstances(verdict: Verdict, sandbox: str, scratch_ref: str | None) -> Verdict:
    """The verdict with what a reader must know of how it came about."""
    notes: list[Finding] = []
    if scratch_ref is not None:
        ref = {"ref": scratch_ref}
        notes.append(finding(Reason.DIRTY_COMMITTED, Ruling.INFO, ref))
    if sandbox == NO_SANDBOX and verdict.modes:
        notes.append(finding(Reason.NO_SANDBOX, Ruling.INFO, {"sandbox": sandbox}))
    return dataclasses.replace(verdict, findings=(*verdict.findings, *notes))


def unjudged(reason: Reason, evidence: Mapping[str, tuple[str, ...]]) -> Verdict:
    """A verdict that needs no trial: a conflict is undecided, no change passes."""
    passes = reason is Reason.NOTHING_CHANGED
    state = Ruling.PASS if passes else Ruling.UNDECIDED
    return Verdict(state, (finding(reason, state, evidence),))
