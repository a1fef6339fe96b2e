"""The plans of a ladder: one of each training stage, and all that is climbed."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.asking import begins_with, fingerprints, may_begin
from bot.app.engine import halving, unhalved
from bot.app.informing import Subject, foreseen, informed
from bot.app.ladder import Course
from bot.app.ports import Memory, SourceRepository
from bot.app.preparing import Prepared, versioned_again
from bot.domain.history import Place
from bot.domain.ladder import RungKind
from bot.domain.plan import Pinned, Plan, room
from bot.domain.policing import chance_finding, outlooks, prospect
from bot.domain.policy import Policy, Stage
from bot.domain.verdict import Finding, Reason
from workers.contract import Node, ProbeKind, ProbeSpec

WATCH_EVERY = 10
"""Beside whole trials every so many steps are looked at: it costs next to nothing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where trials will run: the node, the secret of seeds, the most at once."""

    node: Node
    secret: str
    jobs: int | None = None


def plans_of(prepared: Prepared, ground: Ground) -> Mapping[str, Plan]:
    """The plan of each training stage by its name, in the order of the ladder.

    Raises `UserFault` where the node has no room for a mode.
    """
    rungs = prepared.comparison.ladder
    stages = [one.stage for one in rungs if one.stage and one.kind is RungKind.TRAINING]
    first = _first_plan(prepared, ground, stages[0])
    later = {stage.name: _later_plan(first, stage) for stage in stages[1:]}
    return {first.stage.name: first, **later}


def _first_plan(prepared: Prepared, ground: Ground, stage: Stage) -> Plan:
    asked, cut = prepared.comparison, prepared.cut
    slots = [room(ground.node, mode) for mode in asked.modes]
    anchor, policy = asked.anchor, asked.policy
    plan = Plan(
        policy=policy,
        stage=stage,
        modes=asked.modes,
        trees=prepared.trees,
        machine=ground.node.machine,
        secret=ground.secret,
        targeted=asked.targeted,
        max_seeds=asked.max_seeds,
        slots=min([*slots, ground.jobs] if ground.jobs else slots),
        narrowed=asked.narrowed,
        more=asked.more,
        anchor=Pinned(anchor.name, anchor.tree) if anchor else None,
        pool=asked.pool,
        whose=asked.whose,
        version=prepared.version,
        watched=_beside_trials(policy, stage),
    )
    if not asked.ablation:
        return plan
    return dataclasses.replace(
        plan, changes=cut.changes, found=cut.found, cut_notes=cut.notes
    )


def _beside_trials(policy: Policy, stage: Stage) -> ProbeSpec | None:
    """What looks at the trials of a stage that may be the first, by the policy alone.

    It is part of their keys: an order that adds fingerprints, or takes a part of the
    ladder, finds the trials that the whole plan has; so does one after a label came or
    went, though what is seen beside a second stage is then not asked.
    """
    first = {one.name for one in may_begin(policy)}
    if not fingerprints(policy) or stage.name not in first:
        return None
    return ProbeSpec(ProbeKind.WATCH, steps=policy.invasive.steps, every=WATCH_EVERY)


def _later_plan(first: Plan, stage: Stage) -> Plan:
    """A stage after the first: dearer, so its changes are told apart only if it blocks.

    What modes do step by step was looked at in the first stage.
    """
    rule = first.policy.ablation
    fails = rule.when in ("on-fail", "on-pass-or-fail")
    seldom = dataclasses.replace(rule, when="on-fail" if fails else "never")
    policy = dataclasses.replace(first.policy, ablation=seldom)
    watched = _beside_trials(policy, stage)
    return dataclasses.replace(first, stage=stage, policy=policy, watched=watched)


def probed_plan(prepared: Prepared, first: Plan) -> Plan:
    """The plan by which modes are fingerprinted: it knows the changes in any case.

    They name who changed a mode; that they are not trained apart is said in its policy.
    """
    if prepared.comparison.ablation:
        return first
    never = dataclasses.replace(first.policy.ablation, when="never")
    policy = dataclasses.replace(first.policy, ablation=never)
    cut = prepared.cut
    return dataclasses.replace(
        first, policy=policy, changes=cut.changes, found=cut.found, cut_notes=cut.notes
    )


def course_of(  # noqa: PLR0913 - what was accepted stands beside it all
    prepared: Prepared,
    plans: Mapping[str, Plan],
    subject: Subject,
    repository: SourceRepository,
    known: "Known",
    *,
    accepted: frozenset[str] = frozenset(),
) -> Course:
    """All that is to be climbed; each stage is informed for good when it begins.

    `accepted` are digests of findings that hold nothing up, for somebody accepted them.
    A branch that never gets there has had no evaluation. Raises UserFault for
    tolerances that cannot be policed in any stage.
    """
    first = next(iter(plans.values()))
    begins = begins_with(prepared.comparison.policy)
    subject = dataclasses.replace(subject, begins=begins)
    memory, facts = known.memory, (subject, known.lost)
    told = {
        name: foreseen(memory, plan, *facts, known.now())
        for name, plan in plans.items()
    }
    chance = _chance([*told.values()]) if len(told) > 1 else ()

    def begun(plan: Plan) -> Plan:
        ready = informed(memory, plans[plan.stage.name], *facts, known.now())
        return _without_chance(ready) if chance else ready

    source = prepared.source if prepared.comparison.ablation else None
    return Course(
        ladder=prepared.comparison.ladder,
        plans=told,
        subject=subject,
        probed=probed_plan(prepared, told[first.stage.name]),
        begun=begun,
        halve=halving(source, lambda plan: versioned_again(plan, repository))
        if source
        else unhalved,
        lines=prepared.lines,
        beside=(*prepared.beside, *chance),
        accepted=accepted,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What a course is informed by: memory, shown losses, the clock (Unix s).

    A later stage may begin hours after the climb.
    """

    memory: Memory
    lost: Mapping[Place, float]
    now: Callable[[], float]


def _chance(plans: Sequence[Plan]) -> tuple[Finding, ...]:
    """The chance that a branch without effect is stopped at any stage."""
    decision = plans[0].policy.decision
    looks = [outlooks(decision, one.stage, one.modes, one.knowledge) for one in plans]
    ahead = prospect(looks)
    return (chance_finding(ahead, decision),) if ahead else ()


def _without_chance(plan: Plan) -> Plan:
    """The plan without the same for its own stage alone."""
    kept = (one for one in plan.notes if one.reason is not Reason.CHANCE_OF_STOP)
    return dataclasses.replace(plan, notes=tuple(kept))
