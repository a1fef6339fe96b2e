"""Places for trials, in the order in which they are dispatched."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.arms import Anchor, Arm, Baseline, Branch, Only, Original, Without
from bot.domain.judgement import needs_baseline
from bot.domain.metric_version import ORIGINAL_SEEDS
from bot.domain.plan.rules import anchored_metrics
from bot.domain.plan.whole import Plan
from bot.domain.policy import Mode


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one trial: which mode, which arm, which place in dispatch order."""

    mode: str
    arm: Arm
    position: int


def arms_of(plan: Plan, mode: Mode) -> tuple[Arm, ...]:
    """The arms that a mode trains."""
    if not needs_baseline(mode):
        return (Branch(),)
    anchor = (Anchor(),) if anchored_metrics(plan, mode) else ()
    return (Baseline(), Branch(), *anchor)


def slots_of(plan: Plan, mode: Mode, n: int) -> tuple[Slot, ...]:
    """Slots for the first n seeds: same-seed arms side by side, the order alternating.

    Alternation (baseline first, then branch first) cancels a slow drift of the machine.
    """
    arms = arms_of(plan, mode)
    return tuple(
        Slot(mode.name, arm, position)
        for position in range(n)
        for arm in (arms if position % 2 == 0 else arms[::-1])
    )


def reachable(plan: Plan, mode: Mode) -> tuple[Slot, ...]:
    """All slots that an evaluation may ever want, those of its ablation last."""
    return (
        *slots_of(plan, mode, plan.schedule[-1]),
        *originals(plan, mode),
        *(
            Slot(mode.name, arm, position)
            for arm in _apart(plan)
            for position in range(plan.looks[-1])
        ),
    )


def originals(plan: Plan, mode: Mode) -> tuple[Slot, ...]:
    """Slots of the base under its own evaluation, where the branch changes that."""
    changed = plan.version is not None and plan.version.changed
    if not changed or not needs_baseline(mode):
        return ()
    n = min(ORIGINAL_SEEDS, plan.looks[0])
    return tuple(Slot(mode.name, Original(), position) for position in range(n))


def _apart(plan: Plan) -> Iterator[Arm]:
    """The arms of an ablation that have a tree: each change left out, then alone."""
    left_out = {one.id for one in plan.first_cut} - {one.id for one in plan.asked_cut}
    asked = [one for one in plan.changes if one.id not in left_out]
    live = [one for one in asked if plan.ablated and not one.inert]
    yield from (Without(one.id) for one in live if one.without)
    yield from (Only(one.id) for one in live if one.only)
