"""Past results are judged look by look, as if the gate had asked for each run."""

import dataclasses

import pytest

from bot.domain.errors import UserFault
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Decision,
    Role,
    Stage,
    StageKind,
)
from bot.domain.replay import Comparison, Comparisons, Run, replay
from bot.domain.replay.runs import observe
from bot.domain.stats.method import Method
from bot.domain.trials import Crashed, Measured
from bot.domain.verdict import Reason, Ruling
from tests.fakes import policies
from tests.unit.domain.replay.past import (
    KEPT,
    LOSS,
    TIME,
    found,
    metric,
    numbered,
    once,
    paired,
    rules,
    runs,
)

FASTER = runs(time=98.0, start=5)


def test_the_gate_stops_at_the_first_look_that_decides() -> None:
    one = once(rules(), FASTER, runs(), merged=True)
    assert (one.state, one.decided) == (Ruling.PASS, True)
    assert one.verdict is not None
    assert one.verdict.look == 4
    assert (one.given, one.used, one.saved) == (16, 8, 8)
    assert (one.agrees, one.at_once, one.more) == (True, Ruling.PASS, None)


def test_what_is_worse_is_blocked_and_agrees_with_what_was_not_merged() -> None:
    one = once(rules(), runs(time=103.0), runs(), merged=False)
    assert (one.state, one.agrees, one.agrees_at_once) == (Ruling.BLOCK, True, True)
    assert once(rules(), runs(time=103.0), runs(), merged=True).agrees is False


def test_runs_that_end_before_the_schedule_are_asked_for() -> None:
    one = once(rules(), runs(5, time=99.99), runs(5), merged=True)
    assert (one.state, one.decided, one.agrees) == (Ruling.UNDECIDED, False, None)
    assert one.verdict is not None
    assert one.verdict.look == 4
    assert one.more == (2, 6)
    assert (one.used, one.saved) == (8, 0)


def test_the_shorter_arm_is_asked_for_more() -> None:
    one = once(rules(), runs(8, time=99.99), runs(5))
    assert one.more == (1, 3)


def test_too_few_runs_for_any_look_are_asked_for_from_the_start() -> None:
    one = once(rules(), runs(3, time=98.0), runs(3))
    assert (one.used, one.more, one.state) == (0, (2, 10), Ruling.UNDECIDED)


def test_a_schedule_that_ends_without_an_answer_is_undecided() -> None:
    one = once(rules(), runs(12, time=99.99), runs(12), merged=True)
    assert (one.state, one.decided, one.agrees) == (Ruling.UNDECIDED, True, False)
    assert (one.used, one.saved) == (16, 8)


def test_without_a_baseline_only_what_needs_none_is_judged() -> None:
    one = once(rules(), runs(), merged=True)
    assert (one.state, one.left_out) == (Ruling.PASS, ("time_s",))
    assert (one.given, one.used, one.saved) == (8, 4, 4)
    assert once(rules(), runs(loss=3.2799)[:5]).more == (1, 3)


def test_a_metric_that_is_only_shown_needs_no_baseline() -> None:
    one = once(rules(LOSS, metric("time_s", Role.REPORT)), runs())
    assert one.left_out == ()


def test_a_comparison_that_cannot_be_judged_without_a_baseline_is_refused() -> None:
    with pytest.raises(UserFault, match="`it` has no baseline, and every metric"):
        once(rules(TIME), runs())


def test_runs_with_the_same_seeds_are_paired_in_any_order() -> None:
    mode = policies.mode("record", TIME)
    old, new = numbered(runs()), numbered(FASTER)
    assert found(once(paired(mode), new, old[::-1]), "time_s").method is Method.PAIRED_T
    other = numbered(runs(), first=5)
    assert found(once(paired(mode), new, other), "time_s").method is Method.WELCH_T
    fewer = once(paired(mode), new, old[:7])
    assert found(fewer, "time_s").method is Method.WELCH_T
    assert found(once(rules(TIME), new, old), "time_s").method is Method.WELCH_T
    assert found(once(paired(mode), FASTER, runs()), "time_s").method is Method.WELCH_T


def test_a_failed_run_counts_and_forbids_a_pass() -> None:
    failed = (FASTER[0], Run({}, failed="diverged"), *FASTER[2:])
    one = once(rules(), failed, runs())
    assert one.state is not Ruling.PASS
    assert found(one, "time_s").failed_branch == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "missing_metric"),
        ("fast", "unparsable_metric"),
        (True, "unparsable_metric"),
        (float("nan"), "nan_metric"),
        (float("inf"), "infinite_metric"),
        (10**400, "infinite_metric"),
    ],
)
def test_a_run_without_a_finite_number_has_failed_by_name(
    value: float | str | None, reason: str
) -> None:
    seen = observe(Run({"loss": value}, 7), ["loss"])
    assert isinstance(seen, Crashed)
    assert (seen.seed, seen.reason, seen.metric) == (7, reason, "loss")


def test_a_run_that_lacks_a_slice_has_failed() -> None:
    sliced = dataclasses.replace(KEPT, slices=("night",))
    one = once(rules(sliced), runs(), runs())
    assert one.verdict is not None
    assert found(one, "loss").failed_branch == one.verdict.look == 4


def test_what_else_is_written_of_a_run_is_kept_if_it_is_a_number() -> None:
    seen = observe(Run({"loss": 1, "gpu": "H100", "big": 10**400}, 7), ["loss"])
    assert seen == Measured(7, {"loss": 1.0})


def test_the_alpha_is_divided_among_the_attempts_that_the_policy_allows() -> None:
    shy = rules(LOSS, looks=(8,), decision=Decision(attempts=1000))
    close = runs(loss=3.2788)
    assert once(rules(LOSS, looks=(8,)), close).state is Ruling.PASS
    assert once(shy, close).state is Ruling.UNDECIDED


def replayed(*asked: Comparison, **arms: tuple[Run, ...]) -> list[str]:
    whole = {"a/old": runs(), "a/new": FASTER, "b/new": runs(time=103.0), **arms}
    done = replay(rules(), whole, Comparisons(asked))
    return [str(one.state) for one in done.each]


def test_arms_are_known_by_the_ends_of_their_names() -> None:
    assert replayed(Comparison("x", "a/new", "old")) == ["pass"]


def test_every_arm_that_is_not_there_is_named_at_once() -> None:
    asked = Comparison("x", "a/nwe", "new", without={"c": "nowhere"})
    with pytest.raises(UserFault) as fault:
        replayed(asked)
    assert fault.value.problem == (
        "The comparisons name arms that cannot be found: `a/nwe` (did you mean "
        "`a/new`?); `new` could be 2 arms (`a/new`, `b/new`); `nowhere`."
    )


def test_without_comparisons_every_arm_is_judged_alone() -> None:
    done = replay(rules(LOSS), {"one": runs(), "two": runs(loss=3.3)})
    assert [(one.comparison.name, one.state) for one in done.each] == [
        ("one", Ruling.PASS),
        ("two", Ruling.BLOCK),
    ]


def test_without_comparisons_nobody_knows_whose_baseline_an_arm_is() -> None:
    with pytest.raises(UserFault, match="compares `time_s` with a baseline"):
        replay(rules(), {"one": runs()})


def test_the_sum_counts_what_was_done_and_what_was_saved() -> None:
    asked = (
        Comparison("good", "a/new", "a/old", merged=True),
        Comparison("bad", "b/new", "a/old", merged=True),
        Comparison("short", "short", "a/old", merged=True),
        Comparison("mixed", "mixed", "a/old", merged=True),
        Comparison("unknown", "b/new", "a/old"),
    )
    arms = {
        "a/old": runs(),
        "a/new": FASTER,
        "b/new": runs(time=103.0),
        "short": runs(5, time=99.99),
        "mixed": (*runs(5), *runs(3, time=830.0)),
    }
    done = replay(rules(), arms, Comparisons(asked))
    names = [
        [one.comparison.name for one in many]
        for many in (done.agreeing, done.disagreeing, done.asking, done.unfair)
    ]
    assert names == [["good"], ["bad"], ["short"], ["mixed"]]
    assert (done.given, done.saved) == (16 + 16 + 16, 8 + 8 + 8)
    assert [one.comparison.name for one in done.agreeing_at_once] == ["good"]


MODES = policies.policy(
    policies.mode("mlp", LOSS),
    policies.mode("conv", LOSS),
    looks=(4,),
)
LADDER = dataclasses.replace(
    rules(LOSS),
    stages=(
        Stage("tests", kind=StageKind.TESTS, command=("pytest",)),
        Stage("fast", looks=(4,)),
        Stage("full", looks=(8,)),
    ),
)


def test_the_mode_and_the_stage_are_named_where_there_are_several() -> None:
    arms = {"new": runs()}
    asked = (Comparison("it", "new"),)
    done = replay(MODES, arms, Comparisons(asked, mode="conv"))
    assert (done.mode.name, done.stage.name) == ("conv", "fast")
    assert replay(LADDER, arms, Comparisons(asked, stage="full")).stage.looks == (8,)
    for policy, mode, stage, said in (
        (MODES, None, None, "several modes"),
        (MODES, "rnn", None, "no mode `rnn`"),
        (LADDER, None, None, "several training stages"),
        (LADDER, None, "tests", "no training stage `tests`"),
    ):
        with pytest.raises(UserFault, match=said):
            replay(policy, arms, Comparisons(asked, mode, stage))


def test_an_automatic_tolerance_needs_its_calibration() -> None:
    auto = dataclasses.replace(KEPT, tolerance=AutoTolerance())
    with pytest.raises(UserFault, match="is auto"):
        once(rules(auto), runs(), runs())


def test_a_change_is_judged_by_what_the_branch_is_without_it() -> None:
    arms = {
        "base": runs(time=100.0),
        "both": runs(time=98.0),
        "speed": runs(time=98.0),
        "nothing": runs(time=100.0),
    }
    asked = Comparison(
        "it", "both", "base", without={"idle": "speed", "fast": "nothing"}
    )
    (one,) = replay(rules(), arms, Comparisons((asked,))).each
    idle, fast = one.parts
    assert (idle.change, fast.change) == ("idle", "fast")
    assert fast.metrics[0].state is Ruling.PASS
    assert idle.metrics[0].state is not Ruling.PASS
    assert one.state is Ruling.PASS
    assert one.changes == ()


def test_a_change_whose_arm_mixes_machines_is_not_judged() -> None:
    mixed = (*runs(5, time=99.0), *runs(3, time=830.0))
    arms = {"base": runs(), "both": FASTER, "rest": mixed}
    asked = Comparison("it", "both", "base", without={"a": "rest"})
    (one,) = replay(rules(), arms, Comparisons((asked,))).each
    assert one.parts[0].metrics == ()


def test_a_change_of_a_primary_metric_is_judged_as_the_gate_takes_branches_apart() -> (
    None
):
    kept = dataclasses.replace(KEPT, tolerance=AbsoluteTolerance(0.05))
    arms = {
        "base": runs(loss=3.2),
        "both": runs(loss=3.2),
        "good": runs(loss=3.1),
        "bad": runs(loss=3.3),
        "mixed": (*runs(4), *runs(4, time=830.0)),
    }
    without = {"harm": "good", "gain": "bad", "odd": "mixed"}
    asked = Comparison("it", "both", "base", without=without)
    (one,) = replay(rules(kept), arms, Comparisons((asked,))).each
    assert one.state is Ruling.BLOCK
    harm, gain, odd = one.changes
    assert harm.effects[0].reason is Reason.CHANGE_HARMFUL
    assert gain.effects[0].state is Ruling.PASS
    assert (odd.estimable, odd.why_not) == (False, "its runs mix machines or settings")
    assert one.parts == ()
    reporting = rules(kept, shadowed="report")
    (shown,) = replay(reporting, arms, Comparisons((asked,))).each
    assert shown.state is Ruling.PASS


def test_the_first_run_that_failed_is_kept_the_branchs_before_the_baselines() -> None:
    broken = tuple(Run({"lost": 1.0}, seed) for seed in range(8))
    one = once(rules(KEPT), broken, runs())
    assert one.failed is not None
    assert (one.failed.seed, one.failed.detail) == (0, "`loss` is missing")
    before = once(rules(KEPT), runs(), (*runs()[:7], Run({}, failed="diverged")))
    assert before.failed == Crashed(None, "diverged")
    assert once(rules(KEPT), runs(), runs()).failed is None


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (Comparison("it", "run/new", "new"), "baseline"),
        (Comparison("it", "new", "old", without={"lr": "new"}), "without.lr"),
    ],
)
def test_an_arm_is_not_compared_with_itself(asked: Comparison, key: str) -> None:
    arms = {"run/new": runs(), "old": runs()}
    with pytest.raises(UserFault) as fault:
        replay(rules(KEPT), arms, Comparisons((asked,)))
    assert fault.value.problem == (
        "The comparison `it` compares the arm `run/new` with itself: it is both its "
        f"`branch` and its `{key}`."
    )
    assert fault.value.mend == f"Name another arm as `{key}` of `it`."
