"""What an evaluation leaves behind, and what later ones learn of it."""

import dataclasses

import pytest

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.errors import UserFault
from bot.domain.history import MetricHistory, Pilot, Summary, resolve
from bot.domain.past import Scene, keys, metric_version, pilot_of, pool, summarise
from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Data,
    Direction,
    EvaluationRule,
    RelativeTolerance,
    Seeding,
    Stage,
)
from bot.domain.trials import Crashed, Measured, Trial
from tests.fakes.policies import LOSS, limit, mode, policy
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    Take,
    TrialResult,
    TrialState,
)

MODE = mode()
CRASH = TrialResult(Failed(FailureReason.EXCEPTION, "no"))
GONE = TrialResult(Infra(InfraReason.DISK, "full"))


def trial(
    arm: Arm, position: int, value: float | TrialResult | None, **changes: object
) -> Trial:
    result = TrialResult(Ok(), {"loss": value}) if isinstance(value, float) else value
    state = TrialState.OK if result else TrialState.RUNNING
    made = Trial("key", arm, "mlp", "fast", 1, position, state, result=result)
    return dataclasses.replace(made, **changes)


def evaluation(old: list, new: list, **changes: object) -> list[Trial]:
    return [
        trial(arm, position, value, **changes)
        for arm, many in ((Baseline(), old), (Branch(), new))
        for position, value in enumerate(many)
    ]


OLD, NEW = [1.0, 2.0, 4.0, 3.0], [1.5, 2.0, 5.0, 3.5]


def test_an_evaluation_is_summed_up_arm_by_arm_and_pair_by_pair() -> None:
    found = summarise(evaluation(OLD, NEW), MODE, "loss")
    assert (found.baseline.n, found.baseline.mean) == (4, 2.5)
    assert (found.branch.n, found.branch.mean) == (4, 3.0)
    assert found.pairs.n == 4


def test_failures_are_counted_and_leave_no_pair() -> None:
    found = summarise(evaluation([*OLD[:3], CRASH], [CRASH, *NEW[1:]]), MODE, "loss")
    assert (found.baseline.trials, found.baseline.failed, found.baseline.n) == (4, 1, 3)
    assert (found.branch.trials, found.branch.failed) == (4, 1)
    assert found.pairs.n == 2


def test_what_has_not_ended_or_was_lost_is_not_counted() -> None:
    found = summarise(evaluation([*OLD, None, GONE], [*NEW, 1.0, 2.0]), MODE, "loss")
    assert (found.baseline.trials, found.branch.trials, found.pairs.n) == (4, 6, 4)


def test_a_run_that_another_evaluation_asked_for_is_counted_there() -> None:
    trials = evaluation(OLD, NEW)
    trials[0] = trial(Baseline(), 0, 1.0, shared=True, cached=True)
    trials[5] = trial(Branch(), 1, 2.0, shared=True)
    found = summarise(trials, MODE, "loss")
    assert found.baseline.n == 3
    assert found.branch.n == 3
    assert found.pairs.n == 3  # a stored baseline run still makes a pair


def test_other_modes_and_missing_metrics_are_left_out() -> None:
    trials = [*evaluation(OLD, NEW), *evaluation(OLD, NEW, mode="conv")]
    assert summarise(trials, MODE, "loss").baseline.n == 4
    nothing = summarise(trials, MODE, "loss/night")
    assert (nothing.baseline.n, nothing.pairs.n) == (0, 0)


def test_arms_that_do_not_share_the_seed_make_no_pairs() -> None:
    apart = mode(seeding=Seeding.NONE)
    assert summarise(evaluation(OLD, NEW), apart, "loss").pairs.n == 0


def test_pooling_says_what_baselines_do_and_how_pairs_move_together() -> None:
    first = summarise(evaluation(OLD, NEW), MODE, "loss")
    second = summarise(evaluation([11.0, 12.0, CRASH], [90.0, 0.0, 9.0]), MODE, "loss")
    found = pool([first, second])
    assert (found.values, found.trials, found.failed) == (6, 7, 1)
    assert (found.lowest, found.highest, found.mean) == (1.0, 12.0, 11.5)
    assert found.sd == pytest.approx(((5.0 + 0.5) / 4) ** 0.5)
    assert found.pairs == 6
    assert found.correlation is not None
    assert found.outliers == 0


def test_a_branch_that_diverged_does_not_widen_the_spread_of_the_metric() -> None:
    calm = summarise(evaluation(OLD, NEW), MODE, "loss")
    wild = summarise(evaluation(OLD, [1e9, -1e9, 1e8, 0.0]), MODE, "loss")
    assert pool([wild]).sd == pool([calm]).sd


def test_a_mode_without_baseline_is_known_by_its_branches() -> None:
    found = pool([summarise(evaluation([], NEW), MODE, "loss")])
    assert (found.values, found.mean, found.pairs) == (4, 3.0, 0)


def test_a_broken_baseline_says_nothing_of_how_often_sound_ones_fail() -> None:
    broken = summarise(evaluation([CRASH] * 4, [CRASH] * 4), MODE, "loss")
    mended_by_the_branch = summarise(evaluation([CRASH] * 4, NEW), MODE, "loss")
    sound = summarise(evaluation(OLD, NEW), MODE, "loss")
    assert pool([broken, mended_by_the_branch]) == MetricHistory()
    assert pool([broken, sound, broken]) == pool([sound])


def test_a_baseline_that_fails_now_and_then_counts() -> None:
    flaky = summarise(evaluation([CRASH, CRASH, CRASH, 3.0], NEW), MODE, "loss")
    assert (pool([flaky]).trials, pool([flaky]).failed) == (4, 3)
    unlucky = summarise(evaluation([CRASH], [1.5]), MODE, "loss")
    assert (pool([unlucky]).trials, pool([unlucky]).failed) == (1, 1)


def test_failed_runs_beside_stored_ones_that_did_not_fail_count() -> None:
    trials = evaluation([CRASH, CRASH, 4.0, 3.0], NEW)
    for place in (2, 3):
        trials[place] = dataclasses.replace(trials[place], shared=True, cached=True)
    found = pool([summarise(trials, MODE, "loss")])
    assert (found.trials, found.failed) == (2, 2)


def test_a_seed_that_gave_the_same_value_again_is_no_further_run() -> None:
    trials = [
        dataclasses.replace(one, seed=10 + one.position)
        for one in evaluation([1.0, 2.0, 3.0, CRASH], NEW)
    ]
    earlier = [
        Measured(10, {"loss": 1.0}),  # the same again
        Measured(11, {"loss": 9.0}),  # the same seed, another value
        Measured(99, {"loss": 3.0}),  # another seed, the same value
        Measured(12, {"time": 3.0}),
        Crashed(13, "exception"),
    ]
    found = summarise(trials, MODE, "loss", earlier)
    assert (found.baseline.n, found.baseline.mean) == (2, 2.5)
    assert (found.baseline.trials, found.baseline.failed) == (4, 1)
    assert found.branch == summarise(trials, MODE, "loss").branch
    assert found.pairs.n == 3


def test_runs_that_only_repeat_are_no_broken_baseline() -> None:
    earlier = [Measured(1, {"loss": value}) for value in OLD]
    again = summarise(evaluation(OLD, OLD), MODE, "loss", earlier)
    assert (again.baseline.trials, again.baseline.n) == (4, 0)
    found = pool([again])
    assert (found.trials, found.failed, found.values) == (4, 0, 0)


def test_nothing_past_is_nothing_known() -> None:
    assert pool([]) == MetricHistory() == pool([Summary()])


def test_one_run_an_arm_is_a_mean_and_no_more() -> None:
    found = pool([summarise(evaluation([1.0], [2.0]), MODE, "loss")])
    assert (found.mean, found.sd, found.correlation) == (1.0, None, None)


SCENE = Scene("/repo/.git", policy(), Stage("fast", params={"steps": "5"}), "cpu/env")


def test_every_metric_and_slice_of_the_modes_has_a_key() -> None:
    sliced = dataclasses.replace(LOSS, slices=("night",))
    found = keys(SCENE, [mode("mlp", sliced, limit("bytes", maximum=1.0)), mode("gru")])
    assert [one.place for one in found] == [
        ("mlp", "loss"),
        ("mlp", "loss/night"),
        ("mlp", "bytes"),
        ("gru", "loss"),
    ]
    assert {(one.repository, one.stage, one.machine) for one in found} == {
        ("/repo/.git", "fast", "cpu/env")
    }
    assert found[0].version == found[1].version != found[2].version


def test_what_defines_the_number_is_a_new_version_and_nothing_else_is() -> None:
    plain = metric_version(SCENE, MODE, LOSS)
    scenes = [
        dataclasses.replace(SCENE, stage=Stage("fast", params={"steps": "9"})),
        dataclasses.replace(SCENE, policy=policy(data=Data(version="2"))),
        dataclasses.replace(
            SCENE, policy=policy(evaluation=EvaluationRule(command=("python", "e.py")))
        ),
    ]
    metrics = [
        dataclasses.replace(LOSS, direction=Direction.MAXIMIZE),
        dataclasses.replace(
            LOSS, source=dataclasses.replace(LOSS.source, take=Take.MIN)
        ),
    ]
    changed = [
        *(metric_version(scene, MODE, LOSS) for scene in scenes),
        *(metric_version(SCENE, MODE, metric) for metric in metrics),
        metric_version(SCENE, mode(train=("python", "b.py")), LOSS),
        plain,
    ]
    assert len(set(changed)) == len(changed)
    looser = dataclasses.replace(LOSS, tolerance=AbsoluteTolerance(9.0))
    assert metric_version(SCENE, MODE, looser) == plain
    longer = dataclasses.replace(
        SCENE, stage=dataclasses.replace(SCENE.stage, looks=(4,))
    )
    assert metric_version(longer, MODE, LOSS) == plain


AUTO = dataclasses.replace(LOSS, tolerance=AutoTolerance())


def test_auto_is_one_and_a_half_sds_of_the_pilot() -> None:
    found = resolve(mode("mlp", AUTO), {("mlp", "loss"): Pilot(20, 1.0, 0.02)})
    assert found.metrics[0].tolerance == AbsoluteTolerance(pytest.approx(0.03))


def test_what_says_an_amount_is_left_alone() -> None:
    share = dataclasses.replace(LOSS, tolerance=RelativeTolerance(0.01))
    plain = mode("mlp", LOSS, share, limit("bytes", maximum=1.0))
    assert resolve(plain, {}) == plain


def test_auto_without_a_pilot_is_told_of_calibrate() -> None:
    with pytest.raises(
        UserFault, match=r"modes\.mlp\.metrics\.loss\.tolerance"
    ) as told:
        resolve(mode("mlp", AUTO), {("gru", "loss"): Pilot(20, 1.0, 0.02)})
    assert "seedgate calibrate" in told.value.mend


@pytest.mark.parametrize("sd", [0.0, 1.5e308])
def test_a_pilot_without_a_spread_gives_no_tolerance(sd: float) -> None:
    with pytest.raises(UserFault, match="no spread") as told:
        resolve(mode("mlp", AUTO), {("mlp", "loss"): Pilot(20, 1.0, sd)})
    assert told.value.mend.startswith("Write an amount")


def test_a_pilot_keeps_mean_sd_and_failures() -> None:
    assert pilot_of((1.0, 3.0), 2) == Pilot(2, 2.0, pytest.approx(2.0**0.5), 2)
    assert pilot_of((5.0,) * 10, 0) == Pilot(10, 5.0, 0.0, 0)
