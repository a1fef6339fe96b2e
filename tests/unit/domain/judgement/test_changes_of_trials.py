"""Which change did it: the trials that are compared, failed and missing ones."""

import dataclasses

import pytest

from bot.domain.judgement.changes import (
    ChangeArms,
)
from bot.domain.policy import (
    AutoTolerance,
    RelativeTolerance,
    Seeding,
)
from bot.domain.stats.choice import Choice, Scale
from bot.domain.trials import Crashed, Measured
from bot.domain.verdict import (
    FindingKind,
    Reason,
    Ruling,
)
from tests.fakes.policies import LOSS, limit, mode
from tests.unit.domain.judgement.branches import (
    EMPTY,
    Trials,
    arm,
    change,
    crashes,
    effect,
    judge,
    numbers,
    only,
    tremble,
    two,
    unlisted,
    with_error,
)


def test_an_arm_that_is_shorter_than_the_branch_has_a_look_of_its_own() -> None:
    arms = two(full=0.9, a=0.7, b=1.2, n=20)
    short = dataclasses.replace(
        arms, without={"A": arms.without["A"][:5][::-1], "B": arms.without["B"]}
    )
    judged = judge(short)
    exact = judge(dataclasses.replace(arms, without={"A": arms.without["A"][:5]}))
    assert effect(judged).n == 5
    assert effect(judged).d == pytest.approx(effect(exact).d)
    assert only(judged, Reason.CHANGE_HARMFUL).evidence["look"] == 5
    assert effect(judged, "B").n == 20


def test_only_looks_that_were_made_use_up_error() -> None:
    arms = dataclasses.replace(two(n=20), looks_made=())
    levels = effect(judge(two(n=20))).level, effect(judge(arms)).level
    assert levels[0] is not None
    assert levels[1] == pytest.approx(0.025)
    assert levels[0] < levels[1]


def test_trials_beyond_the_last_look_are_not_used_to_find_harm() -> None:
    arms, longer = two(n=20), two(n=25)
    assert effect(judge(longer)).n == 20
    assert effect(judge(longer)).level == effect(judge(arms)).level


def test_an_arm_longer_than_the_branch_is_paired_on_the_branch_s_seeds() -> None:
    arms = ChangeArms(arm(1.0, 1, 5), without={"A": arm(1.0, 2, 20)})
    assert effect(judge(arms)).n == 5


def test_shared_seeds_are_paired_and_others_are_not() -> None:
    noise = numbers(*(0.001 * (-1) ** i for i in range(10)))
    full = tuple(
        Measured(one.seed, {"loss": one.metrics["loss"] + wiggle.metrics["loss"]})
        for one, wiggle in zip(tremble(0.2, 10), noise, strict=True)
        if isinstance(one, Measured) and isinstance(wiggle, Measured)
    )
    paired = judge(ChangeArms(full, without={"A": tremble(0.0, 10)}))
    assert effect(paired).reason is Reason.CHANGE_HARMFUL
    for other in (tremble(0.0, 10, first=105), unlisted(tremble(0.0, 10))):
        found = judge(ChangeArms(full, without={"A": other}))
        assert effect(found).reason is None
    unseeded = mode("mlp", seeding=Seeding.NONE)
    arms = ChangeArms(full, without={"A": tremble(0.0, 10)})
    assert effect(judge(arms, runs=unseeded)).reason is None


def test_unpaired_arms_of_different_length_have_the_information_of_both() -> None:
    arms = ChangeArms(
        unlisted(arm(0.9, 1, 20)), without={"A": unlisted(arm(0.7, 2, 10))}
    )
    found = only(judge(arms), Reason.CHANGE_HARMFUL)
    assert found.evidence["look"] == round(2 / (1 / 20 + 1 / 10))


def test_a_change_whose_removal_cures_crashes_is_harmful() -> None:
    arms = ChangeArms(
        crashes(9) + arm(1.0, 1)[9:],
        without={"A": arm(1.0, 2), "B": crashes(8) + arm(1.0, 3)[8:]},
        titles={"A": "Double the width"},
    )
    judged = judge(arms, Ruling.UNDECIDED)
    one = only(judged, Reason.MORE_FAILURES)
    assert (one.kind, one.change) == (FindingKind.FAILURE, "A")
    assert one.state is Ruling.BLOCK
    assert (one.evidence["failed_branch"], one.evidence["failed_baseline"]) == (9, 0)
    assert one.evidence["first"] == "exception: it broke"
    assert one.evidence["title"] == "Double the width"
    assert (effect(judged).state, effect(judged).reason) == (Ruling.BLOCK, one.reason)
    assert change(judged).estimable
    why = only(judged, Reason.CHANGE_NOT_ESTIMABLE)
    assert (why.change, why.evidence["why"]) == (
        "B",
        "8 of 10 trials without it failed",
    )


def test_crashes_after_a_block_are_information() -> None:
    broken = tuple(Crashed(100 + i, "nan") for i in range(10))
    judged = judge(ChangeArms(broken, without={"A": arm(1.0, 2)}), Ruling.BLOCK)
    one = only(judged, Reason.MORE_FAILURES)
    assert (one.state, one.evidence["first"]) == (Ruling.INFO, "nan")
    assert judged.state is Ruling.INFO


def test_crashes_outdo_values_that_would_pass() -> None:
    full = crashes(12) + arm(1.0, 1, 20)[12:]
    judged = judge(ChangeArms(full, without={"A": arm(1.0, 2, 20)}))
    assert effect(judged).reason is Reason.MORE_FAILURES
    assert effect(judged).d == pytest.approx(0.0, abs=0.03)


def test_crashes_are_said_once_over_several_looks() -> None:
    first = judge(ChangeArms(crashes(10), without={"A": arm(1.0, 2)}))
    more = ChangeArms(crashes(15), without={"A": arm(1.0, 2, 15)})
    second = judge(more, earlier=first)
    assert second.findings == first.findings
    assert effect(second) == effect(first)


def test_a_branch_that_fails_more_often_than_without_a_change_passes_not_yet() -> None:
    full = crashes(1) + arm(1.0, 1)[1:]
    judged = judge(ChangeArms(full, without={"A": arm(1.0, 2)}))
    assert (effect(judged).state, effect(judged).reason) == (Ruling.UNDECIDED, None)


def test_a_larger_share_of_failures_than_without_a_change_passes_not_yet() -> None:
    full = crashes(3) + arm(1.0, 1, 5)[3:] + arm(1.0, 3, 10)[5:]
    without = crashes(3) + arm(1.0, 2, 20)[3:]
    arms = ChangeArms(unlisted(full), without={"A": unlisted(without)})
    assert effect(judge(arms)).state is Ruling.UNDECIDED
    level = ChangeArms(full, without={"A": without[:10]})
    assert effect(judge(level)).state is Ruling.PASS


def test_failures_on_the_other_side_forbid_nothing() -> None:
    judged = judge(ChangeArms(arm(1.0, 1), without={"A": crashes(1) + arm(1.0, 2)[1:]}))
    assert effect(judged).state is Ruling.PASS
    assert (effect(judged).n, effect(judged).failed) == (9, 1)


@pytest.mark.parametrize(
    ("without", "why"),
    [
        (arm(1.0, 2, 3), "only 3 pairs of trials are complete, and a test needs 4"),
        (unlisted(arm(1.0, 2, 3)), "only 3 trials of an arm are complete, and"),
        (crashes(10), "10 of 10 trials without it failed"),
        ((), "there are no trials of the branch without it"),
    ],
)
def test_a_change_without_enough_trials_is_not_estimable_and_never_harm(
    without: Trials, why: str
) -> None:
    judged = judge(ChangeArms(arm(2.0, 1), without={"A": without}))
    one = change(judged)
    assert not one.estimable
    assert one.why_not.startswith(why)
    assert one.effects == ()
    found = only(judged, Reason.CHANGE_NOT_ESTIMABLE)
    assert (found.state, found.evidence["why"]) == (Ruling.INFO, one.why_not)
    assert judged.state is Ruling.INFO


def test_a_trial_that_lacks_a_judged_value_failed_in_every_arm() -> None:
    lacking = tuple(Measured(100 + i, {"other": 1.0}) for i in range(10))
    judged = judge(ChangeArms(arm(1.0, 1), without={"A": lacking}))
    assert change(judged).why_not == "10 of 10 trials without it failed"
    assert (
        only(
            judge(ChangeArms(lacking, without={"A": arm(1.0, 1)})), Reason.MORE_FAILURES
        )
        .evidence["first"]
        .startswith("missing_metric")
    )


def test_a_value_at_its_bound_has_no_scale_to_be_compared_on() -> None:
    share = Choice(scale=Scale.LOGIT, low=0.0, high=1.0)
    full = numbers(*(0.9 + i / 100 for i in range(10)))
    arms = ChangeArms(full, without={"A": (*full[1:], Measured(100, {"loss": 1.0}))})
    why = change(judge(arms, choices={"loss": share})).why_not
    assert why == "a value lies at a bound, where its scale has no numbers"


def test_without_trials_of_the_branch_nothing_is_known_of_its_changes() -> None:
    judged = judge(ChangeArms((), without={"A": arm(1.0, 2)}))
    assert change(judged).why_not == "there are no trials of the whole branch"


def test_a_change_that_does_not_apply_says_so() -> None:
    arms = ChangeArms(
        arm(1.0, 1),
        without={"A": arm(1.0, 2)},
        not_estimable={"A": "does not apply without b2"},
    )
    assert change(judge(arms)).why_not == "does not apply without b2"


def test_a_branch_that_always_fails_says_nothing_of_changes() -> None:
    without = crashes(2) + arm(1.0, 2, 5)[2:]
    judged = judge(ChangeArms(crashes(5), without={"A": without}), Ruling.BLOCK)
    assert change(judged).why_not == "all 5 trials of the whole branch failed"


def test_a_metric_that_cannot_be_compared_leaves_the_others() -> None:
    share = dataclasses.replace(LOSS, name="error", tolerance=RelativeTolerance(0.01))
    crossing = tuple(
        Measured(100 + i, {"loss": 1.0 + i / 100, "error": (-1.0) ** i})
        for i in range(10)
    )
    arms = ChangeArms(with_error(arm(1.0, 1)), without={"A": crossing})
    judged = judge(arms, runs=mode("mlp", LOSS, share))
    one = change(judged)
    assert (one.estimable, one.why_not) == (True, "")
    assert [each.reason for each in one.effects] == [
        Reason.NOT_WORSE,
        Reason.CHANGE_NOT_ESTIMABLE,
    ]
    found = only(judged, Reason.CHANGE_NOT_ESTIMABLE)
    assert found.metric == "error"
    assert "change sign" in str(found.evidence["why"])


def test_an_unknown_tolerance_is_not_estimable() -> None:
    auto = mode("mlp", dataclasses.replace(LOSS, tolerance=AutoTolerance()))
    assert "not known" in change(judge(two(), runs=auto)).why_not


def test_without_a_primary_metric_no_change_is_judged() -> None:
    judged = judge(two(), runs=mode("mlp", limit("loss", maximum=2)))
    assert change(judged).why_not == "the mode has no primary metric"
    assert judged.state is Ruling.INFO


def test_a_change_that_was_only_run_alone_is_shown_and_not_judged() -> None:
    arms = ChangeArms(arm(1.0, 1), arm(1.0, 4), only={"A": arm(1.2, 2)})
    judged = judge(arms)
    assert not change(judged).estimable
    single = effect(judged).single
    assert single is not None
    assert single[0] == pytest.approx(-0.2, abs=0.03)
    assert (effect(judged).state, effect(judged).d) == (Ruling.UNDECIDED, None)


def test_a_branch_of_no_known_changes_has_nothing_to_say() -> None:
    assert judge(ChangeArms(arm(1.0, 1))) == EMPTY


def digests(trials: Trials) -> Trials:
    return tuple(
        dataclasses.replace(one, digest=f"{i}")
        for i, one in enumerate(trials)
        if isinstance(one, Measured)
    )


def test_a_change_that_does_nothing_at_all_is_bit_identical() -> None:
    same = digests(arm(1.0, 1))
    assert effect(judge(ChangeArms(same, without={"A": same}))).reason is (
        Reason.BIT_IDENTICAL
    )


def test_equal_values_without_digests_pass_at_the_last_look() -> None:
    ten, twenty = arm(1.0, 1), arm(1.0, 1, 20)
    assert effect(judge(ChangeArms(ten, without={"A": ten}))).state is Ruling.UNDECIDED
    last = effect(judge(ChangeArms(twenty, without={"A": twenty})))
    assert (last.state, last.reason) == (Ruling.PASS, Reason.NO_DIFFERENCE)
