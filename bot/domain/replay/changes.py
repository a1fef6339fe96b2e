"""The changes of a replayed branch, each as the branch against itself without it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.judgement.changes import ChangeArms, JudgedChanges, judge_changes
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Mode, Role
from bot.domain.replay.machines import mixes
from bot.domain.replay.runs import Run, observe
from bot.domain.replay.sides import Rules, Sides, fair, judge, names_of, sides_of
from bot.domain.verdict import MetricVerdict, Ruling

Without = Mapping[str, Sequence[Run]]
"""The runs of the branch without each change."""

MIXED = "its runs mix machines or settings"


@dataclass(frozen=True, slots=True)
class Part:
    """One change on the metrics that must improve; `look` is seeds per arm."""

    change: str
    look: int
    metrics: tuple[MetricVerdict, ...]


def judged_changes(
    rules: Rules, mode: Mode, sides: Sides, without: Without, state: Ruling
) -> JudgedChanges:
    """Each change on the primary metrics, by the gate's own ablation."""
    if all(one.role is not Role.PRIMARY for one in mode.metrics):
        return JudgedChanges()
    names = names_of(mode)
    unfair = {
        name: MIXED for name, runs in without.items() if _mixed(rules, {name: runs})
    }
    arms = ChangeArms(
        full=sides.branch,
        baseline=sides.baseline,
        without={
            name: tuple(observe(run, names) for run in runs)
            for name, runs in without.items()
        },
        not_estimable=unfair,
    )
    book = Rulebook(mode, rules.decision, rules.stage.looks)
    return judge_changes(book, arms, state, shadowed=rules.shadowed)


def _mixed(rules: Rules, arms: Without) -> bool:
    return bool(mixes(rules.mode, rules.reading, arms))


def parts_of(
    rules: Rules, mode: Mode, branch: Sequence[Run], without: Without
) -> tuple[Part, ...]:
    """Each change on the metrics that must improve: the branch against it left out.

    All changes share the alpha of a metric equally (Bonferroni).
    """
    usual = rules.decision.improvement_alpha
    asked = tuple(
        dataclasses.replace(one, alpha=(one.alpha or usual) / len(without), slices=())
        for one in mode.metrics
        if one.role is Role.IMPROVE
    )
    only = dataclasses.replace(mode, metrics=asked)
    if not asked:
        return ()
    return tuple(
        _part(rules, only, change, {"baseline": runs, "branch": branch})
        for change, runs in without.items()
    )


def _part(rules: Rules, mode: Mode, change: str, arms: Without) -> Part:
    left = fair(mode, mixes(mode, rules.reading, arms))
    if not left.metrics:
        return Part(change, 0, ())
    verdict = judge(rules, left, sides_of(left, arms))
    return Part(change, verdict.look, verdict.metrics)
