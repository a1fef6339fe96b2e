"""The A/A check: what the policy's rule does to branches that are the baseline."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import assert_never

from bot.domain.calibration.found import Calibrated, Check, PilotRuns, Trouble
from bot.domain.calibration.tasks import Task
from bot.domain.history import Place
from bot.domain.judgement.attempts import per_attempt
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Decision,
    RelativeTolerance,
)
from bot.domain.stats.boundaries import levels
from bot.domain.stats.choice import Choice, Test
from bot.domain.stats.comparison import Rule
from bot.domain.stats.splits import Bench, Contest, Rates, pretend, split
from bot.domain.trials import Crashed

SPLITS, SEED = 2000, 20_250_701


def checked(
    decision: Decision,
    looks: tuple[int, ...],
    runs: Sequence[PilotRuns],
    tasks: Sequence[Task],
) -> tuple[list[Calibrated], Rates | None]:
    """Every task with its A/A checks, and the rates over all of them."""
    declared = {task.about.place: _declared(task) for task in tasks if task.compared}
    auto = {
        task.about.place: AbsoluteTolerance(task.amount)
        for task in tasks
        if task.compared and task.amount is not None
    }
    said = {place: one for place, one in declared.items() if one is not None}
    rates, total = _pretend(decision, looks, runs, tasks, {**auto, **said})
    by_auto, _ = _pretend(decision, looks, runs, tasks, auto)
    return [
        dataclasses.replace(
            task.about,
            declared=_check(task, said, rates),
            automatic=_check(task, auto, by_auto),
        )
        for task in tasks
    ], total


_Known = AbsoluteTolerance | RelativeTolerance


def _declared(task: Task) -> _Known | None:
    """The tolerance that the policy gives; none where it says auto or means nothing."""
    match task.metric.tolerance:
        case None:
            return AbsoluteTolerance(0.0)
        case AutoTolerance():
            return None
        case RelativeTolerance() if Trouble.SIGNS in task.about.troubles:
            return None
        case AbsoluteTolerance() | RelativeTolerance():
            return task.metric.tolerance
        case _:
            assert_never(task.metric.tolerance)


def _check(
    task: Task, tolerances: Mapping[Place, _Known], rates: Mapping[Place, Rates]
) -> Check | None:
    found = tolerances.get(task.about.place)
    if found is None:
        return None
    match found:
        case AbsoluteTolerance(amount):
            size = amount
        case RelativeTolerance(fraction):
            size = fraction * abs(task.about.mean or 0.0)
        case _:
            assert_never(found)
    return Check(size, rates[task.about.place])


def _pretend(
    decision: Decision,
    looks: tuple[int, ...],
    runs: Sequence[PilotRuns],
    tasks: Sequence[Task],
    tolerances: Mapping[Place, _Known],
) -> tuple[Mapping[Place, Rates], Rates | None]:
    """The rates of each task that has a tolerance, and those of all together."""
    benches, places = [], []
    for one in runs:
        mine = [task for task in tasks if task.mode == one.mode.name]
        mine = [task for task in mine if task.about.place in tolerances]
        if mine:
            rule = per_attempt(one.mode, decision)[1]
            benches.append(_bench(rule, looks, one, mine, tolerances))
            places.append([task.about.place for task in mine])
    if not benches:
        return {}, None
    splits = split(len(runs[0].observations), looks, SPLITS, SEED)
    found = pretend(benches, splits)
    pairs = zip(places, found.contests, strict=True)
    rates = {p: r for names, many in pairs for p, r in zip(names, many, strict=True)}
    return rates, found.total


def _bench(
    decision: Decision,
    looks: tuple[int, ...],
    one: PilotRuns,
    tasks: Sequence[Task],
    tolerances: Mapping[Place, _Known],
) -> Bench:
    """The contests of a mode; that any of a Holm family of k is rejected is alpha/k."""
    whole = levels(looks, decision.alpha, decision.spending)
    guards = sum(task.about.guards for task in tasks)
    family = {True: guards, False: len(tasks) - guards}
    contests = tuple(
        Contest(
            runs=task.runs,
            rule=_rule(task, tolerances[task.about.place]),
            passes=() if task.about.guards else whole,
            blocks=levels(
                looks, decision.alpha / family[task.about.guards], decision.spending
            ),
        )
        for task in tasks
    )
    failed = tuple(isinstance(seen, Crashed) for seen in one.observations)
    return Bench(failed, contests, whole)


def _rule(task: Task, tolerance: _Known) -> Rule:
    direction = task.metric.direction
    sign = direction.orientation if direction else 1
    return Rule(sign, tolerance, Choice(Test.WELCH))
