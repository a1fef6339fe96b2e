"""Trials of rungs that judge no metric: the repository's own tests, and sanity runs."""

import dataclasses

from bot.domain.arms import Arm
from bot.domain.plan.seeds import is_shared
from bot.domain.plan.slots import Slot
from bot.domain.plan.specs import spec_of
from bot.domain.plan.whole import Plan
from bot.domain.policy import EvaluationRule, Mode, Stage
from workers.contract import ProbeKind, ProbeSpec, TrialSpec

SANITY_STEPS = 20
"""Steps of a sanity run where the stage does not say how many."""

_STEPS = "steps"
_PLACES = 64
"""Places among which shared seeds are looked for."""


def own_tests_spec(plan: Plan, stage: Stage, arm: Arm) -> TrialSpec:
    """The command of a stage of tests on the tree of an arm.

    It has what the first mode has: resources, environment, time limit. It shows no
    metric. Equal trees have equal trials, so that the base is tested once.
    """
    first = plan.modes[0]
    mode = dataclasses.replace(_bare(first), train=stage.command)
    whole = _without_scores(plan, stage, mode)
    return spec_of(whole, Slot(mode.name, arm, _places(plan)[0]))


def sanity_spec(
    plan: Plan, stage: Stage, mode: Mode, arm: Arm, which: int
) -> TrialSpec:
    """A run of a mode that is probed for its first steps; `which` seed is 0 or 1.

    Both seeds are those that all branches on one base share.
    """
    probe = ProbeSpec(ProbeKind.SANITY, steps=sanity_steps(stage))
    whole = _without_scores(plan, stage, _bare(mode))
    probed = dataclasses.replace(whole, watched=probe)
    return spec_of(probed, Slot(mode.name, arm, _places(plan)[which]))


def sanity_steps(stage: Stage) -> int:
    """How many steps a sanity run is watched for: the stage's parameter `steps`."""
    written = stage.params.get(_STEPS, "").replace("_", "")
    return int(written) if written.isdecimal() and int(written) else SANITY_STEPS


def _bare(mode: Mode) -> Mode:
    return dataclasses.replace(mode, metrics=(), checkpoint=None, samples=None)


def _without_scores(plan: Plan, stage: Stage, mode: Mode) -> Plan:
    policy = dataclasses.replace(plan.policy, evaluation=EvaluationRule())
    return dataclasses.replace(
        plan, policy=policy, stage=stage, modes=(mode,), version=None, watched=None
    )


def _places(plan: Plan) -> tuple[int, int]:
    """The first two places whose seeds all branches share; the first two if none is."""
    share = plan.policy.baseline.cached_share
    shared = [place for place in range(_PLACES) if is_shared(place, share)]
    first, second = (*shared, 0, 1)[:2]
    return first, second
