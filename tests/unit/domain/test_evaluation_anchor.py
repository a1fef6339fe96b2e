"""Slow losses: a branch is held against a pinned release once the budget is spent."""

import dataclasses

import numpy as np
import pytest

from bot.domain.arms import Anchor, Baseline, Branch
from bot.domain.evaluation import Facts, Step, next_step
from bot.domain.history import Knowledge
from bot.domain.plan import Pinned, Plan, Slot, arms_of, slots_of, spec_of
from bot.domain.policy import AutoTolerance, RelativeTolerance
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Reason, Ruling
from tests.fakes.policies import LOSS, mode, plan, policy, target
from workers.contract import Failed, FailureReason, Ok, TrialResult, TrialState

PLACE = ("mlp", "loss")


def anchored(lost: float = 1.2, **changes: object) -> Plan:
    """A plan whose policy pins `v1.0`, after tolerated losses of `lost` tolerances."""
    rules = policy(anchor="v1.0", **changes)
    knowledge = Knowledge(lost={PLACE: lost})
    return plan(rules, anchor=Pinned("v1.0", "anchor-tree"), knowledge=knowledge)


def trials(here: Plan, n: int, gone: float, sd: float = 0.02) -> dict[Slot, Trial]:
    """Baseline and branch alike; the anchor's loss was lower by `gone`."""
    return {slot: trial(here, slot, gone, sd) for slot in slots_of(here, mode(), n)}


def trial(here: Plan, slot: Slot, gone: float, sd: float) -> Trial:
    arm = (Baseline(), Branch(), Anchor()).index(slot.arm)
    noise = np.random.default_rng([slot.position, arm]).normal(0, sd)
    loss = 1.0 - gone * (slot.arm == Anchor()) + float(noise)
    result = TrialResult(Ok(), {"loss": loss})
    spec = spec_of(here, slot)
    key, seed = spec.key, spec.seed
    place = slot.mode, "fast", seed, slot.position
    return Trial(key, slot.arm, *place, state=TrialState.OK, result=result)


def of(step: Step, reason: Reason) -> Finding:
    assert step.verdict is not None
    return next(one for one in step.verdict.findings if one.reason is reason)


def test_nobody_trains_the_release_before_the_budget_is_spent() -> None:
    here = anchored(lost=0.99)
    assert arms_of(here, mode()) == (Baseline(), Branch())
    step = next_step(Facts(here, trials(here, 4, gone=1.0)))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.PASS


def test_a_policy_may_allow_more_than_one_tolerance() -> None:
    assert Anchor() not in arms_of(anchored(tolerance_budget=2.0), mode())
    assert Anchor() in arms_of(anchored(lost=2.0, tolerance_budget=2.0), mode())


def test_the_release_is_trained_from_its_own_tree_on_the_same_seeds() -> None:
    here = anchored()
    old, new = (spec_of(here, Slot("mlp", arm, 3)) for arm in (Anchor(), Branch()))
    assert (old.tree, old.arm, old.seed) == ("anchor-tree", "anchor", new.seed)
    wanted = next_step(Facts(here, {})).wanted
    assert [slot.arm for slot in wanted].count(Anchor()) == 4


def test_a_branch_near_the_release_passes_and_says_so() -> None:
    here = anchored()
    step = next_step(Facts(here, trials(here, 4, gone=0.05)))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.PASS
    kept = of(step, Reason.ANCHOR_KEPT)
    assert kept.evidence["anchor"] == "v1.0"
    assert kept.evidence["tolerance"] == pytest.approx(0.2)
    spent = of(step, Reason.TOLERANCE_SPENT).evidence
    assert (spent["spent"], spent["budget"]) == (1.2, 1.0)


def test_small_losses_that_added_up_block_although_the_last_one_is_none() -> None:
    here = anchored()
    step = next_step(Facts(here, trials(here, 4, gone=0.5)))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.BLOCK
    assert of(step, Reason.ANCHOR_LOST).state is Ruling.BLOCK
    assert of(step, Reason.NOT_WORSE).state is Ruling.PASS


def test_seeds_are_added_until_the_release_has_answered_too() -> None:
    here = anchored()
    noisy = {
        slot: trial(here, slot, 0.15, 0.3 if slot.arm == Anchor() else 0.01)
        for slot in slots_of(here, mode(), 4)
    }
    step = next_step(Facts(here, noisy))
    assert step.verdict is None
    assert {slot.position for slot in step.wanted} >= {4, 5}
    assert not step.modes[0].decided


def test_the_release_left_open_at_the_last_look_is_undecided() -> None:
    here = anchored()
    noisy = {
        slot: trial(here, slot, 0.1, 0.3 if slot.arm == Anchor() else 0.01)
        for slot in slots_of(here, mode(), 8)
    }
    step = next_step(Facts(here, noisy))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.UNDECIDED
    assert of(step, Reason.ANCHOR_OPEN).state is Ruling.UNDECIDED


def test_a_relative_tolerance_doubles_too_and_others_need_no_release() -> None:
    relative = dataclasses.replace(LOSS, tolerance=RelativeTolerance(0.1))
    here = anchored()
    here = dataclasses.replace(here, modes=(mode("mlp", relative),))
    step = next_step(Facts(here, trials(here, 4, gone=0.02)))
    assert of(step, Reason.ANCHOR_KEPT).evidence["tolerance"] == pytest.approx(
        0.2, rel=0.1
    )
    alone = mode("mlp", target("loss", 3.28))
    assert arms_of(anchored(), alone) == (Branch(),)


def test_a_branch_that_crashes_where_the_release_did_not_is_blocked() -> None:
    here = anchored()
    good = trials(here, 8, gone=0.0)
    crashed = {
        slot: dataclasses.replace(
            one,
            state=TrialState.FAILED,
            result=TrialResult(Failed(FailureReason.EXCEPTION, "It broke.")),
        )
        for slot, one in good.items()
        if slot.arm != Anchor()
    }
    step = next_step(Facts(here, {**good, **crashed}))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.BLOCK
    assert of(step, Reason.MORE_FAILURES).state is Ruling.BLOCK


def test_one_tolerance_that_was_lost_already_blocks_nobody() -> None:
    """A branch halfway between the release and what is allowed is shown to be worse."""
    here = anchored()
    step = next_step(Facts(here, trials(here, 4, gone=0.1, sd=0.005)))
    assert step.verdict is not None
    assert step.verdict.state is Ruling.PASS
    kept = of(step, Reason.ANCHOR_KEPT)
    high = kept.evidence["high"]
    assert isinstance(high, float)
    assert high < 0.0  # worse than the release, and within what is allowed


def test_failures_against_the_release_name_it() -> None:
    here = anchored()
    good = trials(here, 8, gone=0.0)
    crashed = {
        slot: dataclasses.replace(
            one,
            state=TrialState.FAILED,
            result=TrialResult(Failed(FailureReason.EXCEPTION, "It broke.")),
        )
        for slot, one in good.items()
        if slot.arm != Anchor()
    }
    step = next_step(Facts(here, {**good, **crashed}))
    assert of(step, Reason.MORE_FAILURES).evidence["anchor"] == "v1.0"


def test_a_tolerance_that_nobody_measured_is_as_unknown_against_the_release() -> None:
    unknown = dataclasses.replace(LOSS, tolerance=AutoTolerance())
    here = dataclasses.replace(anchored(), modes=(mode("mlp", unknown),))
    assert Anchor() in {slot.arm for slot in next_step(Facts(here, {})).wanted}
