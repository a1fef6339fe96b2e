"""The whole calibration: describe the runs, then pretend that half are a branch."""

import dataclasses
from collections.abc import Mapping, Sequence

from bot.domain.calibration.checks import SPLITS, checked
from bot.domain.calibration.found import Calibration, PilotRuns
from bot.domain.calibration.tasks import tasks_of
from bot.domain.history import Knowledge, MetricHistory, Place
from bot.domain.policing import police
from bot.domain.policy import Policy, Stage


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
    known = Knowledge(
        history, Calibration("", 0, (), 0, 0.0, tuple(found), None).pilots
    )
    modes = [one.mode for one in runs]
    policed = {one.place: one for one in police(policy, stage, modes, known)}
    return Calibration(
        stage=stage.name,
        seeds=seeds,
        looks=looks,
        splits=SPLITS,
        alpha=policy.decision.alpha / (policy.decision.attempts or 1),
        metrics=tuple(
            dataclasses.replace(one, policed=policed.get(one.place)) for one in found
        ),
        total=total,
    )


def _cut(looks: tuple[int, ...], last: int) -> tuple[int, ...]:
    """The schedule of arms of `last` seeds; the last look takes the whole alpha."""
    return (*(n for n in looks if n < last), last)
