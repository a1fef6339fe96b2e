"""Running a set of trials to their ends through the store, whoever wants them."""

from collections.abc import Callable, Mapping, Sequence

from bot.app.engine import Pulse
from bot.app.ports import EvaluationStore, StoredTrial
from workers.contract import FINISHED, TERMINAL, TrialSpec, TrialState

_GIVEN_UP = (TrialState.CANCELLED, TrialState.SUPERSEDED)
_ENDED = TERMINAL - {*_GIVEN_UP}

Watch = Callable[[Mapping[str, StoredTrial]], None]
"""Called at each look with what is stored by then, by key."""


def run_all(
    evaluation: str,
    specs: Sequence[TrialSpec],
    store: EvaluationStore,
    pulse: Pulse,
    watch: Watch,
) -> Mapping[str, StoredTrial]:
    """Run trials in this order, or find that they were run; what is stored, by key.

    Equal keys are one trial. Each ends OK, FAILED, or INFRA where our machinery lost it
    for good; what an earlier call lost is tried again, and so is what somebody else
    cancelled. Nothing is asked of the pulse where all are there already.
    """
    wanted = {spec.key: spec for spec in specs}
    missing = _unfinished(wanted, store.find([*wanted]))
    while True:
        if missing:
            store.want(evaluation, missing)
        stored = store.find([*wanted])
        watch(stored)
        if all(one.state in _ENDED for one in stored.values()):
            return stored
        missing = [wanted[k] for k, one in stored.items() if one.state in _GIVEN_UP]
        pulse.wait()


def _unfinished(
    wanted: Mapping[str, TrialSpec], stored: Mapping[str, StoredTrial]
) -> list[TrialSpec]:
    done = {key for key, one in stored.items() if one.state in FINISHED}
    return [spec for key, spec in wanted.items() if key not in done]
