"""Which change did it: harm that the rest of a branch hides."""

import dataclasses

import pytest

from bot.domain.judgement.changes import (
    ChangeArms,
    with_changes,
)
from bot.domain.policy import (
    AbsoluteTolerance,
    RelativeTolerance,
)
from bot.domain.trials import Measured
from bot.domain.verdict import (
    FindingKind,
    Reason,
    Ruling,
    Verdict,
)
from tests.benchmarks.ablation import SHADOWED, World, rate
from tests.fakes.policies import LOSS, mode
from tests.unit.domain.judgement.branches import (
    ACCURACY,
    Trials,
    arm,
    change,
    crashes,
    effect,
    judge,
    numbers,
    only,
    reasons,
    two,
    with_error,
)
from tests.unit.domain.stats.reference import case


def test_a_regression_that_the_rest_of_the_branch_hides_blocks_it() -> None:
    judged = judge(two(full=0.9, a=0.7, b=1.2))
    one = only(judged, Reason.CHANGE_HARMFUL)
    assert (one.kind, one.state, one.change) == (
        FindingKind.SHADOWED,
        Ruling.BLOCK,
        "A",
    )
    assert judged.state is Ruling.BLOCK
    assert (effect(judged).state, effect(judged).reason) == (Ruling.BLOCK, one.reason)
    assert effect(judged, "B").state is Ruling.PASS


def test_a_harmful_change_says_what_it_costs_and_how_sure_that_is() -> None:
    arms = dataclasses.replace(
        two(full=0.9, a=0.7, b=1.2), titles={"A": "Add dropout"}, commits={"A": ("a1",)}
    )
    judged = judge(arms)
    facts = only(judged, Reason.CHANGE_HARMFUL).evidence
    shown = effect(judged)
    assert facts["d"] == shown.d == pytest.approx(-0.2, abs=0.03)
    assert (facts["low"], facts["high"]) == (shown.low, shown.high)
    assert shown.low is not None
    assert shown.high is not None
    assert shown.low < shown.d < shown.high < -0.1
    assert (facts["full_mean"], facts["without_mean"]) == pytest.approx(
        (0.9, 0.7), abs=0.02
    )
    assert (facts["family"], facts["look"], facts["n_branch"]) == (2, 10, 10)
    assert (facts["title"], facts["tolerance"], facts["orientation"]) == (
        *("Add dropout", 0.1),
        -1,
    )
    assert (change(judged).title, change(judged).commits) == ("Add dropout", ("a1",))


def test_the_reference_case_of_shadowing_flags_the_one_change() -> None:
    one = case("shadowing")
    base, a, b, both = (one["input"][name] for name in ("base", "A", "B", "AB"))
    arms = ChangeArms(
        full=numbers(*[both] * 5, name="acc"),
        baseline=numbers(*[base] * 5, name="acc"),
        without={
            "A": numbers(*[b] * 5, name="acc"),
            "B": numbers(*[a] * 5, name="acc"),
        },
        only={"A": numbers(*[a] * 5, name="acc"), "B": numbers(*[b] * 5, name="acc")},
    )
    judged = judge(arms, runs=mode("mlp", ACCURACY))
    expected = one["expected"]
    assert [name for reason, name in reasons(judged)] == expected["flag"]
    for name in ("A", "B"):
        found = effect(judged, name)
        assert found.d == expected["leave_one_out"][name]
        assert found.single == (expected["single"][name],) * 3


def test_a_branch_that_is_undecided_is_blocked_by_a_harmful_change_too() -> None:
    judged = judge(two(full=0.9, a=0.7, b=1.2), Ruling.UNDECIDED)
    assert only(judged, Reason.CHANGE_HARMFUL).state is Ruling.BLOCK


def test_after_a_block_a_flagged_change_is_a_suspect() -> None:
    judged = judge(two(full=1.3, a=1.0, b=1.3), Ruling.BLOCK)
    one = only(judged, Reason.CHANGE_SUSPECT)
    assert (one.state, one.change, judged.state) == (Ruling.INFO, "A", Ruling.INFO)
    assert effect(judged).state is Ruling.BLOCK


def test_a_policy_may_ask_to_have_hidden_harm_only_reported() -> None:
    judged = judge(two(full=0.9, a=0.7, b=1.2), shadowed="report")
    assert only(judged, Reason.CHANGE_HARMFUL).state is Ruling.INFO
    assert judged.state is Ruling.INFO


def test_where_hidden_harm_is_only_reported_a_suspect_says_so() -> None:
    held = only(judge(two(full=1.3, a=1.0, b=1.3), Ruling.BLOCK), Reason.CHANGE_SUSPECT)
    judged = judge(two(full=1.3, a=1.0, b=1.3), Ruling.BLOCK, shadowed="report")
    told = only(judged, Reason.CHANGE_SUSPECT)
    assert told.evidence == {**held.evidence, "reported": True}


def test_a_small_sure_loss_within_the_tolerance_is_information() -> None:
    judged = judge(two(full=1.0, a=0.95, b=1.0))
    one = only(judged, Reason.CHANGE_TOLERATED)
    assert (one.state, one.change) == (Ruling.INFO, "A")
    assert (effect(judged).state, effect(judged).reason) == (Ruling.PASS, one.reason)


def test_changes_that_cost_nothing_pass_without_a_word() -> None:
    judged = judge(two())
    assert judged.findings == ()
    assert [effect(judged, one).reason for one in "AB"] == [Reason.NOT_WORSE] * 2


def test_what_is_still_open_stops_nothing_and_says_so_at_the_last_look() -> None:
    wide = {"A": arm(1.0, 2, 20, sd=0.5)}
    arms = ChangeArms(arm(1.1, 1, 20, sd=0.5), without=wide)
    at_ten = ChangeArms(arms.full, without={"A": wide["A"][:10]})
    assert (effect(judge(at_ten)).state, effect(judge(at_ten)).reason) == (
        Ruling.UNDECIDED,
        None,
    )
    assert effect(judge(arms)).reason is Reason.NOT_SHOWN
    assert judge(arms).findings == ()


def test_harm_is_held_to_the_boundary_of_all_changes_and_metrics() -> None:
    both = mode("mlp", LOSS, dataclasses.replace(LOSS, name="error"))
    arms = ChangeArms(
        with_error(arm(1.0, 1)),
        without={name: with_error(arm(1.0, i)) for i, name in enumerate("ABC", 2)},
    )
    one = effect(judge(ChangeArms(arm(1.0, 1), without={"A": arm(1.0, 2)})))
    six = effect(judge(arms, runs=both))
    assert one.level is not None
    assert six.level is not None
    assert six.level < one.level / 5
    assert len(change(judge(arms, runs=both)).effects) == 2


def test_the_family_steps_down_past_what_is_rejected() -> None:
    apart = judge(two(full=0.9, a=0.7, b=0.9, n=20))
    both = judge(two(full=0.9, a=0.7, b=0.7, n=20))
    assert [name for _, name in reasons(both)] == ["A", "B"]
    assert effect(apart, "B").level == effect(both, "B").level
    assert effect(apart, "A").level is not None
    assert effect(both, "A").level is not None


def test_what_does_not_build_is_no_part_of_the_family() -> None:
    alone = ChangeArms(arm(1.0, 1), without={"A": arm(1.0, 2)})
    more = dataclasses.replace(alone, not_estimable={"C": "does not build"})
    assert effect(judge(more)).level == effect(judge(alone)).level


def test_a_change_without_data_stays_in_the_family() -> None:
    """Else the boundary of the others would depend on which trials failed."""
    few, many = (
        ChangeArms(arm(1.0, 1), without={"A": arm(1.0, 2), "B": arm(1.0, 3, n)})
        for n in (3, 10)
    )
    lone = ChangeArms(arm(1.0, 1), without={"A": arm(1.0, 2)})
    levels = [effect(judge(one)).level for one in (few, many, lone)]
    assert levels[0] == levels[1] < levels[2]


@pytest.mark.parametrize("lost", [None, (), crashes(10)])
def test_an_arm_that_came_to_nothing_stays_in_the_family(lost: Trials | None) -> None:
    whole = dataclasses.replace(two(), order=("A", "B"))
    ruined = {"A": whole.without["A"], **({} if lost is None else {"B": lost})}
    judged = judge(dataclasses.replace(whole, without=ruined))
    assert effect(judged).level == effect(judge(whole)).level
    assert only(judged, Reason.CHANGE_NOT_ESTIMABLE).change == "B"
    assert (change(judged, "B").estimable, judged.state) == (False, Ruling.INFO)


def test_a_metric_that_cannot_be_compared_stays_in_the_family() -> None:
    share = dataclasses.replace(LOSS, name="error", tolerance=RelativeTolerance(0.01))
    crossing = tuple(
        Measured(100 + i, {"loss": 0.7 + i / 1e3, "error": (-1.0) ** i})
        for i in range(10)
    )
    arms = ChangeArms(with_error(arm(0.9, 1)), without={"A": crossing})
    one = only(judge(arms, runs=mode("mlp", LOSS, share)), Reason.CHANGE_HARMFUL)
    assert one.evidence["family"] == 2


def test_crashes_are_held_to_the_boundary_of_all_changes_too() -> None:
    full, sound = crashes(8) + arm(1.0, 1)[8:], {"A": arm(1.0, 2)}
    alone = ChangeArms(full, without=sound)
    more = dataclasses.replace(alone, order=("A", "B"))
    both = dataclasses.replace(alone, without={**sound, "B": full})
    levels = [
        only(judge(one, Ruling.UNDECIDED), Reason.MORE_FAILURES).evidence["level"]
        for one in (alone, more, both)
    ]
    assert levels[0] > levels[1] == levels[2]


def test_an_answer_is_final_at_its_first_crossing() -> None:
    first = judge(two(full=0.9, a=0.7, b=1.2, n=5))
    assert effect(first).state is Ruling.BLOCK
    second = judge(two(full=0.9, a=0.9, b=0.7, n=10), earlier=first)
    assert [effect(second, one) for one in "AB"] == [effect(first, one) for one in "AB"]
    assert second.findings == first.findings


def test_a_rejected_change_leaves_more_room_for_the_others_at_later_looks() -> None:
    first = judge(
        ChangeArms(
            arm(0.9, 1, 5),
            without={"A": arm(0.7, 2, 5), "B": arm(0.9, 3, 5, sd=0.3)},
        )
    )
    assert [effect(first, one).state for one in "AB"] == [
        Ruling.BLOCK,
        Ruling.UNDECIDED,
    ]
    later = ChangeArms(
        arm(0.9, 1), without={"A": arm(0.7, 2), "B": arm(0.9, 3, sd=0.3)}
    )
    fresh = ChangeArms(
        arm(0.9, 1), without={"A": arm(0.9, 2), "B": arm(0.9, 3, sd=0.3)}
    )
    second = effect(judge(later, earlier=first), "B").level
    held = effect(judge(fresh), "B").level
    assert second is not None
    assert held is not None
    assert second > held


def test_a_change_that_passed_stays_in_the_family() -> None:
    noisy = {"A": arm(1.0, 2, 5), "B": arm(1.0, 3, 5, sd=0.4)}
    first = judge(ChangeArms(arm(1.0, 1, 5), without=noisy))
    assert effect(first).state is Ruling.PASS
    later = {"A": arm(1.0, 2), "B": arm(1.0, 3, sd=0.4)}
    arms = ChangeArms(arm(1.0, 1), without=later)
    second, fresh = judge(arms, earlier=first), judge(arms)
    assert effect(second, "B").level == effect(fresh, "B").level
    assert effect(second) == effect(first)


@pytest.mark.parametrize("state", [Ruling.PASS, Ruling.UNDECIDED, Ruling.BLOCK])
def test_a_change_that_blocks_makes_the_whole_verdict_a_block(state: Ruling) -> None:
    judged = judge(two(full=0.9, a=0.7, b=1.2))
    whole = with_changes(Verdict(state, ()), judged)
    assert whole.state is Ruling.BLOCK
    assert (whole.findings, whole.changes) == (judged.findings, judged.changes)


def test_changes_that_only_inform_leave_the_verdict_as_it_is() -> None:
    verdict = Verdict(Ruling.PASS, ())
    whole = with_changes(verdict, judge(two()))
    assert (whole.state, whole.findings) == (Ruling.PASS, ())
    assert len(whole.changes) == 2


def test_the_order_of_the_branch_is_kept() -> None:
    arms = dataclasses.replace(two(), order=("B", "A"))
    assert [one.id for one in judge(arms).changes] == ["B", "A"]


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_the_unit_of_a_metric_changes_no_answer(unit: float) -> None:
    def scaled(trials: Trials) -> Trials:
        values = [one.metrics["loss"] for one in trials if isinstance(one, Measured)]
        return numbers(*(unit * value for value in values))

    arms = two(full=0.9, a=0.7, b=1.2)
    small = ChangeArms(
        scaled(arms.full),
        scaled(arms.baseline),
        {name: scaled(one) for name, one in arms.without.items()},
    )
    tolerance = AbsoluteTolerance(0.1 * unit)
    runs = mode("mlp", dataclasses.replace(LOSS, tolerance=tolerance))
    assert reasons(judge(small, runs=runs)) == reasons(judge(arms))


# --- error rates ---


def test_hidden_harm_is_found_in_nearly_every_branch() -> None:
    assert rate(World(SHADOWED), 100, seed=1, wanted="0") >= 0.95


@pytest.mark.parametrize(("changes", "branches"), [(2, 300), (4, 200), (8, 120)])
def test_changes_without_effect_are_hardly_ever_flagged(
    changes: int, branches: int
) -> None:
    assert rate(World((0.0,) * changes), branches, seed=1) <= 0.055
