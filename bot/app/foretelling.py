"""What branches that ran two stages say of how far the earlier one can be trusted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.app.ports import Memory
from bot.domain.history import Place, StagePair
from bot.domain.ladder import (
    foretold,
    later_stages,
    provisional,
    speed_up,
    stage_pairs,
)
from bot.domain.plan import Plan
from bot.domain.policy import Role, Stage
from bot.domain.trials import Trial
from bot.domain.verdict import Exhibits, Finding, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Trained:
    """A training stage that has ended: its plan, its verdict, its trials.

    `exhibits` are what the trials have to show.
    """

    plan: Plan
    verdict: Verdict
    trials: tuple[Trial, ...]
    exhibits: Exhibits | None = None

    @property
    def stage(self) -> Stage:
        """The stage that was trained."""
        return self.plan.stage


def remember_pairs(memory: Memory, repository: str, ended: Sequence[Trained]) -> None:
    """Keep the effects that the stages of one climb had, two and two.

    Those of a part of the plan are not kept: they say less than a whole one. Safe to
    repeat: the same trials are one pair, however often and for whomever they were
    judged.
    """
    pairs = [
        pair
        for earlier, later in combinations(ended, 2)
        for pair in _pairs(earlier, later)
    ]
    if pairs and not ended[0].plan.narrowed:
        memory.keep_fidelity(ended[0].plan.comparison, repository, pairs)


def _pairs(earlier: Trained, later: Trained) -> tuple[StagePair, ...]:
    both = ((one.stage.name, one.verdict, one.trials) for one in (earlier, later))
    return stage_pairs(*both)


def slower(earlier: Trained, later: Trained) -> float | None:
    """How many times as long a trial of the later stage takes, as measured here."""
    return speed_up(_pairs(earlier, later))


def foresaid(
    memory: Memory, repository: str, ended: Sequence[Trained], top: Ruling | None
) -> tuple[Finding, ...]:
    """What is known of each stage and the one that comes after it in the policy.

    `top` is the state of the last rung where the climb got there: a pass that ends at a
    stage which is not the policy's last one is provisional until it is known.
    """
    found = [one for each in ended for one in _known(memory, repository, each)]
    if not ended or top is not Ruling.PASS:
        return tuple(found)
    last = ended[-1]
    plan, pairs = last.plan, _by_place(memory, repository, last)
    said = provisional(plan.policy, plan.stage, pairs)
    return (*found, said) if said else tuple(found)


def _known(memory: Memory, repository: str, one: Trained) -> Iterator[Finding]:
    yield from foretold(_by_place(memory, repository, one))


def _by_place(
    memory: Memory, repository: str, one: Trained
) -> Mapping[Place, Sequence[StagePair]]:
    """The pairs of a stage and the next one, for every primary metric."""
    plan = one.plan
    after = later_stages(plan.policy, plan.stage)
    if not after:
        return {}
    stage, later = plan.stage.name, after[0].name
    return {
        (mode.name, metric.name): memory.fidelity(
            repository, mode.name, metric.name, stage, later
        )
        for mode in plan.modes
        for metric in mode.metrics
        if metric.role is Role.PRIMARY
    }
