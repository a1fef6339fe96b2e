"""Stories about sample outputs, ensembles, and all of it together."""

import math

import pytest

from bot.domain.arms import Arm, Baseline, Branch, Without
from bot.domain.exhibits import exhibit
from bot.domain.trials import Trial
from bot.domain.verdict import Exhibits
from bot.domain.verdict.exhibits import Ensemble
from tests.unit.domain.exhibits.shown import CRASH, both, mode, trial
from workers.contract import Observed, Prediction, Sample


def said(*texts: tuple[str, str]) -> Observed:
    return Observed(samples=tuple(Sample(name, 0.0, text) for name, text in texts))


def test_outputs_of_one_name_and_seed_stand_side_by_side() -> None:
    old = said(("greeting", "hello"), ("old", "only here"))
    new = said(("greeting", "hi"), ("new", "only there"))
    made, found = exhibit([mode()], both(old, new, 2))
    (pair,) = made.samples
    assert (pair.name, pair.seed, pair.same) == ("greeting", 100, False)
    assert [(one.arm, one.text) for one in pair.panes] == [
        ("baseline", "hello"),
        ("branch", "hi"),
    ]
    assert found == ()


def test_outputs_of_different_seeds_are_not_compared() -> None:
    runs = [
        trial(Baseline(), 0, said(("a", "x"))),
        trial(Branch(), 1, said(("a", "x"))),
    ]
    assert exhibit([mode()], runs)[0].samples == ()


def test_equal_outputs_say_so_and_only_some_are_shown() -> None:
    many = said(*((f"s{at}", "t") for at in range(40)))
    made, _ = exhibit([mode()], both(many, many))
    assert len(made.samples) == 16
    assert made.samples[0].same


def losses(arm: Arm, *values: float, name: str = "loss") -> list[Trial]:
    return [trial(arm, at, metrics={name: one}) for at, one in enumerate(values)]


def guesses(*scores: tuple[float, ...], labels: str = "011") -> Observed:
    return Observed(
        predictions=tuple(
            Prediction(f"e{at}", one, int(label))
            for at, (one, label) in enumerate(zip(scores, labels, strict=False))
        )
    )


def together(*runs: Trial) -> Ensemble:
    (made,) = exhibit([mode()], runs, seed=7)[0].ensembles
    return made


RIGHT = guesses((0.9, 0.1), (0.4, 0.6), (0.2, 0.8))
HALF = guesses((0.6, 0.4), (0.9, 0.1), (0.4, 0.6))


def test_averaged_predictions_are_scored_beside_single_ones() -> None:
    made = together(trial(Branch(), 0, RIGHT), trial(Branch(), 1, HALF))
    (arm,) = made.arms
    assert (made.examples, arm.trials) == (3, 2)
    assert arm.accuracy == pytest.approx(2 / 3)
    assert arm.single_accuracy == pytest.approx((1 + 2 / 3) / 2)
    wanted = -(math.log(0.75) + math.log(0.35) + math.log(0.7)) / 3
    assert arm.log_loss == pytest.approx(wanted)
    assert arm.log_loss < arm.single_log_loss
    assert made.noise is None


def test_logits_and_single_scores_become_probabilities() -> None:
    logits = guesses((2.0, 0.0), (-1.0, 3.0), (0.0, 900.0))
    (arm,) = together(trial(Branch(), 0, logits), trial(Branch(), 1, logits)).arms
    assert arm.accuracy == 1.0
    single = guesses((0.1,), (0.9,), (4.0,))
    (arm,) = together(trial(Branch(), 0, single), trial(Branch(), 1, single)).arms
    assert arm.accuracy == 1.0
    assert arm.log_loss == pytest.approx(
        -(2 * math.log(0.9) - math.log1p(math.exp(-4))) / 3
    )


def test_a_sure_and_wrong_prediction_costs_much_but_not_everything() -> None:
    sure = guesses((0.0, 1.0), labels="0")
    (arm,) = together(trial(Branch(), 0, sure), trial(Branch(), 1, sure)).arms
    assert arm.log_loss == pytest.approx(-math.log(1e-15))


def test_what_a_new_test_set_would_add_is_told_where_seeds_are_paired() -> None:
    runs = [
        trial(arm, at, shown)
        for at in range(3)
        for arm, shown in ((Baseline(), HALF), (Branch(), RIGHT))
    ]
    noise = together(*runs).noise
    assert noise is not None
    assert (noise.d, noise.seeds) == (pytest.approx(1 / 3), 3)
    assert noise.here == pytest.approx((1 / 3, 1 / 3))
    assert noise.anew[0] <= noise.here[0] <= noise.here[1] <= noise.anew[1]


@pytest.mark.parametrize(
    "other",
    [
        Observed(),
        guesses((0.5, 0.5), labels="1"),
        guesses((0.5, 0.2, 0.3), labels="0"),
        Observed(predictions=(Prediction("e9", (0.5, 0.5), 1),)),
        Observed(predictions=(Prediction("e0", (0.5, 0.5)),)),
        Observed(predictions=(Prediction("e0", (0.5, 0.5), 5),)),
    ],
)
def test_without_common_labelled_examples_there_is_no_ensemble(
    other: Observed,
) -> None:
    first = guesses((0.9, 0.1), labels="0")
    runs = [trial(Branch(), 0, first), trial(Branch(), 1, other)]
    assert exhibit([mode()], runs)[0].ensembles == ()


def test_a_single_run_is_no_ensemble() -> None:
    assert exhibit([mode()], [trial(Branch(), 0, RIGHT)])[0].ensembles == ()


def test_other_arms_are_ensembles_too() -> None:
    runs = [trial(Without("abc"), at, RIGHT) for at in range(2)]
    assert together(*runs).arms[0].arm == "without:abc"


def test_lines_that_could_not_be_read_are_told_once_an_arm() -> None:
    bad = Observed(faults=("Line 3 of typed lines is no JSON object.",) * 2)
    made, found = exhibit([mode()], both(Observed(), bad, 3))
    (fault,) = made.faults
    assert (fault.arm, fault.trials) == ("branch", 3)
    assert found == ()


def test_trials_without_anything_to_look_at_show_nothing() -> None:
    assert exhibit([mode()], []) == (Exhibits(), ())
    assert exhibit([mode()], losses(Branch(), 0.5)) == (Exhibits(), ())
    assert exhibit([], both(HALF, RIGHT, 2)) == (Exhibits(), ())


def test_failed_trials_predict_and_say_nothing() -> None:
    runs = [trial(Branch(), at, RIGHT, outcome=CRASH) for at in range(2)]
    assert exhibit([mode()], runs)[0].ensembles == ()


def test_the_order_of_trials_does_not_matter() -> None:
    runs = [*both(HALF, RIGHT, 3), *losses(Branch(), 0.3)]
    assert exhibit([mode()], runs) == exhibit([mode()], list(reversed(runs)))
