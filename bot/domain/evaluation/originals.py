"""The unchanged baseline under its own evaluation, where the branch changes that."""

from bot.domain.evaluation.facts import Facts
from bot.domain.plan import Slot, originals
from workers.contract import TrialState


def open_originals(facts: Facts) -> tuple[Slot, ...]:
    """Its slots that have not ended; they decide nothing, and are waited for.

    Without them a reader would see what the baseline is by now, and not what it was.
    """
    return tuple(
        slot
        for mode in facts.plan.modes
        for slot in originals(facts.plan, mode)
        if not _ended(facts, slot)
    )


def _ended(facts: Facts, slot: Slot) -> bool:
    """Whether it has a result, or was lost: its value is then left out."""
    trial = facts.trials.get(slot)
    return trial is not None and (trial.finished or trial.state is TrialState.INFRA)
