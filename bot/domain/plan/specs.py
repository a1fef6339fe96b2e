"""The trial of a slot: its command, what it must show, and its content key."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from bot.domain.arms import (
    BASELINE,
    Anchor,
    Arm,
    Baseline,
    Branch,
    Only,
    Original,
    Reference,
    Without,
    label,
)
from bot.domain.plan.room import judges_time
from bot.domain.plan.seeds import seed_at
from bot.domain.plan.slots import Slot
from bot.domain.plan.whole import Plan, digest_of
from bot.domain.policy import Metric, Mode, Role
from workers.contract import (
    CONTRACT_VERSION,
    PROBE_VERSION,
    SEED,
    SELF_REPORTED,
    MetricSource,
    Scoring,
    TrialSpec,
)


def spec_of(plan: Plan, slot: Slot, replicate: int = 0) -> TrialSpec:
    """The trial of a slot, with its content key.

    Raises KeyError for an arm that has no tree, or none that may score it.
    """
    mode = next(one for one in plan.modes if one.name == slot.mode)
    seed = seed_at(plan, slot.position)
    tree = tree_of(plan, slot.arm)
    draft = TrialSpec(
        key="",
        objects=plan.trees.objects,
        tree=tree,
        arm=label(slot.arm),
        mode=mode.name,
        stage=plan.stage.name,
        seed=seed,
        argv=_filled(mode.train, plan.stage.params, seed),
        metrics=_sources(mode),
        resources=dataclasses.replace(mode.resources, alone=judges_time(mode)),
        environment=mode.environment,
        checkpoint=mode.checkpoint,
        replicate=replicate,
        machine=plan.machine,
        probe=plan.watched,
        samples=mode.samples,
        commit=_commit(plan, slot.arm),
        policy=plan.policy.sha256,
    )
    trained = keyed(draft, plan)
    scoring = _scoring(plan, slot, mode, trained)
    return keyed(dataclasses.replace(draft, scoring=scoring), plan)


def _commit(plan: Plan, arm: Arm) -> str:
    """The commit that an arm's tree was made from; a pinned release has a name."""
    match arm:
        case Baseline() | Original() | Reference():
            return plan.trees.base_commit
        case Anchor():
            return plan.anchor.name if plan.anchor else ""
        case Branch() | Without() | Only():
            return plan.trees.head_commit
        case _:
            assert_never(arm)


def _scoring(plan: Plan, slot: Slot, mode: Mode, trained: TrialSpec) -> Scoring | None:
    """How the checkpoint of a training is scored, where the policy has a command.

    `training` is the key that the trial has without its score: equal trainings have
    equal checkpoints, whoever scores them.
    """
    command = plan.policy.evaluation.command
    if not command:
        return None
    if plan.version is None:
        raise KeyError(label(slot.arm))
    return Scoring(
        tree=plan.version.scoring_tree(label(slot.arm)),
        argv=_filled(command, plan.stage.params, trained.seed),
        training=trained.key,
        optional=_deciding_nothing(mode),
    )


def _deciding_nothing(mode: Mode) -> tuple[str, ...]:
    return tuple(
        name
        for metric in mode.metrics
        if metric.role is Role.REPORT and metric.source.kind in SELF_REPORTED
        for name in (metric.name, *metric.slice_names)
    )


def tree_of(plan: Plan, arm: Arm) -> str:
    """The tree that an arm trains.

    Raises KeyError for a change that has no such tree: it must not be asked for.
    """
    match arm:
        case Baseline():
            moved = plan.version.baseline if plan.version else None
            return moved or plan.trees.base_tree
        case Original():
            return plan.trees.base_tree
        case Reference():
            return _base_as_judged(plan)
        case Anchor():
            own = plan.anchor.tree if plan.anchor else plan.trees.base_tree
            return _judged(plan, arm, own)
        case Branch():
            return plan.trees.merged_tree
        case Without() | Only():
            return _judged(plan, arm, _of_change(plan, arm))
        case _:
            assert_never(arm)


def _base_as_judged(plan: Plan) -> str:
    """The base with the evaluation files by which the arms are compared.

    Where a command scores checkpoints the base is trained as it is, and only scored
    with them: that tree has both.
    """
    scored = dict(plan.version.scored) if plan.version else {}
    return scored.get(BASELINE, tree_of(plan, Baseline()))


def _judged(plan: Plan, arm: Arm, own: str) -> str:
    """The arm's own tree, with the evaluation files that its comparison is made by."""
    return plan.version.training_tree(label(arm), own) if plan.version else own


def _of_change(plan: Plan, arm: Without | Only) -> str:
    left_out = isinstance(arm, Without)
    trees = {one.id: one.without if left_out else one.only for one in plan.changes}
    tree = trees.get(arm.change)
    if tree is None:
        raise KeyError(arm.change)
    return tree


def _sources(mode: Mode) -> tuple[MetricSource, ...]:
    """What a trial must show: every metric, and each slice of it by its own name."""
    return tuple(
        source
        for metric in mode.metrics
        for source in (metric.source, *_slice_sources(metric))
    )


def _slice_sources(metric: Metric) -> Iterator[MetricSource]:
    key = metric.source.key
    for part, name in zip(metric.slices, metric.slice_names, strict=True):
        yield dataclasses.replace(
            metric.source, name=name, key=f"{key}/{part}" if key else ""
        )


def _filled(
    command: Sequence[str], params: Mapping[str, str], seed: int
) -> tuple[str, ...]:
    filled = {**params, SEED: str(seed)}
    return tuple(_fill(word, filled) for word in command)


_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _fill(word: str, values: Mapping[str, str]) -> str:
    """Fill every placeholder once; a value that looks like one stays as it is."""
    return _PLACEHOLDER.sub(lambda one: values.get(one[1], one[0]), word)


def keyed(draft: TrialSpec, plan: Plan) -> TrialSpec:
    """The trial with the hash of everything that can change its result."""
    parts = dataclasses.asdict(draft)
    # Where objects lie, which arm a tree plays and where it came from do not change
    # what a trial shows:
    # a baseline of one evaluation may be the branch of another.
    for name in ("key", "objects", "arm", "commit", "policy"):
        del parts[name]
    for name in ("probe", "scoring", "samples"):
        if parts[name] is None:  # as keys were before there was such a thing
            del parts[name]
    if draft.probe is not None:
        parts["probe_version"] = PROBE_VERSION
    parts |= {
        "contract": CONTRACT_VERSION,
        "data_version": plan.policy.data.version,
        "sandbox": "none",
    }
    return dataclasses.replace(draft, key=digest_of(parts))
