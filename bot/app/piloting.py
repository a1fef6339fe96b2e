"""Pilot runs: the baseline alone over seeds that no evaluation ever uses as trials.

They go through the same queue as trials do, so that a repeated or interrupted call runs
only what is missing.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Pulse
from bot.app.informing import history
from bot.app.ports import EvaluationStore, Memory, StoredTrial
from bot.app.running import run_all
from bot.domain.arms import Baseline
from bot.domain.calibration import FEWEST, Calibration, PilotRuns, calibrate
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.history import MetricKey, Pilot, Place
from bot.domain.past import Scene, keys
from bot.domain.plan import Plan, Slot, spec_of
from bot.domain.policy import BaselineRule, Mode
from bot.domain.trials import Observation, Trial, observe
from workers.contract import FINISHED, Infra, TrialSpec, TrialState


@dataclass(frozen=True, slots=True)
class PilotTick:
    """How far the pilot runs are: `ended` of `total`, `reused` were there before."""

    ended: int
    failed: int
    reused: int
    total: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Piloted:
    """All pilot runs, mode by mode, and how they came about."""

    runs: tuple[PilotRuns, ...]
    tick: PilotTick


def require_seeds(seeds: int) -> None:
    """Refuse fewer pilot seeds than an SD may be taken from."""
    if seeds < FEWEST:
        problem = f"--seeds {seeds} is too few: the spread of a metric is not known so."
        raise UserFault(problem, f"Give {FEWEST} or more; 20 is a good number.")


def of_pilots(plan: Plan) -> Plan:
    """The plan with seeds of the pilots' own pool in every place.

    `trees.merged_tree` is the name of that pool.
    """
    own = BaselineRule(cached_share=0.0)
    policy = dataclasses.replace(plan.policy, baseline=own)
    return dataclasses.replace(plan, policy=policy)


def run_pilots(
    plan: Plan,
    seeds: int,
    store: EvaluationStore,
    pulse: Pulse,
    watch: Callable[[PilotTick], None],
) -> Piloted:
    """Run the baseline of every mode over `seeds` seeds, or find that it was run.

    Failed runs are outcomes. Raises MachineryFault if our machinery lost one for good.
    """
    specs = _specs(of_pilots(plan), seeds)
    ids = [spec.key for spec in specs.values()]
    started = pulse.now()
    before = {k for k, one in store.find(ids).items() if one.state in FINISHED}

    def tick(stored: Mapping[str, StoredTrial]) -> PilotTick:
        return _tick(stored, before, len(set(ids)), pulse.now() - started)

    def look(stored: Mapping[str, StoredTrial]) -> None:
        watch(tick(stored))

    stored = run_all(plan.evaluation, [*specs.values()], store, pulse, look)
    _require_all(stored)
    runs = tuple(_runs(mode, specs, stored) for mode in plan.modes)
    return Piloted(runs, tick(stored))


def _specs(plan: Plan, seeds: int) -> Mapping[Slot, TrialSpec]:
    """The runs in dispatch order: all modes of a seed side by side."""
    slots = [
        Slot(mode.name, Baseline(), position)
        for position in range(seeds)
        for mode in plan.modes
    ]
    return {slot: spec_of(plan, slot) for slot in slots}


def _tick(
    stored: Mapping[str, StoredTrial], before: set[str], total: int, elapsed_s: float
) -> PilotTick:
    ended = [one for one in stored.values() if one.state in FINISHED]
    failed = sum(one.state is TrialState.FAILED for one in ended)
    return PilotTick(len(ended), failed, len(before), total, elapsed_s)


def _require_all(stored: Mapping[str, StoredTrial]) -> None:
    lost = [one.result.outcome for one in stored.values() if one.result is not None]
    details = [one.detail for one in lost if isinstance(one, Infra)]
    if details:
        problem = f"{len(details)} of {len(stored)} pilot runs were lost: {details[0]}"
        mend = "Runs that ended are kept, and the same command tries the others again."
        raise MachineryFault(problem, mend)


def _runs(
    mode: Mode, specs: Mapping[Slot, TrialSpec], stored: Mapping[str, StoredTrial]
) -> PilotRuns:
    seen = (
        _observed(slot, stored[spec.key])
        for slot, spec in specs.items()
        if slot.mode == mode.name
    )
    return PilotRuns(mode, tuple(one for one in seen if one is not None))


def _observed(slot: Slot, stored: StoredTrial) -> Observation | None:
    spec = stored.spec
    return observe(
        Trial(
            key=spec.key,
            arm=slot.arm,
            mode=slot.mode,
            stage=spec.stage,
            seed=spec.seed,
            position=slot.position,
            state=stored.state,
            result=stored.result,
        )
    )


def calibrated(
    memory: Memory, scene: Scene, runs: Sequence[PilotRuns], *, renew: bool = False
) -> tuple[Calibration, Mapping[Place, Pilot]]:
    """What the runs say, and the pilots that `tolerance: auto` is taken from now.

    Pilots are frozen: those of an earlier calibration stay unless told to `renew`.
    """
    asked = keys(scene, [one.mode for one in runs])
    past = history(memory, asked)
    found = calibrate(scene.policy, scene.stage, runs, past)
    kept = {key.place: _kept(memory, key, found, renew=renew) for key in asked}
    return found, {place: one for place, one in kept.items() if one is not None}


def _kept(
    memory: Memory, key: MetricKey, found: Calibration, *, renew: bool
) -> Pilot | None:
    fresh = found.pilots.get(key.place)
    if fresh is None:
        return memory.pilot(key)
    return memory.keep_pilot(key, fresh, renew=renew)
