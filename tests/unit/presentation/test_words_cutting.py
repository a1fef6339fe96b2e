"""Words for how a branch was cut and taken apart: each way to say it."""

import pytest

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import words


def said(
    reason: Reason,
    evidence: Evidence,
    *,
    mode: str | None = None,
    change: str = "abc1234",
) -> tuple[str, str]:
    finding = Finding(
        id="x",
        kind=FindingKind.SHADOWED,
        state=Ruling.INFO,
        reason=reason,
        mode=mode,
        change=change,
        evidence=evidence,
    )
    told = words(finding)
    return told.short, told.sentence


def test_a_change_without_trace_says_why_where_it_is_known() -> None:
    _, known = said(Reason.CHANGE_INERT, {"title": "Nothing", "why": "it is empty"})
    assert known == (
        "Change abc1234 (Nothing) leaves no trace in the tree that would land: it is "
        "empty. So there was nothing to judge."
    )
    _, unknown = said(Reason.CHANGE_INERT, {}, mode="mlp")
    assert unknown.startswith("In mode mlp, change abc1234 leaves no trace in the tree")
    assert "land. So" in unknown


def test_one_group_of_all_is_said_in_the_singular() -> None:
    short, _ = said(Reason.CHANGES_GROUPED, {"found": 9, "groups": 1, "most": 1})
    assert short == "9 changes in 1 group"


def test_a_change_that_does_not_stand_alone_is_named_with_the_reason() -> None:
    short, sentence = said(
        Reason.CHANGES_NOTED, {"title": "Wider", "alone": "it conflicts in a.py."}
    )
    assert short == "change abc1234 was not taken alone"
    assert sentence == (
        "Change abc1234 (Wider) could not be put on the base alone: it conflicts in "
        "a.py."
    )


def test_a_note_is_said_as_it_is() -> None:
    _, sentence = said(Reason.CHANGES_NOTED, {"note": "The merge a1 stays."})
    assert sentence == "The merge a1 stays."


GROUP: Evidence = {
    "d": -0.02,
    "family": 8,
    "n_branch": 8,
    "parts": ("abc1234", "-x", "c"),
    "title": "3 changes",
}


def test_a_group_is_called_a_group_and_a_name_that_is_odd_stands_in_quotes() -> None:
    short, sentence = said(Reason.CHANGE_SUSPECT, GROUP, change="abc1234..c")
    assert short.startswith("the group abc1234..c is a suspect")
    assert "the branch without the group abc1234..c (3 changes) has" in sentence
    assert "It holds" not in sentence
    short, _ = said(Reason.CHANGE_SUSPECT, {}, change="two words, or more")
    assert short.startswith('change "two words, or more" is a suspect')


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("judged", "both of its halves were judged, and neither is shown to do it"),
        ("unjudged", "its halves could not be judged, so which of them does it is"),
        ("budget", "the budget was spent before its halves were judged, so which"),
    ],
)
@pytest.mark.parametrize("reason", [Reason.CHANGE_HARMFUL, Reason.MORE_FAILURES])
def test_where_halving_stopped_it_is_said_what_the_group_holds_and_why(
    reason: Reason, why: str, told: str
) -> None:
    _, sentence = said(reason, {**GROUP, "halving": why}, mode="mlp")
    assert f'It holds abc1234, "-x" and c: {told}' in sentence


@pytest.mark.parametrize(
    ("family", "share", "told"),
    [
        (1, 1, ""),
        (4, 1, " 4 comparisons of changes share the error rate."),
        (1, 2, " As a part of a group this one has 1/2 of its group's share."),
        (
            8,
            32,
            " 8 comparisons of changes share the error rate; as a part of a group this "
            "one has 1/32 of its group's share.",
        ),
    ],
)
def test_how_the_error_rate_is_shared_is_said_as_it_is(
    family: int, share: int, told: str
) -> None:
    facts: Evidence = {"d": -0.02, "family": family, "share": share, "n_branch": 8}
    _, sentence = said(Reason.CHANGE_TOLERATED, facts)
    assert sentence.endswith(f"8 seeds.{told}")


SPENT: Evidence = {"spent": 200, "limit": 200, "what": "trials"}


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ({}, "the question was decided"),
        (
            {"changes": ("a", "b, c"), "groups": ("d..e",)},
            'every change of the branch was judged (open: a and "b, c")',
        ),
        ({"changes": (), "groups": ("d..e",)}, "the changes in d..e were told apart"),
        ({"changes": (), "groups": ()}, "flagged changes were run alone as well"),
    ],
)
def test_a_budget_that_ends_an_ablation_says_what_it_left_open(
    left: Evidence, told: str
) -> None:
    _, sentence = said(Reason.BUDGET_SPENT, {**SPENT, **left})
    assert sentence == (
        f"The budget is spent before {told}: 200 of 200 trials (`budget.trials`)."
    )


def test_the_setting_to_raise_is_named() -> None:
    def mend(what: str) -> str:
        kind, state = FindingKind.BUDGET, Ruling.INFO
        facts: Evidence = {**SPENT, "what": what}
        one = Finding("x", kind, state, Reason.BUDGET_SPENT, evidence=facts)
        return words(one).mend

    assert mend("trials").startswith("Raise `budget.trials` in the policy")
    assert mend("GPU hours").startswith("Raise `budget.gpu_hours` in the policy")


def test_of_a_merge_group_nobody_can_ask_for_less() -> None:
    evidence: Evidence = {**SPENT, "what": "GPU hours"}
    found = (FindingKind.BUDGET, Ruling.INFO, Reason.BUDGET_SPENT)
    told = words(Finding("x", *found, evidence=evidence))
    assert "or ask for fewer modes or seeds" in told.on_github
    assert told.in_queue == (
        "Raise `budget.gpu_hours` in the policy on the base branch."
    )
