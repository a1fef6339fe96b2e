"""What an evaluation leaves for later ones."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.app.engine import Evaluated
from bot.app.informing import Subject, scene_of
from bot.app.ports import EvaluationStore, Store, StoredTrial
from bot.domain.arms import Baseline
from bot.domain.history import Charge, Summary
from bot.domain.past import canary_residual, keys, summarise
from bot.domain.plan import Plan, Slot, spec_of
from bot.domain.policy import Mode
from bot.domain.trials import Observation, Trial, observe
from bot.domain.verdict import MetricVerdict, Reason, Ruling, Verdict

Runs = Mapping[str, Sequence[Observation]]
"""Runs of the baseline of each mode, by its name."""


def remember(store: Store, plan: Plan, subject: Subject, evaluated: Evaluated) -> None:
    """Keep what the evaluation showed, and what is lost of each metric should it land.

    Safe to repeat: the same evaluation replaces what it left before.
    """
    scene = scene_of(plan, subject)
    again = [
        (Slot(one.mode, one.arm, one.position), one.spec.replicate)
        for one in evaluated.trials
        if one.arm == Baseline() and one.spec is not None and not one.shared
    ]
    earlier = replaced(store, plan, again, plan.knowledge.fresh_from)
    shown = {
        key: _summary(plan, evaluated, subject.branch, (mode, key.metric), earlier)
        for mode in plan.modes
        for key in keys(scene, [mode])
    }
    store.record(plan.evaluation, shown)
    charges = [*_charges(evaluated.verdict, plan, subject)]
    store.charge(plan.evaluation, subject.repository, charges)


def replaced(
    store: EvaluationStore,
    plan: Plan,
    again: Iterable[tuple[Slot, int]],
    anew: Mapping[str, float],
) -> Runs:
    """What the replicates before these of a baseline showed, by mode.

    They were counted when they ran. Not those that a mode had before it was counted
    `anew` (Unix seconds): these count no more beside the runs since.
    """
    specs = [spec_of(plan, slot, n) for slot, last in again for n in range(last)]
    found: dict[str, list[Observation]] = {}
    for one in store.find([spec.key for spec in specs]).values():
        seen = seen_of(one)
        if seen is not None and (one.finished_at or 0.0) >= anew.get(one.spec.mode, 0):
            found.setdefault(one.spec.mode, []).append(seen)
    return found


def seen_of(stored: StoredTrial) -> Observation | None:
    """What a stored run of a baseline showed; None where it has no result."""
    spec = stored.spec
    return observe(
        Trial(
            key=spec.key,
            arm=Baseline(),
            mode=spec.mode,
            stage=spec.stage,
            seed=spec.seed,
            position=0,
            state=stored.state,
            result=stored.result,
        )
    )


def _summary(
    plan: Plan,
    evaluated: Evaluated,
    branch: str,
    of: tuple[Mode, str],
    earlier: Runs,
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
        summarise(trials, mode, metric, earlier.get(mode.name, ())),
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
