"""Trials that are looked into for their first steps only: fingerprints."""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from bot.domain.arms import Arm, Baseline
from bot.domain.changes import ChangedLines
from bot.domain.plan.seeds import is_shared
from bot.domain.plan.slots import Slot
from bot.domain.plan.specs import keyed, spec_of
from bot.domain.plan.whole import Plan
from bot.domain.policy import EvaluationRule, Stage, StageKind
from workers.contract import ProbeKind, ProbeSpec, TrialSpec

FINGERPRINT = "fingerprint"
"""The name of the stage of fingerprints."""

_CODE = (".py", ".pyi")
_PLACES = 64
"""Places among which the first shared seed is looked for."""

Lines = tuple[tuple[str, tuple[int, ...]], ...]


def fingerprint_spec(
    plan: Plan, mode: str, arm: Arm, *, repeat: int = 0, lines: Lines = ()
) -> TrialSpec:
    """The run of one mode on the tree of one arm whose first steps are looked at.

    It has the seed that all branches on one base share, the parameters of the cheapest
    training stage and no metrics. `repeat` counts runs of one tree; `lines` (see
    `watched_lines`) are noted where they run. Runs without lines are the same for all
    branches on a base, so that a stored one serves again. The baseline is the base
    itself, whatever files define the metrics now.

    Raises KeyError for a change that has no such tree.
    """
    probe = ProbeSpec(
        ProbeKind.FINGERPRINT, steps=plan.policy.invasive.steps, lines=lines
    )
    bare = _probing(plan, probe)
    whole = spec_of(bare, Slot(mode, arm, _place(plan)), repeat)
    alone = dataclasses.replace(whole.resources, alone=False)
    probed = dataclasses.replace(
        whole, metrics=(), checkpoint=None, samples=None, resources=alone
    )
    return keyed(probed, bare)


def repeated_spec(plan: Plan, mode: str, place: int) -> TrialSpec:
    """A whole trial of the baseline once more, to see if it repeats itself to its end.

    `plan` is that of the stage whose trials are watched. The repetition belongs to the
    fingerprints, and counts for no metric.
    """
    whole = spec_of(plan, Slot(mode, Baseline(), place), 1)
    bare = dataclasses.replace(whole, metrics=(), scoring=None, checkpoint=None)
    bare = dataclasses.replace(bare, samples=None, stage=FINGERPRINT)
    return keyed(bare, plan)


def _probing(plan: Plan, probe: ProbeSpec) -> Plan:
    stage = dataclasses.replace(cheapest(plan), name=FINGERPRINT)
    policy = dataclasses.replace(plan.policy, evaluation=EvaluationRule())
    return dataclasses.replace(
        plan, policy=policy, stage=stage, version=None, watched=probe
    )


def cheapest(plan: Plan) -> Stage:
    """The first training stage of the policy: ladders start with what costs least."""
    stages = plan.policy.stages
    return next((one for one in stages if one.kind is StageKind.TRAINING), plan.stage)


def _place(plan: Plan) -> int:
    """The first place whose seed all branches share; the first of all if none is."""
    share = plan.policy.baseline.cached_share
    return next((one for one in range(_PLACES) if is_shared(one, share)), 0)


def watched_lines(changed: Sequence[ChangedLines], arm: Arm) -> Lines:
    """The changed lines of Python files as they are numbered in the tree of an arm."""
    sides = (
        (one.path, one.old if isinstance(arm, Baseline) else one.new)
        for one in _code(changed)
    )
    return tuple((path, lines) for path, lines in sides if lines)


def line_count(changed: Sequence[ChangedLines]) -> int:
    """How many lines of Python files differ, those of both sides."""
    return sum(len(one.old) + len(one.new) for one in _code(changed))


def _code(changed: Sequence[ChangedLines]) -> Iterable[ChangedLines]:
    return (one for one in changed if PurePosixPath(one.path).suffix in _CODE)
