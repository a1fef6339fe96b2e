"""References that are commands: run last, with what all rungs left of the budget.

They are held against the arms of the stage that the report shows, so they run with its
parameters. Whatever becomes of them decides nothing.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.foretelling import Trained
from bot.app.rungs import Runner, as_trials
from bot.app.spending import within
from bot.domain.errors import MachineryFault
from bot.domain.exhibits import referred
from bot.domain.exhibits.references import (
    NO_BUDGET,
    Measured,
    ReferenceRuns,
    gathered,
    lost,
    yardsticks,
)
from bot.domain.ladder import with_findings
from bot.domain.plan import Plan
from bot.domain.plan.references import AskedReference, affordable, asked_references
from bot.domain.policy import Budget
from bot.domain.trials import Trial
from workers.contract import FINISHED

REFERENCES = "references"
"""What whoever watches is told to be run."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A stage with all its references measured, and the runs that this took."""

    stage: Trained
    trials: tuple[Trial, ...]


def measure_references(
    stage: Trained,
    budget: Budget,
    spent: Sequence[Trial],
    runner: Runner,
    started: float,
) -> Referred:
    """Run what the whole `budget` has room for beside what was `spent`; tell the rest.

    A stored run serves again. `runner` is of the stage's plan, `started` is when the
    command did (Unix s).
    """
    asked = asked_references(stage.plan)
    kept = affordable(asked, _left(stage.plan, budget, spent), _paid(runner, asked))
    measured: dict[str, dict[str, ReferenceRuns]] = {}
    for one in asked:
        measured.setdefault(one.mode.name, {})[one.name] = NO_BUDGET
    for one, runs in zip(kept, _run(runner, kept), strict=True):
        measured[one.mode.name][one.name] = runs
    trials = as_trials(stage.plan, runner.stored, runner.asked, started)
    return Referred(_told(stage, measured), trials)


def _left(plan: Plan, budget: Budget, spent: Sequence[Trial]) -> Budget:
    policy = dataclasses.replace(plan.policy, budget=budget)
    return within(dataclasses.replace(plan, policy=policy), spent).policy.budget


def _paid(runner: Runner, asked: Sequence[AskedReference]) -> set[str]:
    """Keys of runs that another evaluation has had."""
    keys = [spec.key for one in asked for spec in one.specs]
    return {
        key
        for key, one in runner.find(keys).items()
        if one.state in FINISHED and one.evaluation != runner.plan.evaluation
    }


def _run(runner: Runner, kept: Sequence[AskedReference]) -> list[ReferenceRuns]:
    """What each of them gave. Where nobody runs trials any more, all of them are lost.

    The verdict is known by then, and stands.
    """
    try:
        if kept:
            runner.run(spec for one in kept for spec in one.specs)
    except MachineryFault as fault:
        return [lost(fault.problem)] * len(kept)
    return [
        gathered(yardsticks(one.mode), [runner.result(spec) for spec in one.specs])
        for one in kept
    ]


def _told(stage: Trained, measured: Measured) -> Trained:
    """The stage with its references, and what is said of them."""
    if not measured or stage.exhibits is None:
        return stage
    rows, found = referred(stage.plan.modes, stage.trials, measured)
    return dataclasses.replace(
        stage,
        verdict=with_findings(stage.verdict, found),
        exhibits=dataclasses.replace(stage.exhibits, references=rows),
    )
