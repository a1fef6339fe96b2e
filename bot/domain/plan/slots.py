"""Places for trials, in the order in which they are dispatched."""

from dataclasses import dataclass

from bot.domain.arms import Anchor, Arm, Baseline, Branch
from bot.domain.judgement import needs_baseline
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
