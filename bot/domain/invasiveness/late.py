"""What whole trials show of a mode after the steps of the probe: late changes."""

import dataclasses
from collections.abc import Mapping, Sequence

from bot.domain.invasiveness.differences import Difference, step_difference
from bot.domain.invasiveness.quantities import Quantity, apart
from bot.domain.invasiveness.rounding import RATE_ROUNDING
from bot.domain.verdict import Behaviour, Fingerprint
from workers.contract import Probed, StepSeen

Watched = Sequence[Probed | None]
"""What was seen beside the trials of an arm, one a seed.

None where nothing was, or where the trial failed: it then has no end of its own.
"""

_Turn = tuple[int, int]
_Pair = tuple[Probed, Probed]


def late(behaviour: Behaviour, baseline: Watched, branch: Watched) -> Behaviour:
    """The behaviour, CHANGED if same-seed trials differ after the probe's steps.

    Both arms list the same seeds in the same order. More than half of the pairs must
    differ: what acts late acts for most seeds, and one odd trial blames nobody. Of a
    NUMERIC mode the learning rates alone are compared, since rounding has moved all
    else. Modes that are CHANGED already or not repeatable stay as they are.
    """
    if behaviour.fingerprint not in (Fingerprint.IDENTICAL, Fingerprint.NUMERIC):
        return behaviour
    numeric = behaviour.fingerprint is Fingerprint.NUMERIC
    found = _found(_pairs(baseline, branch), rates_only=numeric)
    if found is None:
        return behaviour
    return dataclasses.replace(
        behaviour,
        fingerprint=Fingerprint.CHANGED,
        step=found.step,
        tensor=found.tensor,
        quantity=found.quantity,
        before=found.before,
        after=found.after,
        relative=found.relative,
        late=True,
    )


def late_culprits(
    baseline: Watched, without: Mapping[str, Watched], *, rates_only: bool = False
) -> tuple[str, ...]:
    """The changes without which whole trials are those of the baseline again.

    `without` maps a change to what was seen beside the trials of the branch without
    it, on the seeds of `baseline`.
    """
    return tuple(
        change
        for change, watched in without.items()
        if (pairs := _pairs(baseline, watched))
        and _found(pairs, rates_only=rates_only) is None
    )


def repeats(
    step: int | None, first: Probed, again: Probed, *, rates_only: bool
) -> bool:
    """Whether a trial of the base and its repetition agree up to a step.

    Else what differs there is no change: trials of one tree and seed differ as well.
    """
    apart = _found([(first, again)], rates_only=rates_only)
    return apart is None or (apart.step or 0) > (step or 0)


def _pairs(baseline: Watched, branch: Watched) -> list[_Pair]:
    """The pairs in which both sides made steps that were seen, and all of them."""
    return [
        (old, new)
        for old, new in zip(baseline, branch, strict=True)
        if old is not None and new is not None
        if old.steps and new.steps and not (old.faults or new.faults)
    ]


def _found(pairs: Sequence[_Pair], *, rates_only: bool) -> Difference | None:
    """The earliest difference of all pairs, None unless most of them differ."""
    all_found = [_first(old, new, rates_only=rates_only) for old, new in pairs]
    seen = [one for one in all_found if one is not None]
    if 2 * len(seen) <= len(pairs):
        return _lengths(pairs)
    return min(seen, key=lambda one: one.step or 0)


def _first(old: Probed, new: Probed, *, rates_only: bool) -> Difference | None:
    """The first record that both trials have and that differs."""
    was, now = _by_turn(old), _by_turn(new)
    for place, turn in enumerate(one for one in was if one in now):
        before, after = was[turn], now[turn]
        if rates_only:
            before, after = _rates_alone(before, after)
        if before != after:
            return step_difference(place, before, after, old.optimizers)
    return None


def _by_turn(probed: Probed) -> Mapping[_Turn, StepSeen]:
    return {(one.step, one.optimizer): one for one in probed.steps}


def _rates_alone(before: StepSeen, after: StepSeen) -> tuple[StepSeen, StepSeen]:
    """Both records without all that rounding moves, rounding of rates included."""
    bare = [StepSeen(one.step, one.optimizer) for one in (before, after)]
    near = len(before.rates) == len(after.rates) and all(
        (apart(was, now) or 0.0) <= RATE_ROUNDING
        for was, now in zip(before.rates, after.rates, strict=True)
    )
    new_rates = before.rates if near else after.rates
    return (
        dataclasses.replace(bare[0], rates=before.rates),
        dataclasses.replace(bare[1], rates=new_rates),
    )


def _lengths(pairs: Sequence[_Pair]) -> Difference | None:
    """Another number of steps, where each arm makes one and the same for all seeds."""
    old = {probed.steps[-1].step for probed, _ in pairs}
    new = {probed.steps[-1].step for _, probed in pairs}
    if len(old) != 1 or len(new) != 1 or old == new:
        return None
    (was,), (now,) = old, new
    step = min(was, now)
    return Difference(Quantity.STEPS, step=step, before=str(was), after=str(now))
