"""Words for how a branch was cut: each way to say it."""

from bot.domain.verdict import Evidence, Finding, FindingKind, Reason, Ruling
from bot.presentation.words import words


def said(
    reason: Reason, evidence: Evidence, *, mode: str | None = None
) -> tuple[str, str]:
    finding = Finding(
        id="x",
        kind=FindingKind.SHADOWED,
        state=Ruling.INFO,
        reason=reason,
        mode=mode,
        change="abc1234",
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
