"""What is climbed, where a climb stands, and how far it got: values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.app.engine import Halve, Tick, unhalved
from bot.app.foretelling import Trained
from bot.app.informing import Subject
from bot.domain.changes import ChangedLines
from bot.domain.ladder import Planned
from bot.domain.plan import Plan
from bot.domain.trials import Trial
from bot.domain.verdict import Cost, Finding, Rung, Verdict


@dataclass(frozen=True, slots=True)
class Course:
    """All that is climbed, fixed before the first rung.

    `plans` are those of the training stages by name, with all that is known by now;
    there is at least one. `begun` pins what is known as a stage begins. `probed` is the
    plan by which modes are fingerprinted, `lines` those that the arms differ in.
    `halve` takes groups of changes apart. `beside` was found before the first rung.
    `accepted` are digests of findings that somebody accepted: they hold nothing up.
    """

    ladder: tuple[Planned, ...]
    plans: Mapping[str, Plan]
    subject: Subject
    probed: Plan
    begun: Callable[[Plan], Plan] = lambda plan: plan
    halve: Halve = unhalved
    lines: tuple[ChangedLines, ...] = ()
    beside: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()

    @property
    def first(self) -> Plan:
        """The plan of the first stage that trains."""
        return next(iter(self.plans.values()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a climb stands, for whoever watches.

    `done` are the rungs of the `ladder` that ended, `rung` is the one that is climbed.
    While it trains there is a `tick`; else `ended` of `total` runs have ended.
    """

    ladder: tuple[Planned, ...]
    done: tuple[Rung, ...]
    rung: Planned
    elapsed_s: float
    tick: Tick | None = None
    ended: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a climb got: the verdict over all rungs, their runs and their cost.

    `trained` are the stages that were trained, in order. `lifted` are the ids of
    findings that would decide, had nobody accepted them.
    """

    verdict: Verdict
    stages: tuple[str, ...]
    trials: tuple[Trial, ...]
    cost: Cost
    trained: tuple[Trained, ...] = ()
    lifted: tuple[str, ...] = ()

    @property
    def evaluations(self) -> tuple[str, ...]:
        """The ids of the evaluations of all stages that were trained."""
        return tuple(one.plan.evaluation for one in self.trained)


Watch = Callable[[Standing], None]
