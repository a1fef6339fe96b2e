"""The trials of a training stage as evidence of how modes behave."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.arms import Arm, Baseline, Branch, Without
from bot.domain.invasiveness.late import Watched, late, late_culprits, repeats
from bot.domain.trials import Trial
from bot.domain.verdict import Behaviour, Fingerprint
from workers.contract import Ok, Probed, TrialResult, TrialState

Seen = Mapping[Arm, Mapping[int, Probed]]
"""What was seen beside the trials of one mode, by arm and place in dispatch order."""


def with_late(
    behaviours: Mapping[str, Behaviour],
    trials: Iterable[Trial],
    changes: Sequence[str] = (),
) -> Mapping[str, Behaviour]:
    """The behaviours of all modes with what watched trials show of later steps.

    `trials` are those of all arms of one stage, in any order. `changes` are the ids of
    all changes of the branch: one alone is the culprit, of several those without which
    trials were run and are those of the baseline again.
    """
    seen = _by_mode(trials)
    return {
        mode: _with_late(behaviour, seen.get(mode, {}), changes)
        for mode, behaviour in behaviours.items()
    }


def to_repeat(
    behaviours: Mapping[str, Behaviour], trials: Iterable[Trial]
) -> Mapping[str, int]:
    """The place of the baseline's trial that is to be run again, for each late mode.

    A late change is none where the base does not repeat itself either.
    """
    seen = _by_mode(trials)
    return {
        mode: min(_whole(seen[mode][Baseline()]) & _whole(seen[mode][Branch()]))
        for mode, behaviour in behaviours.items()
        if behaviour.late
    }


def _whole(arm: Mapping[int, Probed]) -> set[int]:
    """The places of trials whose steps were seen, all of them."""
    return {place for place, one in arm.items() if one.steps and not one.faults}


def confirmed(
    early: Mapping[str, Behaviour],
    found: Mapping[str, Behaviour],
    trials: Iterable[Trial],
    again: Mapping[str, TrialResult | None],
) -> Mapping[str, Behaviour]:
    """Of the behaviours that were `found`, late changes where the base repeats itself.

    `again` has the repetition of the trial that `to_repeat` names, None where it was
    lost. The others are as they were in the `early` steps, with a note.
    """
    places = to_repeat(found, trials := tuple(trials))
    seen = _by_mode(trials)
    return {
        mode: _confirmed(
            early[mode], one, seen[mode][Baseline()][places[mode]], again.get(mode)
        )
        if one.late
        else one
        for mode, one in found.items()
    }


def _confirmed(
    early: Behaviour, found: Behaviour, first: Probed, again: TrialResult | None
) -> Behaviour:
    second = again.probed if again and isinstance(again.outcome, Ok) else None
    numeric = early.fingerprint is Fingerprint.NUMERIC
    if second is not None and second.steps and not second.faults:
        if repeats(found.step, first, second, rates_only=numeric):
            return found
        note = _UNEVEN.format(step=found.step)
    else:
        note = _UNREPEATED.format(step=found.step)
    return dataclasses.replace(early, notes=(*early.notes, note))


_UNEVEN = (
    "Whole trials differ from step {step} on, and so does a trial of the base that is "
    "run twice: what acts late is not seen."
)
_UNREPEATED = (
    "Whole trials differ from step {step} on, and the trial of the base that was to "
    "show whether it repeats itself was lost: what acts late is not seen."
)


def _by_mode(trials: Iterable[Trial]) -> Mapping[str, Seen]:
    seen: dict[str, dict[Arm, dict[int, Probed]]] = {}
    for one in trials:
        probed = one.result.probed if one.result else None
        if one.state is TrialState.OK and probed is not None:
            arms = seen.setdefault(one.mode, {})
            arms.setdefault(one.arm, {})[one.position] = probed
    return seen


def _with_late(behaviour: Behaviour, seen: Seen, changes: Sequence[str]) -> Behaviour:
    places = sorted(seen.get(Baseline(), {}))
    baseline = _at(seen, Baseline(), places)
    found = late(behaviour, baseline, _at(seen, Branch(), places))
    if found is behaviour:
        return behaviour
    without = {one: _at(seen, Without(one), places) for one in changes}
    numeric = behaviour.fingerprint is Fingerprint.NUMERIC
    culprits = late_culprits(baseline, without, rates_only=numeric)
    alone = tuple(changes) if len(changes) == 1 else culprits
    why = "" if alone else _why(changes, without)
    return dataclasses.replace(found, changed_by=alone, why=why)


def _why(changes: Sequence[str], without: Mapping[str, Watched]) -> str:
    """Why nobody can be named: which trees were never trained, if any."""
    if not changes:
        return "the branch was not cut into changes"
    untried = [one for one in changes if not any(without[one])]
    if not untried:
        return "no single change did it: leaving out any one of them mends nothing"
    if len(untried) == len(changes):
        return "only whole trials show it, and none was run without single changes"
    return f"only whole trials show it, and none was run without {', '.join(untried)}"


def _at(seen: Seen, arm: Arm, places: Sequence[int]) -> Watched:
    return [seen.get(arm, {}).get(place) for place in places]
