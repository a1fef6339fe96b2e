"""The trials of a training stage as evidence of how modes behave."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.arms import Arm, Baseline, Branch, Without
from bot.domain.invasiveness.late import Watched, late, late_culprits
from bot.domain.trials import Trial
from bot.domain.verdict import Behaviour, Fingerprint
from workers.contract import Probed, TrialState

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
    seen: dict[str, dict[Arm, dict[int, Probed]]] = {}
    for one in trials:
        probed = one.result.probed if one.result else None
        if one.state is TrialState.OK and probed is not None:
            arms = seen.setdefault(one.mode, {})
            arms.setdefault(one.arm, {})[one.position] = probed
    return {
        mode: _with_late(behaviour, seen.get(mode, {}), changes)
        for mode, behaviour in behaviours.items()
    }


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
    return dataclasses.replace(found, changed_by=alone)


def _at(seen: Seen, arm: Arm, places: Sequence[int]) -> Watched:
    return [seen.get(arm, {}).get(place) for place in places]
