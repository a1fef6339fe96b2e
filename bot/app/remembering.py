"""What an evaluation leaves for later ones."""

import dataclasses
from collections.abc import Iterator

from bot.app.engine import Evaluated
from bot.app.informing import Subject, scene_of
from bot.app.ports import Memory
from bot.domain.history import Charge, Summary
from bot.domain.past import canary_residual, keys, summarise
from bot.domain.plan import Plan
from bot.domain.policy import Mode
from bot.domain.verdict import MetricVerdict, Reason, Ruling, Verdict


def remember(
    memory: Memory, plan: Plan, subject: Subject, evaluated: Evaluated
) -> None:
    """Keep what the evaluation showed, and what is lost of each metric should it land.

    Safe to repeat: the same evaluation replaces what it left before.
    """
    scene = scene_of(plan, subject)
    shown = {
        key: _summary(plan, evaluated, subject.branch, (mode, key.metric))
        for mode in plan.modes
        for key in keys(scene, [mode])
    }
    memory.record(plan.evaluation, shown)
    charges = [*_charges(evaluated.verdict, plan, subject)]
    memory.charge(plan.evaluation, subject.repository, charges)


def _summary(
    plan: Plan, evaluated: Evaluated, branch: str, of: tuple[Mode, str]
) -> Summary:
    """What was shown, with the canaries that held and those that did not."""
    mode, metric = of
    place = (mode.name, metric)
    told = [
        score
        for one in evaluated.verdict.findings
        if one.reason is Reason.CANARY_OUTSIDE
        and (one.mode, one.metric) == place
        and isinstance(score := one.evidence.get("residual"), float)
    ]
    known, trials = plan.knowledge, evaluated.trials
    anew = known.fresh_from.get(mode.name, 0.0) if place in known.drift else 0.0
    return dataclasses.replace(
        summarise(trials, mode, metric),
        residual=told[0] if told else canary_residual(trials, *place),
        base_tree=plan.trees.base_tree,
        merged_tree=plan.trees.merged_tree,
        judged=branch,
        restarted_at=anew,
    )


def _charges(verdict: Verdict, plan: Plan, subject: Subject) -> Iterator[Charge]:
    tree, base = plan.trees.merged_tree, plan.trees.base_commit
    for mode in verdict.modes:
        for one in mode.metrics:
            share = _lost(one)
            if share or one.state is Ruling.PASS:
                place = (mode.name, one.name)
                yield Charge(place, subject.head_commit, tree, share, base)


_SHOWN = (Reason.TOLERATED_LOSS, Reason.HARM_SHOWN)
"""A loss was shown. One that blocks lands where somebody accepts it: it is lost too."""


def _lost(one: MetricVerdict) -> float:
    """A loss that was shown, in tolerances; 0 where there was none."""
    if one.reason not in _SHOWN or not one.d or not one.tolerance:
        return 0.0
    return max(0.0, -one.d / one.tolerance)
