"""Every metric of the pilot runs as it is described, before anything is judged."""

from dataclasses import dataclass

from bot.domain.calibration.found import FEWEST, Calibrated, PilotRuns, Trouble
from bot.domain.history import AUTO_SDS, Pilot
from bot.domain.judgement.guardrail import COMPARED
from bot.domain.past import pilot_of
from bot.domain.policy import Metric, RelativeTolerance, Role
from bot.domain.stats.moments import describe, shape
from bot.domain.stats.splits import Runs
from bot.domain.trials import Crashed, Measured


@dataclass(frozen=True, slots=True)
class Task:
    """One metric or slice of a mode, its runs, and what is known of it."""

    mode: str
    metric: Metric
    name: str
    runs: Runs
    amount: float | None  # 1.5 SDs of the metric; a slice has that of its metric
    about: Calibrated

    @property
    def compared(self) -> bool:
        """Whether the gate compares it with the baseline, and can block by it."""
        return self.about.guards or self.metric.role is Role.PRIMARY


def tasks_of(one: PilotRuns) -> list[Task]:
    """Every metric and slice that has a direction, in file order."""
    return [
        _task(one, metric, name)
        for metric in one.mode.metrics
        if metric.direction is not None
        for name in (metric.name, *metric.slice_names)
    ]


def _task(one: PilotRuns, metric: Metric, name: str) -> Task:
    runs, whole = _runs(one, name), _values(_runs(one, metric.name))
    about = _describe(one, metric, name)
    amount = _auto(pilot_of(whole, 0)) if whole else None
    return Task(one.mode.name, metric, name, runs, amount, about)


def _runs(one: PilotRuns, name: str) -> Runs:
    return tuple(
        seen.metrics.get(name) if isinstance(seen, Measured) else None
        for seen in one.observations
    )


def _values(runs: Runs) -> tuple[float, ...]:
    return tuple(value for value in runs if value is not None)


def _auto(pilot: Pilot) -> float | None:
    return AUTO_SDS * pilot.sd if pilot.n >= FEWEST and pilot.sd else None


def _describe(one: PilotRuns, metric: Metric, name: str) -> Calibrated:
    values = _values(_runs(one, name))
    failed = sum(isinstance(seen, Crashed) for seen in one.observations)
    pilot = pilot_of(values, failed) if values else None
    return Calibrated(
        place=(one.mode.name, name),
        role=metric.role,
        guards=_guards(metric, name),
        n=len(values),
        failed=failed,
        mean=pilot.mean if pilot else None,
        sd=pilot.sd if pilot and pilot.n > 1 else None,
        skew=shape([describe(values)])[0],
        auto=_auto(pilot) if pilot else None,
        troubles=_troubles(metric, values),
    )


def _guards(metric: Metric, name: str) -> bool:
    if name != metric.name:
        return metric.role in COMPARED
    return metric.role is Role.GUARDRAIL


def _troubles(metric: Metric, values: tuple[float, ...]) -> tuple[Trouble, ...]:
    relative = isinstance(metric.tolerance, RelativeTolerance)
    signs = {value > 0.0 for value in values if value}
    found = {
        Trouble.TOO_FEW: len(values) < FEWEST,
        Trouble.NO_SPREAD: len(values) > 1 and len(set(values)) == 1,
        Trouble.SIGNS: relative and len(signs) > 1,
    }
    return tuple(trouble for trouble, there in found.items() if there)
