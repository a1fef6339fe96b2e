"""Both arms of a comparison as the gate would have seen them at each look."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.judgement import (
    ArmEvidence,
    Evidence,
    judge_looks,
    needs_baseline,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Decision, Metric, Mode, Role, Seeding, Stage
from bot.domain.replay.machines import Mix
from bot.domain.replay.runs import Comparisons, Run, observe
from bot.domain.trials import Observation
from bot.domain.verdict import ModeVerdict

Arm = tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What every comparison is judged by: a mode and a stage, and how arms are read."""

    mode: Mode
    stage: Stage
    decision: Decision
    reading: Comparisons
    shadowed: str = "block"


@dataclass(frozen=True, slots=True)
class Sides:
    """The runs of both arms; `alone` says that no baseline is compared with."""

    baseline: Arm
    branch: Arm
    alone: bool
    paired: bool = False

    def at(self, n: int) -> Evidence | None:
        """The first n runs of each arm, or None where an arm has fewer."""
        if any(len(arm) < n for arm in self.arms):
            return None
        baseline = ArmEvidence(self.baseline[:n])
        return Evidence(baseline, ArmEvidence(self.branch[:n]), self.paired)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms that a look needs."""
        return (self.branch,) if self.alone else (self.baseline, self.branch)


def sides_of(mode: Mode, arms: Mapping[str, Sequence[Run]]) -> Sides:
    """The runs of `baseline` (if any) and `branch`, paired where seeds allow it."""
    names = names_of(mode)
    branch = tuple(observe(run, names) for run in arms["branch"])
    if "baseline" not in arms or not needs_baseline(mode):
        return Sides((), branch, alone=True)
    baseline = tuple(observe(run, names) for run in arms["baseline"])
    matched = _matched(baseline, branch) if mode.seeding is Seeding.SHARED else None
    if matched is None:
        return Sides(baseline, branch, alone=False)
    return Sides(matched, branch, alone=False, paired=True)


def names_of(mode: Mode) -> tuple[str, ...]:
    """What every run of a mode must show: its metrics and their slices."""
    return tuple(name for one in mode.metrics for name in (one.name, *one.slice_names))


def _matched(baseline: Arm, branch: Arm) -> Arm | None:
    """The baseline in the branch's order of seeds; None unless both list the same."""
    order = {one.seed: one for one in baseline}
    seeds = [one.seed for one in branch]
    same = len(order) == len(baseline) == len(branch) and set(seeds) == set(order)
    return tuple(order[one] for one in seeds) if same and None not in order else None


def judge(rules: Rules, mode: Mode, sides: Sides) -> ModeVerdict:
    """The mode after every look that its runs reach."""
    book = Rulebook(mode, rules.decision, rules.stage.looks)
    return judge_looks(book, sides.at, targeted=True)


def judge_at_once(rules: Rules, mode: Mode, sides: Sides) -> ModeVerdict:
    """The mode at one single look at all runs, with all of alpha spent there."""
    n = max(len(arm) for arm in sides.arms)
    book = Rulebook(mode, rules.decision, (n,))
    whole = Evidence(
        ArmEvidence(sides.baseline), ArmEvidence(sides.branch), sides.paired
    )
    return judge_looks(book, lambda _: whole, targeted=True)


def fair(mode: Mode, mixed: Sequence[Mix]) -> Mode:
    """The mode without metrics whose runs cannot be averaged; a limit needs no mean."""
    unfair = frozenset[str]().union(*(one.metrics for one in mixed))
    kept = tuple(
        one for one in mode.metrics if one.name not in unfair or one.role is Role.LIMIT
    )
    return dataclasses.replace(mode, metrics=kept)


def alone(mode: Mode) -> Mode:
    """The mode without what needs a baseline; without metrics where all do."""
    kept = tuple(one for one in mode.metrics if not _needs(mode, one))
    return dataclasses.replace(mode, metrics=kept)


def _needs(mode: Mode, metric: Metric) -> bool:
    return metric.role is not Role.REPORT and needs_baseline(
        dataclasses.replace(mode, metrics=(metric,))
    )
