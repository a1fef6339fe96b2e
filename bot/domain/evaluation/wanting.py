"""Which trials an open evaluation wants next, and in which order."""

from collections.abc import Sequence

from bot.domain.evaluation.ablation import Ablation
from bot.domain.evaluation.facts import Facts, own, running
from bot.domain.evaluation.originals import open_originals
from bot.domain.plan import Plan, Slot, slots_of
from bot.domain.verdict import ModeVerdict


def wanted(
    facts: Facts, modes: Sequence[ModeVerdict], parts: Sequence[Ablation] = ()
) -> tuple[Slot, ...]:
    """What the next look of each open mode needs, then what idle slots may start early.

    Ordered by seed across modes and changes, so that all reach their looks together.
    Early starts belong to the following look; they are withdrawn if it is never made.
    """
    needed = [slot for mode in modes for slot in _missing(facts, mode, ahead=0)]
    needed += [slot for one in parts for slot in one.needed]
    needed += open_originals(facts)
    early = [slot for mode in modes for slot in _missing(facts, mode, ahead=1)]
    early += [slot for one in parts for slot in one.early]
    needed.sort(key=lambda slot: slot.position)
    early.sort(key=lambda slot: slot.position)
    idle = max(0, facts.plan.slots - len(needed))
    known = set(needed)
    fresh = [slot for slot in early if slot not in known]
    return (*needed, *fresh[:idle])[: _left(facts)]


def unneeded(
    facts: Facts, modes: Sequence[ModeVerdict], parts: Sequence[Ablation]
) -> tuple[Slot, ...]:
    """Slots that run for a look that is never made: of what was decided meanwhile.

    A trial goes on while one of the arms that share it is open.
    """
    deciding = {mode.name for mode in modes}
    apart = {slot for one in parts for slot in (*one.needed, *one.early)}
    apart.update(open_originals(facts))
    open_keys = {facts.trials[slot].key for slot in apart if slot in facts.trials}
    return tuple(
        slot
        for slot in running(facts)
        if slot.mode not in deciding and facts.trials[slot].key not in open_keys
    )


def _left(facts: Facts) -> int | None:
    """How many unfinished trials the budget still allows; None is no bound."""
    budget = facts.plan.policy.budget.trials
    if budget is None:
        return None
    ended = [trial for trial in own(facts) if trial.result is not None]
    return max(0, budget - len(ended))


def _missing(facts: Facts, verdict: ModeVerdict, *, ahead: int) -> tuple[Slot, ...]:
    """Slots up to the next look (or `ahead` looks further) that have not ended."""
    mode = next(one for one in facts.plan.modes if one.name == verdict.name)
    n = next_look(facts.plan, verdict, ahead)
    return tuple(
        slot
        for slot in slots_of(facts.plan, mode, n)
        if not ((trial := facts.trials.get(slot)) and trial.finished)
    )


def next_look(plan: Plan, verdict: ModeVerdict, ahead: int = 0) -> int:
    """Seeds at the next look, or `ahead` looks further; the last one at most."""
    later = [n for n in plan.schedule if n > verdict.look] or [plan.schedule[-1]]
    return later[min(ahead, len(later) - 1)]
