"""The whole calibration: describe the runs, then pretend that half are a branch."""

import dataclasses
from collections.abc import Mapping, Sequence

from bot.domain.calibration.checks import SPLITS, checked
from bot.domain.calibration.found import (
    Calibrated,
    Calibration,
    PilotRuns,
    pilots_of,
)
from bot.domain.calibration.tasks import tasks_of
from bot.domain.history import AUTO_SDS, Knowledge, MetricHistory, Place
from bot.domain.policing import Policed, police
from bot.domain.policy import AutoTolerance, Policy, Stage
from bot.domain.stats.power import Design, simulate
from bot.domain.stats.price import Price, price

_REPETITIONS, _SEED = 10_000, 20_250_702


def calibrate(
    policy: Policy,
    stage: Stage,
    runs: Sequence[PilotRuns],
    history: Mapping[Place, MetricHistory],
) -> Calibration:
    """Describe the runs, and judge pretended branches by the policy's own rule.

    Every mode has the same number of runs, ten or more, at the same seeds.
    """
    seeds = len(runs[0].observations)
    looks = _cut(stage.looks, seeds // 2)
    tasks = [task for one in runs for task in tasks_of(one)]
    found, total = checked(policy.decision, looks, runs, tasks)
    modes = [one.mode for one in runs]
    known = Knowledge(history, pilots_of(found))
    policed = {one.place: one for one in police(policy, stage, modes, known)}
    auto = {
        (mode.name, metric.name)
        for mode in modes
        for metric in mode.metrics
        if isinstance(metric.tolerance, AutoTolerance)
    }
    return Calibration(
        stage=stage.name,
        seeds=seeds,
        looks=looks,
        splits=SPLITS,
        alpha=_alpha(policy),
        metrics=tuple(
            dataclasses.replace(
                one,
                policed=policed.get(one.place),
                price=_price(policy, stage, one, policed, auto),
            )
            for one in found
        ),
        total=total,
    )


def _cut(looks: tuple[int, ...], last: int) -> tuple[int, ...]:
    """The schedule of arms of `last` seeds; the last look takes the whole alpha."""
    return (*(n for n in looks if n < last), last)


def _alpha(policy: Policy) -> float:
    """The error rate of one of the attempts that a branch may have."""
    return policy.decision.alpha / (policy.decision.attempts or 1)


def _price(
    policy: Policy,
    stage: Stage,
    one: Calibrated,
    policed: Mapping[Place, Policed],
    auto: set[Place],
) -> Price | None:
    """What an estimated SD costs a primary metric whose tolerance is auto."""
    if one.place not in auto or one.place not in policed:
        return None
    known = policed[one.place].known
    design = Design(stage.looks, _alpha(policy), policy.decision.spending, known.paired)
    paths = simulate(design, known.correlation, _REPETITIONS, _SEED)
    return price(paths, one.n, AUTO_SDS, _SEED)
