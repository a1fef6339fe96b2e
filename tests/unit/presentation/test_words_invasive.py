"""What is said of modes that changed, and of those that did not."""

from typing import Any

import pytest

from bot.domain.invasiveness import Quantity
from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import words

MOVED: Evidence = {
    "step": 3,
    "tensor": "",
    "quantity": "loss",
    "before": "2.30259",
    "after": "2.31004",
    "steps": 20,
    "changes": (),
    "titles": (),
    "seen_in": "probe",
    "shifted": False,
    "why": "",
}


def said(reason: Reason, evidence: Evidence, mode: str | None = "gru") -> str:
    kind, state = FindingKind.INVASIVE, Ruling.INFO
    return words(Finding("id", kind, state, reason, mode, evidence=evidence)).sentence


def invasive(**changes: object) -> str:
    return said(Reason.MODE_INVASIVE, {**MOVED, **changes})  # type: ignore[dict-item]


def test_where_base_and_branch_part_is_told_with_both_values() -> None:
    assert invasive() == (
        "In mode gru, which nobody named as a target, base and branch differ first in "
        "the loss at step 3 (before: 2.30259; now: 2.31004)."
    )


def test_a_tensor_is_named_and_what_has_no_number_has_none() -> None:
    text = invasive(quantity="parameters", tensor="rnn.cell", before="", after="")
    assert text.endswith("first in the parameters of rnn.cell at step 3.")


def test_what_is_set_before_the_first_step_has_no_step() -> None:
    text = invasive(
        step=None, quantity="optimizer settings", before="lr 0.1", after="lr 0.2"
    )
    assert text.endswith("the optimizer settings (before: lr 0.1; now: lr 0.2).")


@pytest.mark.parametrize("quantity", ["outcome", "number of steps"])
def test_no_single_step_shows_how_a_run_ends(quantity: str) -> None:
    assert "at step" not in invasive(quantity=quantity)


def test_late_changes_say_that_the_first_steps_are_the_same() -> None:
    text = invasive(seen_in="fast", step=100, quantity="learning rates")
    assert "the first 20 steps are the same, and whole trials differ later" in text
    assert "the learning rates at step 100" in text


def test_of_other_data_a_digest_is_known_and_no_cause() -> None:
    text = invasive(quantity=str(Quantity.BATCH), step=1, before="", after="")
    assert text.endswith(
        "differ first in the data at step 1. Of each batch only a digest is known: it "
        "may be another order, another draw, or other values of the same data."
    )


@pytest.mark.parametrize("quantity", ["data", "loss"])
def test_a_shift_of_randomness_is_possible_and_so_are_other_values(
    quantity: str,
) -> None:
    assert invasive(quantity=quantity, shifted=True).endswith(
        " Losses differ from the first step on and stay near, which fits a shift of "
        "randomness (one more random draw) and a small change of the data's values "
        "alike."
    )


def test_the_same_batches_in_another_order_have_the_same_values() -> None:
    text = invasive(quantity=str(Quantity.BATCHES), step=1, before="", after="")
    order = (
        "first in the order of the data at step 1. The batches are the same ones, at "
        "other steps."
    )
    assert text.endswith(order)
    shifted = invasive(
        quantity="order of the data", step=1, before="", after="", shifted=True
    )
    assert shifted.endswith(
        f"{order} Losses stay near: it may be no more than a shift of randomness."
    )


def test_changes_are_named_with_their_titles() -> None:
    text = invasive(changes=("a1b2c3d", "b"), titles=("Raise the rate", ""))
    assert text.endswith("Changed by a1b2c3d (Raise the rate), b.")


def test_where_nobody_can_be_named_it_says_why() -> None:
    text = invasive(why="there is no tree without the change b")
    assert text.endswith(
        "Which change did it is not known: there is no tree without the change b."
    )


def test_equivalence_that_the_policy_does_not_take_is_told() -> None:
    assert "`invasive.equivalent`" in invasive(equivalent=True)


def test_foreign_names_are_cut_and_stay_on_one_line() -> None:
    text = invasive(tensor="a\nb" * 200)
    assert "\n" not in text
    assert len(text) < 500


@pytest.mark.parametrize(
    ("lines", "said_of_them"),
    [
        ((0, 4), "None of the 4 changed lines of code ran"),
        ((1, 1), "The one changed line of code ran"),
        ((0, 1), "The one changed line of code did not run"),
        ((3, 4), "3 of the 4 changed lines of code ran"),
        ((None, None), "base and branch. This proves"),
    ],
)
def test_of_changed_lines_it_is_told_how_many_ran(
    lines: tuple[int | None, int | None], said_of_them: str
) -> None:
    evidence = {"steps": 20, "executed": lines[0], "changed_lines": lines[1]}
    assert said_of_them in said(Reason.MODE_IDENTICAL, evidence)


def test_a_single_step_is_one() -> None:
    assert "the only step is the same" in said(Reason.MODE_IDENTICAL, {"steps": 1})


def test_rounding_without_losses_has_no_distance() -> None:
    evidence = {**MOVED, "quantity": "gradient norm", "relative": None}
    assert "of themselves" not in said(Reason.MODE_NUMERIC, evidence)


def test_an_unknown_mode_that_is_shown_equivalent_says_so() -> None:
    evidence: Evidence = {
        "why": "it never imports torch",
        "equivalent": True,
        "metric": "test_loss",
        "margin": 0.01,
        "d": 0.001,
        "low": -0.003,
        "high": 0.005,
    }
    text = said(Reason.MODE_UNKNOWN, evidence)
    assert "test_loss is shown to differ by less than 0.0100" in text


def mend(reason: Reason = Reason.MODE_INVASIVE, **changes: object) -> str:
    evidence = {**MOVED, **changes}
    kind, state = FindingKind.INVASIVE, Ruling.BLOCK
    found = Finding(
        "id",
        kind,
        state,
        reason,
        "gru",
        evidence=evidence,  # type: ignore[arg-type]
    )
    return words(found).mend


def test_whoever_did_a_late_change_can_be_found_out_with_more_steps() -> None:
    late: dict[str, Any] = {
        "seen_in": "fast",
        "step": 100,
        "why": "only whole trials show it",
    }
    assert mend(**late).endswith(
        "name the mode as a target. To learn which change did it, set"
        " `invasive.steps` to 100 or more: then the trees without each change are"
        " compared as far as that."
    )
    others: list[dict[str, Any]] = [
        {"changes": ("a",)},
        {"seen_in": "probe"},
        {"step": None},
    ]
    for other in others:
        assert mend(**{**late, **other}).endswith("name the mode as a target.")
        assert not mend(Reason.MODE_CHANGED, **{**late, **other})
    assert mend(Reason.MODE_CHANGED, **late).startswith("To learn which change did it")


def test_what_could_not_be_seen_stands_beside_what_was() -> None:
    notes = ("The data of each step is not known.", "A process was left out.")
    facts: Evidence = {"steps": 20, "notes": notes}
    for reason in (Reason.MODE_IDENTICAL, Reason.MODE_UNTOUCHED):
        assert " ".join(notes) in said(reason, facts)
    unknown = said(Reason.MODE_UNKNOWN, {**facts, "why": "it makes no step"})
    assert "changed: it makes no step. The data of each step is not known." in unknown
