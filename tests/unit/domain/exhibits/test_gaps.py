"""Stories about the gap between training and evaluation, with Ng's own examples."""

import pytest

from bot.domain.arms import Arm, Baseline, Branch
from bot.domain.exhibits import exhibit
from bot.domain.exhibits.gap_names import Pair, pairs
from bot.domain.trials import Trial
from bot.domain.verdict import Finding, Ruling
from bot.domain.verdict.exhibits import Diagnosis, Gap
from tests.unit.domain.exhibits.shown import mode, trial

BIAS, VARIANCE, NONE = Diagnosis.BIAS, Diagnosis.VARIANCE, Diagnosis.NONE


@pytest.mark.parametrize(
    ("train", "evaluation", "share"),
    [
        ("train_loss", "test_loss", False),
        ("train_loss", "val_loss", False),
        ("train/loss", "eval/loss", False),
        ("loss-train", "loss-dev", False),
        ("training.accuracy", "validation.accuracy", True),
        ("Train_Acc", "Eval_Acc", True),
    ],
)
def test_pairs_are_found_by_their_names(
    train: str, evaluation: str, share: bool
) -> None:
    assert list(pairs([evaluation, train])) == [Pair(train, evaluation, share)]


@pytest.mark.parametrize(
    "names",
    [
        ["loss", "test_loss"],
        ["train_loss", "test_accuracy"],
        ["train_time_s", "test_time_s"],
        ["train_test_loss", "test_loss"],
        ["train", "test"],
        ["test_loss", "test_loss"],
    ],
)
def test_what_is_no_pair_is_none(names: list[str]) -> None:
    assert list(pairs(names)) == []


def runs(arm: Arm, *values: tuple[float, float], what: str = "accuracy") -> list[Trial]:
    return [
        trial(arm, at, metrics={f"train_{what}": train, f"test_{what}": test})
        for at, (train, test) in enumerate(values)
    ]


def learnt(arm: Arm, start: float, train: float, test: float) -> list[Trial]:
    """Three seeds; the training loss has a curve, the test loss a value at the end."""
    return [
        trial(
            arm,
            at,
            metrics={"test_loss": test},
            series={"train_loss": [(0, start), (9, train)], "test_loss": [(9, test)]},
        )
        for at in range(3)
    ]


def shown(trials: list[Trial]) -> tuple[Gap, tuple[Finding, ...]]:
    made, found = exhibit([mode()], trials)
    (gap,) = made.gaps
    return gap, found


@pytest.mark.parametrize(
    ("train", "test", "said"),
    [
        (0.99, 0.89, VARIANCE),
        (0.85, 0.84, BIAS),
        (0.85, 0.70, VARIANCE),
        (0.995, 0.99, NONE),
        (0.94, 0.93, NONE),
        (99.0, 89.0, VARIANCE),
        (85.0, 84.0, BIAS),
        (0.85, 0.90, BIAS),
        (0.70, 0.50, NONE),
    ],
)
def test_shares_are_told_apart_as_in_the_book(
    train: float, test: float, said: Diagnosis
) -> None:
    gap, _ = shown(runs(Branch(), (train, test), (train, test)))
    assert gap.arms[0].diagnosis is said
    assert gap.arms[0].gap == pytest.approx(train - test)


@pytest.mark.parametrize(
    ("start", "train", "test", "said"),
    [
        (2.3, 0.05, 0.60, VARIANCE),
        (2.3, 0.005, 0.02, NONE),
        (2.3, 1.9, 1.95, BIAS),
        (2.3, 0.40, 0.42, NONE),
        (-1.0, -2.0, -1.5, NONE),
    ],
)
def test_losses_are_held_against_where_training_started(
    start: float, train: float, test: float, said: Diagnosis
) -> None:
    gap, _ = shown(learnt(Branch(), start, train, test))
    assert gap.arms[0].diagnosis is said


def test_a_loss_without_a_curve_says_nothing_of_bias() -> None:
    gap, _ = shown(runs(Branch(), (2.0, 2.1), what="loss"))
    assert gap.arms[0].diagnosis is NONE
    gap, _ = shown(runs(Branch(), (0.1, 0.5), what="loss"))
    assert gap.arms[0].diagnosis is VARIANCE


def test_a_gap_within_the_noise_of_the_seeds_is_none() -> None:
    gap, _ = shown(runs(Branch(), (0.9, 0.5), (0.9, 0.99)))
    assert gap.arms[0].diagnosis is not VARIANCE


def test_arms_that_are_alike_are_told_once() -> None:
    values = ((0.99, 0.89), (0.98, 0.88))
    _, (found,) = shown([*runs(Baseline(), *values), *runs(Branch(), *values)])
    assert found.state is Ruling.INFO
    assert found.metric == "test_accuracy"
    assert (found.evidence["arm"], found.evidence["same"]) == ("branch", True)
    assert found.evidence["diagnosis"] == "variance"


def test_arms_that_differ_are_told_one_by_one() -> None:
    _, found = shown([*runs(Baseline(), (0.99, 0.89)), *runs(Branch(), (0.96, 0.95))])
    assert [one.evidence["diagnosis"] for one in found] == ["none", "variance"]
    assert [one.evidence["same"] for one in found] == [False, False]


def test_nothing_is_said_of_sound_arms_or_of_other_arms_alone() -> None:
    _, found = shown([*runs(Baseline(), (0.96, 0.95)), *runs(Branch(), (0.96, 0.95))])
    assert found == ()
    _, found = shown(runs(Baseline(), (0.99, 0.89)))
    assert found == ()


def test_the_branch_alone_can_be_diagnosed() -> None:
    _, (found,) = shown(runs(Branch(), (0.99, 0.89)))
    assert found.evidence["same"] is False


def test_a_pair_that_no_trial_has_whole_is_not_shown() -> None:
    halves = [
        trial(Branch(), 0, metrics={"train_loss": 1.0}),
        trial(Branch(), 1, metrics={"test_loss": 1.0}, series={"train_loss": []}),
    ]
    assert exhibit([mode()], halves)[0].gaps == ()
