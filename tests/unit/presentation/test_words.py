"""Every reason has its words, compared whole."""

from collections.abc import Mapping
from typing import get_args

import pytest

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import FAMILIES, Words, label, message, words
from bot.presentation.words.labels import LABELS
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
STEPPED: Evidence = {
    "step": 3,
    "tensor": "",
    "quantity": "loss",
    "before": "2.30259",
    "after": "2.31004",
    "relative": 0.0032,
    "steps": 20,
    "changes": ("a1b2c3d",),
    "titles": ("Raise the learning rate",),
    "seen_in": "probe",
    "shifted": False,
}
TESTED: Evidence = {
    "stage": "tests",
    "exit_status": 0,
    "wall_s": 4.1,
    "last": "16 passed in 4.1s",
    "baseline_status": 0,
    "baseline_last": "15 passed in 4.0s",
}
UNTESTED: Evidence = {
    **TESTED,
    "exit_status": 1,
    "last": "2 failed, 14 passed in 4.1s",
    "failure": "exception",
    "detail": "It ended with exit status 1.",
}
CHECKED: Evidence = {
    "check": "gradients",
    "saw": "3 of 12 parameters got no gradient",
    "baseline_saw": "12 of 12 parameters got one",
    "seed": 48213,
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
ASKED: Evidence = {
    **COMPARED,
    "d": 0.0534,
    "low": 0.0492,
    "high": 0.0581,
    "baseline_mean": 2.3545,
    "branch_mean": 2.3011,
    "tolerance": None,
    "margin": 0.005,
    "p_shown": 0.0002,
    "p_missed": 0.9998,
}
MISSED: Evidence = {
    **ASKED,
    "d": 0.0011,
    "low": -0.0021,
    "high": 0.0043,
    "branch_mean": 2.3534,
    "p_shown": 0.97,
    "p_missed": 0.003,
}
GUARDED: Evidence = {**COMPARED, "p_beyond": 0.00002, "family": 20}
PINNED: Evidence = {**COMPARED, "tolerance": 0.02, "anchor": "v1.2"}
LEFT_OUT: Evidence = {
    "d": -0.4,
    "low": -0.45,
    "high": -0.35,
    "tolerance": 0.01,
    "p_harm": 0.00004,
    "level": 0.0071,
    "family": 4,
    "look": 8,
    "n_branch": 8,
    "full_mean": 2.35,
    "without_mean": 1.95,
    "orientation": -1,
    "title": "Drop the warm-up",
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
    Reason.IMPROVEMENT_SHOWN: ASKED,
    Reason.IMPROVEMENT_RULED_OUT: MISSED,
    Reason.IMPROVEMENT_NOT_SHOWN: {**MISSED, "p_missed": 0.4},
    Reason.IMPROVEMENT_WAITS: {"waits_for": "val_accuracy"},
    Reason.GUARDRAIL_BROKEN: GUARDED,
    Reason.GUARDRAIL_KEPT: {**GUARDED, "d": -0.001, "low": -0.004, "high": 0.002},
    Reason.FUTILE: {"p_pass": 0.04, "p_block": 0.031, "look": 8, "n_max": 20},
    Reason.ANCHOR_KEPT: PINNED,
    Reason.ANCHOR_LOST: PINNED,
    Reason.ANCHOR_OPEN: PINNED,
    Reason.TOLERANCE_SPENT: {"spent": 1.3, "budget": 1.0, "anchor": "v1.2"},
    Reason.NEAR_BOUND: {
        "bound": 1.0,
        "side": "best",
        "mean": 0.9985,
        "sd": 0.00061,
        "scale": "raw",
    },
    Reason.SATURATED: {"bound": 1.0, "value": 1.0, "seed": 48213},
    Reason.TEST_SET_SMALL: {
        "asked": "tolerance",
        "tolerance": 0.001,
        "resolution": 0.0005,
        "se": 0.0053,
        "examples": 2000,
    },
    **dict.fromkeys(
        (Reason.CHANGE_HARMFUL, Reason.CHANGE_SUSPECT, Reason.CHANGE_TOLERATED),
        LEFT_OUT,
    ),
    Reason.CHANGE_NOT_ESTIMABLE: {
        "why": "the branch without it does not apply (conflict in train.py)",
        "title": "Rename the loader",
    },
    Reason.INTERACTION: {
        "first": "4c0ffee",
        "second": "9e8d7c6",
        "d": 0.021,
        "low": 0.012,
        "high": 0.030,
        "look": 8,
        "orientation": -1,
    },
    Reason.CHANCE_OF_STOP: {
        "chance": 0.081,
        "blocked": 0.062,
        "undecided": 0.019,
        "failing": 0.02,
        "sound": 0.053,
        "promised": 0.05,
        "assumed": "metrics that vary independently",
    },
    Reason.TEST_CHOSEN: {
        "test": "welch",
        "correlation": 0.021,
        "pairs": 34,
        "break_even": 0.105,
        "scale": "logit",
        "guarded": True,
    },
    Reason.TOLERANCE_SMALL: {
        "tolerance": 0.001,
        "passing": 0.42,
        "smallest": 0.0141,
        "sd": 0.0118,
    },
    Reason.EVALUATIONS_COUNTED: {"attempt": 2, "attempts": 5, "alpha": 0.01},
    Reason.ATTEMPTS_SPENT: {"attempt": 6, "attempts": 5, "alpha": 0.01},
    Reason.MIXED_MACHINES: {
        "arm": "baseline",
        "what": "train_time_s",
        "low": 245.2,
        "high": 311.8,
        "n": 10,
        "n_high": 4,
    },
    Reason.NODE_EFFECT: {
        "p": 0.003,
        "nodes": ("node1", "node2", "node3"),
        "worst": "node3",
        "gap": -0.021,
    },
    Reason.CANARY_OUTSIDE: {
        "value": 2.41,
        "low": 2.28,
        "high": 2.36,
        "seed": 48213,
        "stored": 10,
    },
    Reason.DRIFT: {"cusum": 5.4, "threshold": 5.0, "since": 6},
    Reason.DETECTABLE: {"detectable": 0.021, "tolerance": 0.01, "n": 20, "power": 0.8},
    Reason.SEED_HAS_NO_EFFECT: {"value": 0.5312, "seeds": 5},
    Reason.TRIALS_LOST: {"lost": 2, "first": "The disk of this machine is full."},
    Reason.CHANGE_INERT: {"title": "Try a trick", "why": "later commits take it back"},
    Reason.CHANGES_GROUPED: {"found": 12, "groups": 8, "most": 8},
    Reason.CHANGES_NOTED: {
        "note": "The merge 1a2b3c4 (Merge main) was resolved by hand in train.py: what "
        "it decided stays in every tree from which a change is left out, and is in no "
        "tree with one change alone."
    },
    Reason.MODE_IDENTICAL: {"steps": 20, "executed": 0, "changed_lines": 14},
    Reason.MODE_NUMERIC: {
        "step": 1,
        "tensor": "layers.0.weight",
        "quantity": "parameters",
        "before": "",
        "after": "",
        "relative": 7e-8,
        "steps": 20,
    },
    Reason.MODE_CHANGED: STEPPED,
    Reason.MODE_INVASIVE: STEPPED,
    Reason.MODE_UNTOUCHED: {"steps": 20, "executed": 3, "changed_lines": 14},
    Reason.MODE_EQUIVALENT: {
        "d": 0.0012,
        "low": -0.0031,
        "high": 0.0055,
        "margin": 0.01,
        "p": 0.003,
        "level": 0.021,
        "look": 5,
    },
    Reason.MODE_UNKNOWN: {"why": "two runs of the base differ from step 3 on"},
    Reason.TARGETS_INFERRED: {"modes": ("conv",)},
    Reason.METRIC_VERSION_CHANGED: {
        "files": ("evaluate.py",),
        "old_mean": 0.241,
        "new_mean": 0.198,
        "n": 4,
        "rescored": True,
        "before": "1a2b3c4d5e6f7081",
        "after": "9f8e7d6c5b4a3920",
    },
    Reason.SELF_REPORT_DIFFERS: {
        "own": 0.12,
        "scored": 0.24,
        "baseline_own": 0.241,
        "baseline_scored": 0.241,
        "n": 4,
    },
    Reason.PROTECTED_TOUCHED: {
        "files": ("data/a.csv",),
        "patterns": ("data/**",),
        "digest": "9f86d081884c7d65",
    },
    Reason.POLICY_TOUCHED: {
        "path": ".github/seedgate.yml",
        "judge": "main:.github/seedgate.yml",
        "what": "changed",
        "settings": ("decision.alpha",),
        "before": ("0.05",),
        "after": ("0.1",),
        "count": 1,
    },
    Reason.TESTS_PASSED: TESTED,
    Reason.TESTS_FAILED: UNTESTED,
    Reason.TESTS_BROKEN: {**UNTESTED, "baseline_status": 1},
    Reason.SANITY_PASSED: {**CHECKED, "saw": "12 of 12 parameters got one"},
    Reason.SANITY_FAILED: CHECKED,
    Reason.SANITY_AS_BEFORE: {**CHECKED, "baseline_saw": CHECKED["saw"]},
    Reason.SANITY_UNSEEN: {"check": "overfits", "saw": "no batch can be repeated"},
    Reason.RUNG_SKIPPED: {"stage": "full", "before": "fast"},
    Reason.PROVISIONAL: {
        "pairs": 3,
        "needed": 10,
        "speed_up": 9.6,
        "stage": "fast",
        "later": "full",
        "label": "full",
    },
    Reason.FIDELITY: {
        "pairs": 14,
        "tau": 0.71,
        "agreement": 0.93,
        "low": 0.69,
        "slope": 1.2,
        "speed_up": 9.6,
        "stage": "fast",
        "later": "full",
    },
    Reason.QUANTITY_OUTSIDE: {
        "quantity": "weights",
        "low": -8.1,
        "high": 4.2,
        "minimum": -5.0,
        "maximum": 5.0,
        "seed": 48213,
        "arm": "branch",
        "trials": 2,
        "baseline_outside": 0,
        "baseline_seen": 5,
    },
    Reason.DATA_DIFFERS: {
        "what": "mean",
        "split": "train",
        "baseline": 0.31,
        "branch": 4.9,
    },
    Reason.DATA_OVERLAPS: {
        "split": "train",
        "other": "test",
        "shared": 31,
        "baseline_shared": 0,
        "at_least": False,
    },
    Reason.GAP_DIAGNOSED: {
        "arm": "branch",
        "train": 0.02,
        "evaluation": 0.24,
        "gap": 0.22,
        "diagnosis": "variance",
        "train_name": "train_loss",
        "same": False,
    },
    Reason.REFERENCE_UNBEATEN: {
        "name": "linear",
        "value": 0.2,
        "runs": 3,
        "mean": 0.241,
        "orientation": -1,
    },
    Reason.REFERENCE_UNMEASURED: {
        "name": "linear",
        "why": "failed",
        "detail": "It ended with exit status 1.",
        "runs": 3,
        "bad": 1,
    },
    Reason.HYPOTHESIS_SCORED: {
        **COMPARED,
        "expected": -0.02,
        "likelihood": 0.6,
        "effort": "2h",
        "outcome": "missed",
    },
    Reason.HYPOTHESIS_UNREADABLE: {
        "text": "Expected: test_los -0.02",
        "why": "metric",
        "name": "test_los",
        "nearest": "test_loss",
    },
    Reason.HYPOTHESIS_LEFT_OUT: {
        "text": "Expected: test_loss -0.01",
        "by": "Expected: test_loss -0.02",
    },
    Reason.FORECASTS_CALIBRATED: {
        "known": 6,
        "met": 3,
        "brier": 0.2133,
        "reference": 0.25,
        "stated": (0.3, 0.62),
        "counts": (2, 4),
        "hits": (0, 3),
    },
    Reason.NO_SANDBOX: {"sandbox": "none"},
    Reason.MERGE_CONFLICT: {"files": ("model.py", "train.py")},
    Reason.NARROWED: {"narrowed": ("mode conv", "seeds above 4")},
    Reason.BETWEEN_LOOKS: GIVEN,
    Reason.BEYOND_LAST_LOOK: GIVEN,
    Reason.MORE_LOOKS_LEFT: GIVEN,
    Reason.SEEDS_DIFFER: {"unmatched": 2},
    Reason.BUDGET_SPENT: {"spent": 200, "limit": 200, "what": "trials"},
    Reason.NOTHING_CHANGED: {},
    Reason.NOTHING_RELEVANT: {"files": ("README.md", "docs/how.md"), "patterns": ()},
    Reason.DIRTY_COMMITTED: {"ref": "refs/seedgate/dirty/9e8d7c6b5a"},
}


def found(
    reason: Reason,
    evidence: Evidence,
    mode: str | None = "mlp",
    metric: str | None = "loss",
    change: str | None = None,
) -> Finding:
    return Finding(
        id="x",
        kind=FindingKind.REGRESSION,
        state=Ruling.INFO,
        reason=reason,
        mode=mode,
        metric=metric,
        change=change,
        evidence=evidence,
    )


def told(reason: Reason) -> str:
    kind = str(reason)
    metric = "test_loss/night" if kind.startswith("guardrail") else "loss"
    change = "abc1234" if kind.startswith("change_") else None
    said = words(found(reason, SAMPLES[reason], metric=metric, change=change))
    return "\n".join(
        [
            f"== {reason} ({label(reason)})",
            f"headline: {said.short}",
            f"sentence: {said.sentence}",
            f"mend:     {said.mend or '-'}",
            *(f"local:    {one}" for one in [said.local] if one),
            *(f"pull:     {one}" for one in [said.pull] if one),
            *(f"instead:  {one}" for one in [said.instead] if one),
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


def test_every_reason_is_in_one_family() -> None:
    every = [reason for family, _ in FAMILIES for reason in get_args(family)]
    assert sorted(every) == sorted(Reason)


def test_every_reason_has_a_label_of_a_few_words() -> None:
    assert set(LABELS) == set(Reason)
    assert all(0 < len(one.split()) <= 6 for one in LABELS.values())
    assert label(None) == "no verdict yet"


def test_a_sentence_and_its_mend_make_one_message() -> None:
    one = found(Reason.NO_SANDBOX, {})
    assert message(one) == f"{words(one).sentence} {words(one).mend}"


def broken_by(reason: str) -> Words:
    return words(found(Reason.BASELINE_BROKEN, {**FAILED, "broken_by": reason}))


def test_a_baseline_that_lacks_a_package_is_mended_where_it_trains() -> None:
    said = broken_by("missing_module")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH"):
        assert f"`{name}`" in said.mend
    assert "activate the environment" in said.on_shell
    assert "activate" not in said.on_github
    assert said.on_github.endswith("then comment `/gate run`.")
    assert "Mend the base branch" not in said.on_shell


@pytest.mark.parametrize("reason", ["missing_metric", "unparsable_metric"])
def test_a_baseline_whose_metric_is_not_found_is_mended_in_the_policy(
    reason: str,
) -> None:
    said = broken_by(reason)
    assert said.mend.startswith("Mend the metric's `source` in the policy of the base")
    assert said.on_shell == said.on_github == said.mend


@pytest.mark.parametrize("reason", ["exception", "timeout", "of a later version"])
def test_a_baseline_that_breaks_for_anything_else_is_mended_itself(
    reason: str,
) -> None:
    """As one of an earlier version's report, which does not tell for what."""
    before = words(found(Reason.BASELINE_BROKEN, FAILED))
    assert broken_by(reason) == before
    assert before.mend.startswith("Mend the base branch")


BROKEN_RELEASE: Evidence = {
    **FAILED,
    "failed_branch": 0,
    "failed_baseline": 8,
    "anchor": "v1.2",
}

WITH_THE_BRANCHS_FILES: Evidence = {**BROKEN_RELEASE, "files": ("evaluate.py",)}


def of_release(broken_by: str, evidence: Evidence = BROKEN_RELEASE) -> Words:
    return words(found(Reason.BASELINE_BROKEN, {**evidence, "broken_by": broken_by}))


def test_a_release_whose_trials_fail_is_named_and_not_called_the_baseline() -> None:
    """Nor called broken: the files that define its metrics are another tree's."""
    said = of_release("exception")
    assert said.short == "trials of the release v1.2 fail in mlp: 8 of 8"
    assert said.sentence == (
        "In mode mlp, 8 of 8 trials of the release v1.2 failed, so the branch cannot "
        "be held against it. Trials of a release take the evaluation files of the "
        "branch, where the policy names any. The first (self-reported): exception: "
        "It ended with exit status 1."
    )


def test_what_a_trial_of_the_branch_said_is_not_put_down_to_the_release() -> None:
    said = of_release("exception", {**BROKEN_RELEASE, "failed_branch": 8})
    assert "self-reported" not in said.sentence


def test_a_release_has_its_definition_of_a_metric_from_the_branch() -> None:
    """So what the base does by its own files says nothing of the release."""
    said = of_release("exception", WITH_THE_BRANCHS_FILES)
    failed = "with the branch's evaluate.py"
    assert said.short == f"trials of the release v1.2 fail {failed} in mlp: 8 of 8"
    assert f"8 of 8 trials of the release v1.2 failed {failed}, so" in said.sentence
    assert "its own" not in said.sentence


@pytest.mark.parametrize("by", ["exception", "missing_module", "missing_metric", ""])
def test_what_a_release_has_from_the_branch_is_mended_there_first(by: str) -> None:
    """Nothing that is installed brings it what the branch's files ask for."""
    said = of_release(by, WITH_THE_BRANCHS_FILES)
    assert "(`evaluation.paths`)" in said.mend
    assert "such that the release can be judged by it" in said.mend
    assert said.mend.endswith("pin a later one as `anchor` on the base branch.")
    assert "nstall" not in said.mend
    assert said.on_shell == said.on_github == said.mend


@pytest.mark.parametrize("by", ["exception", "timeout", "of a later version", ""])
def test_a_release_is_not_mended_on_the_base_but_a_later_one_pinned(by: str) -> None:
    said = of_release(by)
    assert "install what it needs" in said.mend
    assert "pin a later one as `anchor` on the base branch" in said.mend
    assert said.on_shell == said.on_github == said.mend
    assert "Mend the base branch" not in said.mend


def test_what_a_release_needs_is_installed_where_it_trains() -> None:
    said = of_release("missing_module")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH"):
        assert f"`{name}`" in said.mend
    assert "where the release lacks it, pin a later one as `anchor`" in said.mend
    assert "mend that first" not in said.mend
    assert "activate the environment" in said.on_shell
    assert said.on_github.endswith("then comment `/gate run`.")


@pytest.mark.parametrize("by", ["missing_metric", "unparsable_metric"])
def test_a_release_that_shows_no_metric_asks_for_one_that_does(by: str) -> None:
    said = of_release(by)
    assert "pin a later one, whose training prints or writes" in said.mend
    assert said.on_shell == said.on_github == said.mend


@pytest.mark.parametrize("reason", [Reason.MORE_FAILURES, Reason.FAILURES_LEFT])
def test_failures_are_counted_against_the_release_where_that_is_compared(
    reason: Reason,
) -> None:
    said = words(found(reason, {**FAILED, "anchor": "v1.2"}))
    counts = "4 of 8 branch trials against 0 of 8 trials of the release v1.2"
    assert counts in said.short
    assert counts in said.sentence


@pytest.mark.parametrize("reason", [Reason.MORE_FAILURES, Reason.FAILURES_LEFT])
@pytest.mark.parametrize(
    ("first", "failed", "ends"),
    [
        ("exception: It broke.", 4, "A crash on some seeds is a defect of the change."),
        ("exception: It broke.", 8, "both are in the report."),
        ("missing_metric: No `loss`.", 8, "until the policy of the base reads the new"),
        ("timeout: 60 s.", 3, "raise `resources.timeout` in the policy of the base."),
    ],
)
def test_what_to_do_about_failures_fits_what_they_failed_for(
    reason: Reason, first: str, failed: int, ends: str
) -> None:
    said = words(found(reason, {**FAILED, "failed_branch": failed, "first": first}))
    assert said.mend.startswith("Read the log of a failed trial")
    assert said.mend.removesuffix(" one.").endswith(ends)


def test_a_comparison_without_enough_trials_says_so() -> None:
    said = words(found(Reason.NOT_SHOWN, {"n_baseline": 5, "n_branch": 5}))
    assert "too few trials" in said.sentence


def test_equal_differences_of_few_pairs_are_not_called_failures() -> None:
    said = words(found(Reason.NOT_SHOWN, {"n_baseline": 4, "n_branch": 4}))
    assert "fewer than five pairs" in said.sentence
    assert "five seeds" in said.mend


def test_one_seed_is_not_enough() -> None:
    one = words(found(Reason.MORE_LOOKS_LEFT, {"n_given": 1, "n_next": 4}))
    assert "1 seed per arm is not enough" in one.sentence
    two = words(found(Reason.MORE_LOOKS_LEFT, {"n_given": 2, "n_next": 4}))
    assert "2 seeds per arm are not enough" in two.sentence


def test_the_chance_of_a_stop_need_not_be_split() -> None:
    said = words(found(Reason.CHANCE_OF_STOP, {"chance": 0.081}))
    assert "8.1 % probability, over all metrics" in said.sentence
    assert "failed" not in said.sentence


def test_the_chance_of_a_stop_names_failed_trials_as_its_reason() -> None:
    evidence = {"chance": 1.0, "failing": 0.5, "sound": 0.53}
    said = words(found(Reason.CHANCE_OF_STOP, evidence))
    assert said.sentence == (
        "A branch that changes nothing is stopped with 100 % probability, over all "
        "metrics, modes and stages together. 50 % of past trials failed; if none did, "
        "it would be stopped with 53 % probability."
    )
    unpriced = words(found(Reason.CHANCE_OF_STOP, {"chance": 1.0, "failing": 0.5}))
    assert "failed" not in unpriced.sentence


def test_a_metric_that_only_failures_keep_from_passing_says_so() -> None:
    evidence = {**COMPARED, "d": 0.001, "p_ni": 0.001, "level": 0.02}
    said = words(found(Reason.NOT_SHOWN, evidence))
    assert "fails more often than the baseline" in said.sentence


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


def test_a_guardrail_without_tolerance_or_family_says_no_more_than_that() -> None:
    said = words(found(Reason.GUARDRAIL_BROKEN, {"d": -0.5, "tolerance": 0.0}))
    assert said.short == "loss got worse in mlp by 0.50 (no loss is tolerated)"


def test_a_slice_is_named_as_the_slice_of_its_metric() -> None:
    one = found(Reason.GUARDRAIL_BROKEN, GUARDED, metric="test_loss/night")
    assert words(one).short == (
        "test_loss on the slice night got worse in mlp by 0.0534 (beyond its "
        "tolerance of 0.01; 20 slices and guardrails share the error rate)"
    )
    assert "test_loss (lower is better) on the slice night" in words(one).sentence


def test_a_kept_guardrail_says_what_it_could_have_seen() -> None:
    given = {**GUARDED, "detectable": 0.02}
    strict = words(found(Reason.GUARDRAIL_KEPT, {**given, "tolerance": 0.0})).sentence
    loose = words(found(Reason.GUARDRAIL_KEPT, given)).sentence
    assert "seeds show a loss of 0.020 four times in five" in strict
    assert "seeds show a loss of 0.020 beyond it four times in five" in loose


def test_a_gain_of_any_size_has_no_margin_to_speak_of() -> None:
    plain = {**ASKED, "margin": 0.0}
    shown = words(found(Reason.IMPROVEMENT_SHOWN, plain))
    lost = words(found(Reason.IMPROVEMENT_RULED_OUT, {**COMPARED, "margin": 0.0}))
    assert shown.short == "loss got better in mlp"
    assert lost.short == "loss got worse in mlp, and the policy asks for a gain"
    assert "from 2.3011 to 2.3545" in lost.sentence


def test_a_gain_without_values_or_with_failures_says_why_it_is_open() -> None:
    none = words(found(Reason.IMPROVEMENT_NOT_SHOWN, {"n_branch": 5, "n_baseline": 5}))
    failed = words(found(Reason.IMPROVEMENT_NOT_SHOWN, ASKED))
    assert "too few trials" in none.sentence
    assert failed.short == "failed trials keep loss from passing in mlp"


def test_a_gain_without_known_means_gives_its_effect_alone() -> None:
    said = words(found(Reason.IMPROVEMENT_SHOWN, {**ASKED, "branch_mean": None}))
    assert "as the policy asks: effect" in said.sentence


def test_an_anchor_without_a_mean_or_an_effect_gives_what_is_known() -> None:
    lost = words(found(Reason.ANCHOR_LOST, {**PINNED, "branch_mean": None}))
    pinned: Evidence = {"anchor": "v1.2", "tolerance": 0.02}
    stuck = words(found(Reason.ANCHOR_OPEN, {**pinned, "failing": True}))
    assert stuck.mend.startswith("Mend what makes trials fail first")
    still = words(found(Reason.ANCHOR_OPEN, pinned))
    assert "worse than at the anchor v1.2: effect" in lost.sentence
    assert still.sentence.endswith("by more than the 0.02 allowed since then.")


def test_a_change_is_said_with_its_title_and_its_cost() -> None:
    one = found(Reason.CHANGE_HARMFUL, LEFT_OUT, change="abc1234")
    assert words(one).short == (
        "change abc1234 costs 0.400 of loss in mlp, hidden by the rest of the branch"
    )
    assert "change abc1234 (Drop the warm-up) makes" in words(one).sentence


def test_one_change_alone_shares_its_error_rate_with_none() -> None:
    alone = {**LEFT_OUT, "family": 1, "full_mean": None, "title": ""}
    said = words(found(Reason.CHANGE_HARMFUL, alone, change="abc1234")).sentence
    assert "share" not in said
    assert "with it" not in said


def test_a_change_that_makes_trials_fail_is_named() -> None:
    one = found(Reason.MORE_FAILURES, FAILED, metric=None, change="abc1234")
    assert words(one).short == (
        "change abc1234 makes trials fail in mlp: 4 of 8 trials with it against "
        "0 of 8 without it"
    )


def test_a_change_that_cannot_be_judged_at_all_names_no_metric() -> None:
    one = found(Reason.CHANGE_NOT_ESTIMABLE, {}, metric=None, change="abc1234")
    assert words(one).short == "change abc1234 cannot be judged alone in mlp"


def test_changes_that_hinder_each_other_do_worse_together() -> None:
    evidence = {**SAMPLES[Reason.INTERACTION], "d": -0.02}
    assert "do worse together" in words(found(Reason.INTERACTION, evidence)).sentence


def test_evidence_beyond_the_last_look_is_said_as_odds() -> None:
    weighed = {"e_ni": 31.4, "e_harm": 0.021}
    passed = words(found(Reason.NOT_WORSE, {**COMPARED, **weighed, "level": 0.05}))
    bare = words(found(Reason.NOT_WORSE, {**weighed}))
    beyond = words(found(Reason.BEYOND_LAST_LOOK, {**GIVEN, **weighed, "needed": 20.0}))
    unknown = words(found(Reason.BEYOND_LAST_LOOK, {**GIVEN, **weighed}))
    assert "31 to 1 that it is not worse than tolerated, 0.021 to 1" in passed.sentence
    assert passed.sentence.endswith("got worse; 20 to 1 decides.")
    assert bare.sentence.endswith("that it got worse.")
    assert beyond.sentence.endswith("that it got worse; 20 to 1 is needed.")
    assert unknown.sentence.endswith("that it got worse.")


def test_a_first_evaluation_without_limit_needs_no_advice() -> None:
    first = words(found(Reason.EVALUATIONS_COUNTED, {"attempt": 1, "alpha": 0.05}))
    second = words(found(Reason.EVALUATIONS_COUNTED, {"attempt": 2, "alpha": 0.05}))
    assert first.mend == ""
    assert "one time in five" in second.sentence
    assert "decision.attempts" in second.mend


def test_a_paired_test_from_the_design_says_nothing_of_the_past() -> None:
    said = words(found(Reason.TEST_CHOSEN, {"test": "paired", "scale": "raw"}))
    assert said.sentence == (
        "In mode mlp, loss is compared by the paired t test, as past runs say."
    )
    known = {"test": "paired", "correlation": 0.61, "pairs": 1}
    assert "over 1 pair" in words(found(Reason.TEST_CHOSEN, known)).sentence


@pytest.mark.parametrize("scale", ["logit", "log"])
def test_only_a_scale_that_was_used_is_said_to_make_up_for_a_bound(scale: str) -> None:
    near = {**SAMPLES[Reason.NEAR_BOUND], "scale": scale}
    used = words(found(Reason.NEAR_BOUND, near)).sentence
    assert used.endswith("compared on a scale that makes up for it.")
    raw = words(found(Reason.NEAR_BOUND, SAMPLES[Reason.NEAR_BOUND])).sentence
    assert "makes up for it" not in raw
    assert "compared as they are" in raw


def test_a_metric_at_its_worst_value_needs_training_and_no_harder_test_set() -> None:
    near = {**SAMPLES[Reason.NEAR_BOUND], "bound": 0.0, "side": "worst"}
    mend = words(found(Reason.NEAR_BOUND, near)).mend
    assert "train longer" in mend
    assert "harder" not in mend


def test_a_test_set_that_is_small_for_a_margin_speaks_of_the_gain() -> None:
    small = {**SAMPLES[Reason.TEST_SET_SMALL], "asked": "margin"}
    said = words(found(Reason.TEST_SET_SMALL, small))
    assert said.short == "the test set is small for the margin of loss in mlp"
    assert "is small for a margin of 0.001 of loss" in said.sentence
    assert "ask for a larger gain" in said.mend


def test_machines_that_differ_in_a_name_only_are_named_by_it() -> None:
    said = words(found(Reason.MIXED_MACHINES, {"arm": "branch", "what": "node"}))
    assert "different machines: they differ in node." in said.sentence


def test_a_canary_that_failed_has_no_value() -> None:
    said = words(found(Reason.CANARY_OUTSIDE, {"low": 1.0, "high": 1.0, "stored": 3}))
    assert "a fresh baseline run failed for loss" in said.sentence


def test_a_drift_may_have_begun_at_a_named_time() -> None:
    said = words(found(Reason.DRIFT, {"cusum": 5.4, "since": "3 May"}))
    assert "to one side since 3 May (sum 5.4" in said.sentence


def test_an_open_question_at_the_last_look_names_the_way_past_it() -> None:
    first = words(found(Reason.NOT_SHOWN, COMPARED)).on_shell
    assert "seedgate local --more N adds N seeds past the last look" in first
    assert "judged by e-values" in first
    again = {**COMPARED, "e_ni": 3.0, "e_harm": 0.1}
    assert "a larger N goes on from" in words(found(Reason.NOT_SHOWN, again)).on_shell


@pytest.mark.parametrize("reason", [Reason.CANARY_OUTSIDE, Reason.DRIFT])
def test_a_baseline_that_is_not_what_it_was_is_said_to_be_run_anew(
    reason: Reason,
) -> None:
    sentence = words(found(reason, SAMPLES[reason])).sentence
    assert "dropped" in sentence
    assert "run anew" in sentence


def test_a_budget_that_one_landing_has_spent_is_not_called_several_losses() -> None:
    one = words(found(Reason.TOLERANCE_SPENT, SAMPLES[Reason.TOLERANCE_SPENT]))
    assert "adds up to 1.3 times its tolerance (budget 1)" in one.sentence
    assert "several" not in one.sentence + one.short
    assert "often" not in one.sentence + one.short


def test_a_small_tolerance_is_told_in_the_words_of_the_refusal() -> None:
    said = words(found(Reason.TOLERANCE_SMALL, SAMPLES[Reason.TOLERANCE_SMALL]))
    assert "From 0.014 on, 90 % of such branches pass." in said.sentence
    assert "policed" not in said.sentence
    assert "allow:" not in said.mend
    assert ": allow" not in said.mend


def test_a_forecast_says_its_change_the_way_the_metric_went() -> None:
    base = SAMPLES[Reason.HYPOTHESIS_SCORED]
    rising = words(found(Reason.HYPOTHESIS_SCORED, {**base, "orientation": 1}))
    assert "it changed by -0.0534, interval [-0.0581, -0.0492]" in rising.sentence
    falling = words(found(Reason.HYPOTHESIS_SCORED, base))
    assert "it changed by +0.0534, interval [+0.0492, +0.0581]" in falling.sentence


def test_a_forecast_without_an_interval_or_an_outcome_stays_open() -> None:
    bare: Evidence = {"expected": -0.01, "relative": True, "outcome": "open"}
    assert words(found(Reason.HYPOTHESIS_SCORED, bare)).sentence == (
        "In mode mlp, loss was expected to change by -1 %; no change was measured: "
        "still open."
    )
    exact: Evidence = {"expected": 0.0, "d": 0.0, "orientation": -1, "outcome": "met"}
    said = words(found(Reason.HYPOTHESIS_SCORED, exact)).sentence
    assert "change by 0; it changed by 0.0000: as expected" in said
    same = words(found(Reason.HYPOTHESIS_SCORED, {**exact, "relative": True})).sentence
    assert "change by 0 %;" in same
    half = {**exact, "low": -0.1, "likelihood": 0.6}
    said = words(found(Reason.HYPOTHESIS_SCORED, half)).sentence
    assert "change by 0 (likelihood 60 %);" in said
    assert "interval [open, +0.1000]" in said


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("form", "it does not name a metric and its change"),
        ("size", "its change is not a finite number"),
        ("sign", "its change has no sign"),
        ("likelihood", "its likelihood is not between 0 and 100 %"),
        ("numbers", "it has more numbers than one change and one likelihood"),
    ],
)
def test_an_unreadable_expectation_says_why(why: str, said: str) -> None:
    finding = found(Reason.HYPOTHESIS_UNREADABLE, {"text": "Expected: x", "why": why})
    assert f"could not be read: {said}." in words(finding).sentence
    assert words(finding).mend.startswith("Write `Expected: METRIC CHANGE")


def test_a_name_that_is_like_no_other_comes_with_those_that_there_are() -> None:
    unknown: Evidence = {"text": "Expected: x -1", "why": "metric", "name": "x"}
    facts = {**unknown, "known": ("loss", "accuracy")}
    sentence = words(found(Reason.HYPOTHESIS_UNREADABLE, facts)).sentence
    assert sentence.endswith("called x; the policy has loss and accuracy.")


def test_a_forecast_of_several_modes_says_which_and_that_it_counts_once() -> None:
    facts = {**SAMPLES[Reason.HYPOTHESIS_SCORED], "modes": ("mlp", "gru")}
    sentence = words(found(Reason.HYPOTHESIS_SCORED, facts)).sentence
    assert "The line names no mode, so it is held against mlp and gru;" in sentence
    assert "it counts once, as expected where it is so in all of them." in sentence


def test_a_forecast_that_is_left_out_is_named_with_the_one_that_counts() -> None:
    later = words(
        found(Reason.HYPOTHESIS_LEFT_OUT, SAMPLES[Reason.HYPOTHESIS_LEFT_OUT])
    )
    assert later.sentence == (
        "The line `Expected: test_loss -0.01` is left out: `Expected: test_loss -0.02` "
        "counts in its place, because it is the later word on this metric."
    )
    facts = {**SAMPLES[Reason.HYPOTHESIS_LEFT_OUT], "named": True}
    said = words(found(Reason.HYPOTHESIS_LEFT_OUT, facts)).sentence
    assert said.endswith("because it names its mode.")


def policy_said(what: str, **facts: object) -> Words:
    judge = {"path": ".github/seedgate.yml", "judge": "main:.github/seedgate.yml"}
    evidence = {**judge, "what": what, **facts}
    return words(found(Reason.POLICY_TOUCHED, evidence))  # type: ignore[arg-type]


def test_a_changed_policy_says_what_differs() -> None:
    said = policy_said(
        "changed",
        settings=("protected", "modes.gru", "modes.mlp", "shadowed", "anchor"),
        before=("*.csv", "", "given", "block", ""),
        after=("", "given", "", "report", "v1"),
        count=7,
    )
    assert said.sentence.endswith(
        "the new one rules once it has landed. What differs: `protected` is no longer "
        "set (*.csv before); `modes.gru` is new; `modes.mlp` is taken out; `shadowed` "
        "goes from block to report; `anchor` is set to v1; and 2 more."
    )
    assert said.mend == ""
    same = policy_said("changed", settings=(), before=(), after=(), count=0)
    assert same.sentence.endswith("once it has landed. No setting differs.")
    assert policy_said("added").short == "the branch adds the policy"
    assert policy_said("mended").sentence.endswith("rules once it has landed.")


def test_a_policy_that_cannot_be_read_names_the_first_faults() -> None:
    said = policy_said(
        "unreadable",
        lines=(3, 9),
        faults=("The key `x` is not known. Remove it.", "The value is no number."),
        count=4,
    )
    assert said.sentence == (
        "The branch leaves a .github/seedgate.yml that cannot be read: line 3: The key "
        "`x` is not known. Remove it; line 9: The value is no number; and 2 more. This "
        "branch is judged by main:.github/seedgate.yml; after a merge every evaluation "
        "would be refused."
    )
    assert "`seedgate check .github/seedgate.yml`" in said.mend
    refused = policy_said("refused", faults=("No file.",), count=1)
    assert "by which nothing could be judged: No file. This branch" in refused.sentence
    assert refused.mend == "Mend .github/seedgate.yml."
    gone = policy_said("deleted")
    assert "deletes .github/seedgate.yml" in gone.sentence
    assert gone.mend.startswith("Bring the file back")


def test_forecasts_without_a_table_give_their_score_alone() -> None:
    plain: Evidence = {"known": 5, "met": 2, "brier": 0.2, "reference": 0.24}
    assert words(found(Reason.FORECASTS_CALIBRATED, plain)).sentence.endswith("0.24).")
