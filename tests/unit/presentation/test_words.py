"""Every reason has its words, compared whole."""

from collections.abc import Mapping

import pytest

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import label, message, words
from tests.golden.compare import agreed

COMPARED: Evidence = {
    "d": -0.0534,
    "low": -0.0581,
    "high": -0.0492,
    "tolerance": 0.01,
    "p_ni": 0.98,
    "p_harm": 0.00004,
    "level": 0.021,
    "look": 5,
    "n_baseline": 5,
    "n_branch": 5,
    "baseline_mean": 2.3011,
    "branch_mean": 2.3545,
    "method": "paired t",
    "orientation": -1,
    "may_differ": 0.45,
    "detectable": 0.00731,
}
FAILED: Evidence = {
    "failed_branch": 4,
    "failed_baseline": 0,
    "n_branch": 8,
    "n_baseline": 8,
    "p": 0.0385,
    "level": 0.041,
    "upper": 0.807,
    "first": "exception: It ended with exit status 1.",
}
LIMITED: Evidence = {
    "value": 17_000_000,
    "bound": 16_000_000,
    "side": "max",
    "seed": 48213,
    "violations": 2,
    "unseen": 1,
    "n_branch": 5,
}
AIMED: Evidence = {
    "target": 3.28,
    "mean": 3.2732,
    "low": 3.2713,
    "high": 3.2751,
    "p": 0.0004,
    "level": 0.01,
    "look": 6,
    "n_branch": 6,
    "failed_branch": 1,
    "orientation": -1,
}
GIVEN: Evidence = {"n_given": 7, "n_next": 10, "n_max": 5}
SAMPLES: Mapping[Reason, Evidence] = {
    **dict.fromkeys(
        (
            Reason.NOT_WORSE,
            Reason.TOLERATED_LOSS,
            Reason.HARM_SHOWN,
            Reason.NOT_SHOWN,
            Reason.BIT_IDENTICAL,
            Reason.NO_DIFFERENCE,
            Reason.STOPPED_EARLY,
            Reason.TOLERANCE_UNCLEAR,
            Reason.BETTER,
        ),
        COMPARED,
    ),
    **dict.fromkeys(
        (
            Reason.MORE_FAILURES,
            Reason.FAILURES_LEFT,
            Reason.FAILURES_SEEN,
            Reason.BASELINE_BROKEN,
        ),
        FAILED,
    ),
    Reason.LIMIT_BROKEN: LIMITED,
    Reason.LIMIT_KEPT: LIMITED,
    Reason.LIMIT_UNSEEN: {**LIMITED, "side": "min"},
    Reason.TARGET_SHOWN: AIMED,
    Reason.TARGET_MISSED: AIMED,
    Reason.TARGET_NOT_SHOWN: AIMED,
    Reason.DETECTABLE: {"detectable": 0.021, "tolerance": 0.01, "n": 20, "power": 0.8},
    Reason.SEED_HAS_NO_EFFECT: {"value": 0.5312, "seeds": 5},
    Reason.TRIALS_LOST: {"lost": 2, "first": "The disk of this machine is full."},
    Reason.NO_SANDBOX: {"sandbox": "none"},
    Reason.MERGE_CONFLICT: {"files": ("model.py", "train.py")},
    Reason.NARROWED: {"narrowed": ("mode conv", "seeds above 4")},
    Reason.BETWEEN_LOOKS: GIVEN,
    Reason.BEYOND_LAST_LOOK: GIVEN,
    Reason.MORE_LOOKS_LEFT: GIVEN,
    Reason.BUDGET_SPENT: {"spent": 200, "limit": 200, "what": "trials"},
    Reason.NOTHING_CHANGED: {},
    Reason.DIRTY_COMMITTED: {"ref": "refs/seedgate/dirty/9e8d7c6b5a"},
}


def found(
    reason: Reason, evidence: Evidence, mode: str | None = "mlp", metric: str = "loss"
) -> Finding:
    return Finding(
        id="x",
        kind=FindingKind.REGRESSION,
        state=Ruling.INFO,
        reason=reason,
        mode=mode,
        metric=metric,
        evidence=evidence,
    )


def told(reason: Reason) -> str:
    said = words(found(reason, SAMPLES[reason]))
    return "\n".join(
        [
            f"== {reason} ({label(reason)})",
            f"headline: {said.short}",
            f"sentence: {said.sentence}",
            f"mend:     {said.mend or '-'}",
            "",
        ]
    )


def test_every_reason_says_exactly_what_was_agreed() -> None:
    text = "\n".join(told(reason) for reason in Reason)
    assert text == agreed("words.txt", text)


@pytest.mark.parametrize("reason", list(Reason))
def test_missing_evidence_never_breaks_a_sentence(reason: Reason) -> None:
    said = words(found(reason, {}, mode=None))
    assert said.sentence.endswith(".")
    assert not said.short.endswith(".")
    assert "None" not in message(found(reason, {}, mode=None))


def test_a_sentence_and_its_mend_make_one_message() -> None:
    one = found(Reason.NO_SANDBOX, {})
    assert message(one) == f"{words(one).sentence} {words(one).mend}"


def test_a_comparison_without_enough_trials_says_so() -> None:
    said = words(found(Reason.NOT_SHOWN, {"n_baseline": 5, "n_branch": 5}))
    assert "too few trials" in said.sentence


def test_a_metric_that_only_failures_keep_from_passing_says_so() -> None:
    evidence = {**COMPARED, "d": 0.001, "p_ni": 0.001, "level": 0.02}
    said = words(found(Reason.NOT_SHOWN, evidence))
    assert "more failed trials than the baseline" in said.sentence


def test_an_open_comparison_without_a_detectable_loss_does_not_invent_one() -> None:
    said = words(found(Reason.NOT_SHOWN, {**COMPARED, "detectable": None}))
    assert "four times in five" not in said.sentence


def test_arms_of_unequal_size_are_counted_apart() -> None:
    said = words(found(Reason.NOT_WORSE, {**COMPARED, "n_baseline": 4}))
    assert "4 baseline and 5 branch trials" in said.sentence


def test_larger_is_better_is_said_where_it_is_so() -> None:
    said = words(found(Reason.HARM_SHOWN, {**COMPARED, "orientation": 1}))
    assert "loss (higher is better)" in said.sentence


def test_an_effect_without_an_interval_is_said_alone() -> None:
    evidence = {**COMPARED, "low": None, "high": None}
    said = words(found(Reason.NOT_WORSE, evidence))
    assert "effect -0.053, 5 seeds" in said.sentence


def test_a_target_without_failed_trials_mentions_none() -> None:
    said = words(found(Reason.TARGET_NOT_SHOWN, {**AIMED, "failed_branch": 0}))
    assert "forbids" not in said.sentence


def test_a_target_without_an_interval_gives_its_mean_alone() -> None:
    said = words(found(Reason.TARGET_MISSED, {**AIMED, "low": None, "high": None}))
    assert "mean 3.2732, 6 trials" in said.sentence


def test_a_detectable_loss_within_the_tolerance_needs_no_mend() -> None:
    fine = {"detectable": 0.004, "tolerance": 0.01, "n": 20, "power": 0.8}
    assert words(found(Reason.DETECTABLE, fine)).mend == ""


def test_many_conflicting_files_are_counted_not_listed() -> None:
    files = tuple(f"part{number:02d}.py" for number in range(40))
    said = words(found(Reason.MERGE_CONFLICT, {"files": files}))
    assert "28 more" in said.sentence


def test_a_single_name_in_place_of_a_list_is_said_as_it_is() -> None:
    said = words(found(Reason.NARROWED, {"narrowed": "mode conv"}))
    assert "left out: mode conv." in said.sentence


def test_a_metric_without_a_reason_has_no_verdict_yet() -> None:
    assert label(None) == "no verdict yet"
