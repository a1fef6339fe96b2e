"""What is said of quantities, data, gaps and references, beyond one sample each."""

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import Words, words

LEFT: Evidence = {
    "quantity": "weights",
    "low": -8.1,
    "high": 4.2,
    "minimum": -5.0,
    "maximum": None,
    "seed": 48213,
    "arm": "branch",
    "trials": 1,
    "baseline_outside": 0,
    "baseline_seen": 5,
}


def said(reason: Reason, evidence: Evidence, state: Ruling = Ruling.INFO) -> Words:
    return words(
        Finding("x", FindingKind.DATA, state, reason, "mlp", None, None, evidence)
    )


def test_a_range_that_the_branch_leaves_says_how_to_mend_it() -> None:
    told = said(Reason.QUANTITY_OUTSIDE, LEFT, Ruling.BLOCK)
    assert told.sentence == (
        "In mode mlp, weights left its allowed range of -5 to open in 1 trial, first "
        "with seed 48213: it went from -8.1 to 4.2. The baseline never left it."
    )
    assert "widen its range" in told.mend


def test_a_baseline_that_left_the_range_or_said_nothing_is_told() -> None:
    both = said(Reason.QUANTITY_OUTSIDE, {**LEFT, "baseline_outside": 2})
    assert both.sentence.endswith("So it did in 2 trials of the baseline.")
    assert both.mend == ""
    silent = said(Reason.QUANTITY_OUTSIDE, {**LEFT, "baseline_seen": 0})
    assert silent.sentence.endswith("The baseline did not report it.")
    own = said(Reason.QUANTITY_OUTSIDE, {**LEFT, "arm": "baseline", "seed": None})
    assert "on the baseline in 1 trial: it went" in own.sentence
    assert own.sentence.endswith("to 4.2.")


def test_a_quantity_that_is_no_longer_reported_is_not_called_fine() -> None:
    gone = {**LEFT, "low": None, "high": None, "trials": 0}
    told = said(Reason.QUANTITY_OUTSIDE, gone, Ruling.UNDECIDED)
    assert "nobody knows whether it keeps its range" in told.sentence
    assert told.mend.startswith("Let the branch report it again")


def test_data_say_which_class_changed_and_how() -> None:
    balance = said(
        Reason.DATA_DIFFERS,
        {
            "what": "balance",
            "split": "train",
            "class": "owl",
            "baseline": 0.5,
            "branch": 0.7,
        },
    )
    assert "owl has 70 % of them, not 50 %." in balance.sentence
    unnamed = {"what": "balance", "split": "train", "baseline": 0.5, "branch": 0.7}
    assert "a class has 70 %" in said(Reason.DATA_DIFFERS, unnamed).sentence
    classes = said(
        Reason.DATA_DIFFERS,
        {
            "what": "classes",
            "split": "train",
            "baseline": 10,
            "branch": 9,
            "gone": ("owl", "cat"),
            "added": (),
        },
    )
    assert "the set of classes: 9 instead of 10. Gone: owl and cat." in classes.sentence
    assert "New" not in classes.sentence


def test_an_overlap_says_what_the_baseline_has() -> None:
    shared: Evidence = {"split": "train", "other": "test", "shared": 1}
    alone = said(Reason.DATA_OVERLAPS, {**shared, "baseline_shared": None})
    assert "1 example is in train and in test" in alone.sentence
    assert "The baseline did not say." in alone.sentence
    fewer = said(
        Reason.DATA_OVERLAPS,
        {**shared, "shared": 9, "baseline_shared": 4, "at_least": True},
        Ruling.BLOCK,
    )
    assert "at least 9 examples are in train and in test" in fewer.sentence
    assert "On the baseline 4." in fewer.sentence
    assert fewer.mend == "Keep test out of train; then judge again."


def test_a_gap_says_what_would_help() -> None:
    facts: Evidence = {"arm": "branch", "train": 0.02, "evaluation": 0.24}
    bias = said(Reason.GAP_DIAGNOSED, {**facts, "diagnosis": "bias", "same": True})
    assert "both arms show high bias" in bias.sentence
    assert "more data would not" in bias.sentence
    none = said(Reason.GAP_DIAGNOSED, {**facts, "diagnosis": "none"})
    assert none.short == "the branch shows neither high bias nor high variance in mlp"


UNBEATEN: Evidence = {"name": "linear", "value": 0.2, "mean": 0.24, "orientation": -1}


def test_a_reference_says_how_it_was_measured() -> None:
    policys = said(Reason.REFERENCE_UNBEATEN, UNBEATEN)
    assert policys.sentence.endswith("no better than the reference linear (0.2).")
    once = said(Reason.REFERENCE_UNBEATEN, {**UNBEATEN, "runs": 1})
    assert once.sentence.endswith("the reference linear (0.2, measured).")
    often = said(Reason.REFERENCE_UNBEATEN, {**UNBEATEN, "runs": 3})
    assert often.sentence.endswith("the reference linear (0.2, the mean of 3 runs).")


def test_a_reference_that_was_not_measured_says_why() -> None:
    reason, once = Reason.REFERENCE_UNMEASURED, {"name": "linear", "runs": 1, "bad": 1}
    failed = said(reason, {**once, "why": "failed", "detail": "It ended with 1."})
    assert failed.sentence == (
        "In mode mlp, the reference linear failed: It ended with 1. So nothing is said "
        "of the branch beside it; it decides nothing."
    )
    assert failed.short == "the reference linear failed in mlp"
    assert "mend it there" in failed.mend
    lost = said(reason, {**once, "why": "lost", "detail": "The node went away."})
    assert "was lost: The node went away. So" in lost.sentence
    short = said(reason, {"name": "linear", "why": "budget", "detail": ""})
    assert "was not run, because the budget has no room left for it. So" in (
        short.sentence
    )
    assert "Raise `budget`" in short.mend
    assert said(reason, {"name": "x", "why": "unheard of"}).mend == ""
