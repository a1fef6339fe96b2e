"""Trials of references that are commands: what something simple reaches, on the base.

They train no arm: they run the base's own files, so that no branch can edit what it is
held against, and they decide nothing.
"""

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.arms import Reference
from bot.domain.exhibits.references import yardsticks
from bot.domain.plan.slots import Slot
from bot.domain.plan.specs import spec_of
from bot.domain.plan.whole import Plan
from bot.domain.policy import Budget, EvaluationRule, Mode, reference_runs
from workers.contract import TrialSpec

REFERENCE_RUN = "reference run"
"""Where such trials belong. No stage can have that name, nor they the key of an arm."""

_NO_HOURS = 1e-6
"""GPU hours that are as good as none."""


@dataclass(frozen=True, slots=True)
class AskedReference:
    """A command to measure: its mode, its name, and its runs, one for each seed."""

    mode: Mode
    name: str
    specs: tuple[TrialSpec, ...]


def asked_references(plan: Plan) -> tuple[AskedReference, ...]:
    """Every command among the references of the plan's modes, in the policy's order.

    None of a mode without a metric that it could be held against.
    """
    return tuple(
        AskedReference(mode, name, _specs(plan, mode, name, command))
        for mode in plan.modes
        if yardsticks(mode)
        for name, command in mode.references.items()
        if isinstance(command, tuple)
    )


def _specs(
    plan: Plan, mode: Mode, name: str, command: tuple[str, ...]
) -> tuple[TrialSpec, ...]:
    """Runs with the parameters of the plan's stage, and nothing to show but metrics.

    Their seeds are the same for all branches on a base: stored runs serve again.
    """
    bare = _bare(mode, command)
    rule = dataclasses.replace(plan.policy.baseline, cached_share=1.0)
    policy = dataclasses.replace(
        plan.policy, evaluation=EvaluationRule(), baseline=rule
    )
    stage = dataclasses.replace(plan.stage, name=REFERENCE_RUN)
    whole = dataclasses.replace(
        plan, policy=policy, stage=stage, modes=(bare,), watched=None
    )
    places = range(reference_runs(command))
    slots = [Slot(mode.name, Reference(name), place) for place in places]
    return tuple(spec_of(whole, slot) for slot in slots)


def _bare(mode: Mode, command: tuple[str, ...]) -> Mode:
    metrics = tuple(dataclasses.replace(one, slices=()) for one in yardsticks(mode))
    return dataclasses.replace(
        mode, train=command, metrics=metrics, checkpoint=None, samples=None
    )


def affordable(
    asked: Sequence[AskedReference], left: Budget, paid: Collection[str] = ()
) -> tuple[AskedReference, ...]:
    """Those that what is `left` of a budget has room for, whole or not at all.

    `paid` are keys of runs that cost nothing, because somebody else had them run.
    """
    room, kept, counted = left.trials, [], set(paid)
    for one in asked:
        fresh = {spec.key for spec in one.specs} - counted
        if not fresh or (_hours_left(one.mode, left) and _fits(fresh, room)):
            counted |= fresh
            room = None if room is None else room - len(fresh)
            kept.append(one)
    return tuple(kept)


def _fits(fresh: Collection[str], room: int | None) -> bool:
    return room is None or len(fresh) <= room


def _hours_left(mode: Mode, left: Budget) -> bool:
    hours = left.gpu_hours
    return not mode.resources.gpus or hours is None or hours > _NO_HOURS
