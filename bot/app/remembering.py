"""What is known before an evaluation, pinned with it, and what it leaves for others."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Evaluated
from bot.app.knowledge_text import dump_knowledge, load_knowledge
from bot.app.ports import Memory
from bot.domain.history import (
    Charge,
    Knowledge,
    MetricHistory,
    MetricKey,
    Place,
    resolve,
)
from bot.domain.past import Scene, keys, pool, summarise
from bot.domain.plan import Plan
from bot.domain.policing import police, refusal
from bot.domain.verdict import MetricVerdict, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose evaluation it is: the repository, both branches by name, and the head."""

    repository: str
    base: str
    head: str
    head_commit: str


def history(
    memory: Memory, asked: Sequence[MetricKey]
) -> Mapping[Place, MetricHistory]:
    """What comparable evaluations say of each metric, where there were any."""
    past = {key.place: memory.past(key) for key in asked}
    return {place: pool(many) for place, many in past.items() if many}


def informed(
    memory: Memory, plan: Plan, subject: Subject, lost: Mapping[Place, float]
) -> Plan:
    """The plan with all that is known, every tolerance an amount.

    A resumed evaluation is judged by what was known when it began. Raises UserFault
    for a tolerance that nothing is known to make of, or that cannot be policed; such an
    evaluation has not begun, and is not counted.
    """
    pinned = memory.pinned(plan.evaluation)
    if pinned is None:
        pinned = _begin(memory, plan, subject, lost)
    return _with(plan, load_knowledge(pinned))


def _begin(
    memory: Memory, plan: Plan, subject: Subject, lost: Mapping[Place, float]
) -> str:
    asked = keys(_scene(plan, subject), plan.modes)
    pilots = {key.place: memory.pilot(key) for key in asked}
    known = Knowledge(
        history=history(memory, asked),
        pilots={place: one for place, one in pilots.items() if one is not None},
        lost=lost,
    )
    _refuse(_with(plan, known))
    place = (subject.repository, subject.base, subject.head)
    attempt = memory.attempt(plan.evaluation, *place)
    document = dump_knowledge(dataclasses.replace(known, attempt=attempt))
    return memory.pin(plan.evaluation, document)


def _scene(plan: Plan, subject: Subject) -> Scene:
    return Scene(subject.repository, plan.policy, plan.stage, plan.machine)


def _with(plan: Plan, known: Knowledge) -> Plan:
    modes = tuple(resolve(mode, known.pilots) for mode in plan.modes)
    return dataclasses.replace(plan, knowledge=known, modes=modes)


def _refuse(plan: Plan) -> None:
    found = police(plan.policy, plan.stage, plan.modes, plan.knowledge)
    fault = refusal(found, plan.policy.decision)
    if fault is not None:
        raise fault


def remember(
    memory: Memory, plan: Plan, subject: Subject, evaluated: Evaluated
) -> None:
    """Keep what the evaluation showed, and the losses that its verdict tolerated.

    Safe to repeat: the same evaluation replaces what it left before.
    """
    scene = _scene(plan, subject)
    shown = {
        key: summarise(evaluated.trials, mode, key.metric)
        for mode in plan.modes
        for key in keys(scene, [mode])
    }
    memory.record(plan.evaluation, shown)
    charges = [*_charges(evaluated.verdict, plan, subject)]
    memory.charge(plan.evaluation, subject.repository, charges)


def _charges(verdict: Verdict, plan: Plan, subject: Subject) -> Iterator[Charge]:
    tree = plan.trees.merged_tree
    for mode in verdict.modes:
        for one in mode.metrics:
            share = _tolerated(one)
            if share:
                place = (mode.name, one.name)
                yield Charge(place, subject.head_commit, tree, share)


def _tolerated(one: MetricVerdict) -> float:
    """A real loss within the tolerance, as a share of it; 0 where there was none."""
    if one.reason is not Reason.TOLERATED_LOSS or not one.d or not one.tolerance:
        return 0.0
    return max(0.0, -one.d / one.tolerance)
