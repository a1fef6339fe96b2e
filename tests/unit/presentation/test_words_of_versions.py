"""What is said of metrics that a branch defines anew, or says of itself."""

import dataclasses

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import words

CHANGED: Evidence = {
    "files": ("evaluate.py",),
    "old_mean": 0.241,
    "new_mean": 0.198,
    "n": 4,
    "rescored": True,
}
DIFFERS: Evidence = {
    "own": 0.12,
    "scored": 0.24,
    "baseline_own": 0.241,
    "baseline_scored": 0.2412,
    "n": 4,
}


def found(reason: Reason, evidence: Evidence, state: Ruling = Ruling.INFO) -> Finding:
    kind = FindingKind.METRIC_VERSION
    return Finding("x", kind, state, reason, "mlp", "loss", evidence=evidence)


def told(evidence: Evidence) -> str:
    return words(found(Reason.METRIC_VERSION_CHANGED, evidence)).sentence


def test_both_values_of_the_unchanged_baseline_are_said() -> None:
    assert told(CHANGED) == (
        "In mode mlp, the branch changes what defines loss (evaluate.py): both arms "
        "are judged by its definition, and the baseline was scored again. Over 4 seeds "
        "the unchanged baseline is 0.198 by the branch's definition, and was 0.241 by "
        "its own. History starts anew."
    )


def test_a_baseline_that_had_to_be_trained_for_it_says_so() -> None:
    assert "was trained anew with those files." in told({**CHANGED, "rescored": False})


def test_no_value_is_made_up_where_none_is_known() -> None:
    assert "seed" not in told({**CHANGED, "old_mean": None})


def test_a_baseline_that_could_not_be_scored_again_is_not_said_to_be() -> None:
    unknown: Evidence = {"files": ("evaluate.py",), "rescored": True, "n": 0}
    assert "and the baseline is to be scored again. History" in told(unknown)


def test_a_baseline_that_breaks_by_the_branchs_files_is_not_called_broken() -> None:
    facts: Evidence = {
        "failed_baseline": 4,
        "n_baseline": 4,
        "files": ("evaluate.py",),
        "first": "No module named scoring.",
    }
    one = Finding(
        *("x", FindingKind.FAILURE, Ruling.UNDECIDED, Reason.BASELINE_BROKEN, "mlp"),
        evidence=facts,
    )
    said = words(one)
    assert said.sentence.startswith(
        "In mode mlp, the baseline does not run with the branch's evaluate.py, and "
        "runs with its own: 4 of 4 baseline trials failed"
    )
    assert "`evaluation.paths`" in said.mend


def test_a_definition_that_moves_nothing_is_said_with_sensible_digits() -> None:
    assert "is 0.24 by the branch's definition, and was 0.24" in told(
        {**CHANGED, "old_mean": 0.24, "new_mean": 0.24}
    )


def test_a_definition_that_is_gone_is_named_with_the_way_to_move_it() -> None:
    gone: Evidence = {"files": ("evaluate.py",), "gone": ("evaluate.py", "data/val")}
    one = words(found(Reason.METRIC_VERSION_CHANGED, gone, Ruling.UNDECIDED))
    assert "leaves nothing of evaluate.py and data/val, which defines" in one.sentence
    of_the_branch = dataclasses.replace(
        found(Reason.METRIC_VERSION_CHANGED, gone, Ruling.UNDECIDED), mode=None
    )
    assert words(of_the_branch).sentence.startswith("The branch leaves nothing of")
    assert "land the move by itself, together with the policy" in one.mend


def test_a_definition_that_waits_to_be_accepted_is_said_of_all_metrics() -> None:
    facts: Evidence = {"files": ("evaluate.py",), "before": "aaaa", "after": "bbbb"}
    one = found(Reason.METRIC_VERSION_CHANGED, facts, Ruling.UNDECIDED)
    said = words(dataclasses.replace(one, mode=None, metric=None))
    assert said.short == "the branch changes what defines the metrics"
    assert said.sentence == (
        "The branch changes what defines the metrics (evaluate.py), and both arms are "
        "judged by its definition. No trial can tell whether that is fair."
    )
    assert "have a maintainer accept this finding" in said.mend
    bare = dataclasses.replace(one, mode=None, metric=None, evidence={"after": "b"})
    assert "defines the metrics, and both" in words(bare).sentence


def test_a_disagreement_is_said_beside_that_of_the_base() -> None:
    one = words(found(Reason.SELF_REPORT_DIFFERS, DIFFERS, Ruling.UNDECIDED))
    assert one.sentence == (
        "In mode mlp, the branch's training reports loss 0.12, and the evaluation "
        "command scores its checkpoints 0.24; of the base they are 0.24 and 0.24. Only "
        "the score is judged."
    )
    assert one.mend.startswith("Look at how the branch comes by its own number")


def test_a_disagreement_that_the_base_shares_asks_for_nothing() -> None:
    one = words(found(Reason.SELF_REPORT_DIFFERS, DIFFERS))
    assert one.mend == ""
    silent = {**DIFFERS, "baseline_own": None}
    other = words(found(Reason.SELF_REPORT_DIFFERS, silent))
    assert "; the base reports none itself. Only" in other.sentence
