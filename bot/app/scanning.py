"""A bounded scan of one parameter: the branch at several values, on the same seeds.

Its trials go through the same queue, and those at the policy's own value are trials of
the branch: what an evaluation has run is not run again.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Pulse
from bot.app.piloting import PilotTick
from bot.app.ports import EvaluationStore, StoredTrial
from bot.app.running import run_all
from bot.app.scan_values import Same, Wish
from bot.domain.arms import Branch
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.plan import Plan, Slot, spec_of
from bot.domain.plan.whole import digest_of
from bot.domain.policy import Mode, Policy, Stage
from bot.domain.sensitivity import Runs, Sensitivity, sensitivities
from bot.domain.trials import Crashed, Measured, Observation
from workers.contract import (
    FINISHED,
    Failed,
    Infra,
    TrialSpec,
    TrialState,
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was seen of every metric, and how the trials came about."""

    param: str
    own: str
    seeds: int
    metrics: tuple[Sensitivity, ...]
    tick: PilotTick
    same: tuple[Same, ...] = ()


def scannable(
    policy: Policy, stage: Stage, modes: Sequence[Mode], param: str
) -> tuple[Mode, ...]:
    """The modes whose command takes the parameter; `UserFault` if there is none."""
    if param not in stage.params:
        raise _no_parameter(stage, param)
    slot = f"{{{param}}}"
    taking = tuple(
        mode
        for mode in modes
        if any(slot in word for word in (*mode.train, *policy.evaluation.command))
    )
    if not taking:
        names = ", ".join(f"`{mode.name}`" for mode in modes)
        problem = f"No command takes the parameter `{param}` (modes: {names})."
        raise UserFault(problem, f'Put "{slot}" into the `train` of a mode.')
    return taking


def _no_parameter(stage: Stage, param: str) -> UserFault:
    problem = f"The stage `{stage.name}` has no parameter `{param}`."
    if stage.params:
        names = ", ".join(f"`{name}`" for name in sorted(stage.params))
        return UserFault(problem, f"It has {names}.")
    mend = f"It has none: add `params: {{{param}: ...}}` to the stage, and"
    return UserFault(problem, f'{mend} "{{{param}}}" to the `train` of a mode.')


def scan(
    plan: Plan,
    wish: Wish,
    store: EvaluationStore,
    pulse: Pulse,
    watch: Callable[[PilotTick], None],
) -> Scanned:
    """Train the branch at every value on the same seeds, and compare.

    Failed trials are outcomes. Raises `UserFault` for what is no parameter here, and
    `MachineryFault` if our machinery lost a trial for good.
    """
    modes = scannable(plan.policy, plan.stage, plan.modes, wish.param)
    own = plan.stage.params[wish.param]
    specs = _specs(plan, modes, wish, own)
    before = store.find([spec.key for spec in specs.values()])
    there = {key for key, one in before.items() if one.state in FINISHED}
    count = _Count(there, {one.key for one in specs.values()}, pulse, watch)
    name = evaluation(plan, wish)
    stored = run_all(name, list(specs.values()), store, pulse, count.see)
    _require_all(stored)
    runs = {place: _seen(stored[spec.key]) for place, spec in specs.items()}
    found = tuple(one for mode in modes for one in _compared(mode, own, runs))
    return Scanned(wish.param, own, wish.seeds, found, count.last, wish.same)


def evaluation(plan: Plan, wish: Wish) -> str:
    """The id of a scan, beside that of the evaluation which it looks around in."""
    parts = {
        "evaluation": plan.evaluation,
        "scan": wish.param,
        "values": sorted(wish.values),
        "seeds": wish.seeds,
    }
    return digest_of(parts)[:16]


_Place = tuple[str, str, int]
"""A mode, a value, and a place in dispatch order."""


def _specs(
    plan: Plan, modes: Sequence[Mode], wish: Wish, own: str
) -> Mapping[_Place, TrialSpec]:
    """The trials in dispatch order: all values of a seed side by side."""
    values = list(dict.fromkeys((own, *wish.values)))
    plans = {value: _at(plan, wish.param, value) for value in values}
    return {
        (mode.name, value, position): spec_of(
            plans[value], Slot(mode.name, Branch(), position)
        )
        for position in range(wish.seeds)
        for mode in modes
        for value in values
    }


def _at(plan: Plan, param: str, value: str) -> Plan:
    """The plan with another value of one parameter."""
    stage = dataclasses.replace(plan.stage, params={**plan.stage.params, param: value})
    return dataclasses.replace(plan, stage=stage)


def _compared(
    mode: Mode, own: str, runs: Mapping[_Place, Observation]
) -> tuple[Sensitivity, ...]:
    by_value: dict[str, list[Observation]] = {}
    for (name, value, _), seen in runs.items():
        if name == mode.name:
            by_value.setdefault(value, []).append(seen)
    here: Runs = by_value.pop(own)
    return sensitivities(mode, (own, here), by_value)


def _seen(stored: StoredTrial) -> Observation:
    result, seed = stored.result, stored.spec.seed
    if result is not None and isinstance(result.outcome, Failed):
        return Crashed(seed, str(result.outcome.reason), result.outcome.detail)
    return Measured(seed, result.metrics if result is not None else {})


def _require_all(stored: Mapping[str, StoredTrial]) -> None:
    lost = [one.result.outcome for one in stored.values() if one.result is not None]
    details = [one.detail for one in lost if isinstance(one, Infra)]
    if details:
        problem = f"{len(details)} of {len(stored)} trials were lost: {details[0]}"
        mend = (
            "Trials that ended are kept, and the same command tries the others again."
        )
        raise MachineryFault(problem, mend)


class _Count:
    """Tells whoever watches how many trials have ended."""

    def __init__(
        self,
        there: set[str],
        keys: set[str],
        pulse: Pulse,
        watch: Callable[[PilotTick], None],
    ) -> None:
        self._there, self._total = there, len(keys)
        self._pulse, self._watch = pulse, watch
        self._started = pulse.now()
        self.last = PilotTick(0, 0, len(there), len(keys), 0.0)

    def see(self, stored: Mapping[str, StoredTrial]) -> None:
        ended = [one for one in stored.values() if one.state in FINISHED]
        failed = sum(one.state is TrialState.FAILED for one in ended)
        elapsed = self._pulse.now() - self._started
        reused = len(self._there)
        self.last = PilotTick(len(ended), failed, reused, self._total, elapsed)
        self._watch(self.last)
