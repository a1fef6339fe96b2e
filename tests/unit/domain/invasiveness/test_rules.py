"""Targets, and what a mode that changed leads to."""

import dataclasses

import pytest

from bot.domain.invasiveness import Alike, Judged, Terms, judge
from bot.domain.policy import Invasive
from bot.domain.verdict import Behaviour, Fingerprint, Reason, Ruling

SAME = Behaviour(Fingerprint.IDENTICAL, steps=20, executed=0, changed_lines=4)
ROUNDED = Behaviour(
    Fingerprint.NUMERIC, steps=20, step=1, quantity="loss", relative=1e-7
)
MOVED = Behaviour(
    Fingerprint.CHANGED, steps=20, step=3, quantity="loss", changed_by=("a1b2c3d",)
)
DARK = Behaviour(Fingerprint.UNKNOWN, why="it never imports torch")
SHOWN = (Alike("loss", True, 0.001, -0.003, 0.005, 0.01, 0.004, 0.02, 8),)
OPEN = (dataclasses.replace(SHOWN[0], shown=False, p=0.3),)
LENIENT = Invasive(equivalent="allow")


def told(judged: Judged) -> list[tuple[str | None, Reason, Ruling]]:
    return [(one.mode, one.reason, one.state) for one in judged.findings]


def test_a_mode_that_changed_and_was_not_named_blocks() -> None:
    judged = judge({"mlp": SAME, "gru": MOVED}, Terms(frozenset({"mlp"})))
    assert judged.targets == {"mlp"}
    assert told(judged) == [
        ("mlp", Reason.MODE_UNTOUCHED, Ruling.INFO),
        ("gru", Reason.MODE_INVASIVE, Ruling.BLOCK),
    ]


def test_a_target_that_changed_is_as_meant() -> None:
    judged = judge({"mlp": SAME, "gru": MOVED}, Terms(frozenset({"gru"})))
    assert told(judged) == [
        ("mlp", Reason.MODE_IDENTICAL, Ruling.INFO),
        ("gru", Reason.MODE_CHANGED, Ruling.INFO),
    ]
    assert judged.of("gru")[0].evidence["changes"] == ("a1b2c3d",)


def test_the_one_mode_that_changed_is_taken_as_the_target_and_that_is_said() -> None:
    judged = judge({"mlp": ROUNDED, "gru": MOVED, "bow": DARK}, Terms())
    assert judged.targets == {"gru"}
    assert told(judged) == [
        (None, Reason.TARGETS_INFERRED, Ruling.INFO),
        ("mlp", Reason.MODE_NUMERIC, Ruling.INFO),
        ("gru", Reason.MODE_CHANGED, Ruling.INFO),
        ("bow", Reason.MODE_UNKNOWN, Ruling.INFO),
    ]
    assert judged.findings[0].evidence["modes"] == ("gru",)


def test_of_two_modes_that_changed_none_is_the_target() -> None:
    judged = judge({"mlp": MOVED, "gru": MOVED}, Terms())
    assert judged.targets == frozenset()
    assert [state for _, _, state in told(judged)] == [Ruling.BLOCK] * 2


def test_nothing_that_changed_needs_no_target() -> None:
    judged = judge({"mlp": SAME}, Terms())
    assert (judged.targets, told(judged)) == (
        frozenset(),
        [("mlp", Reason.MODE_IDENTICAL, Ruling.INFO)],
    )


def test_rounding_never_blocks() -> None:
    judged = judge({"mlp": ROUNDED, "gru": ROUNDED}, Terms(frozenset({"bow"})))
    assert {state for _, _, state in told(judged)} == {Ruling.INFO}


def test_a_policy_may_allow_undeclared_modes() -> None:
    rule = Invasive(undeclared="allow")
    judged = judge({"mlp": MOVED, "gru": MOVED}, Terms(rule=rule))
    assert [row[1:] for row in told(judged)] == [
        (Reason.MODE_INVASIVE, Ruling.INFO)
    ] * 2


def test_a_policy_may_take_equivalence_for_an_answer() -> None:
    terms = Terms(frozenset({"mlp"}), LENIENT)
    judged = judge({"mlp": SAME, "gru": MOVED}, terms, {"gru": SHOWN})
    (found,) = judged.of("gru")
    assert (found.reason, found.state) == (Reason.MODE_EQUIVALENT, Ruling.INFO)
    assert (found.metric, found.evidence["margin"]) == ("loss", 0.01)


def test_until_trials_have_told_an_equivalent_mode_may_still_pass() -> None:
    terms = Terms(frozenset({"mlp"}), LENIENT)
    judged = judge({"gru": MOVED}, terms)
    assert told(judged) == [("gru", Reason.MODE_INVASIVE, Ruling.UNDECIDED)]


@pytest.mark.parametrize("tested", [OPEN, None])
def test_what_is_not_shown_equivalent_blocks(tested: tuple[Alike, ...] | None) -> None:
    terms = Terms(frozenset({"mlp"}), LENIENT)
    judged = judge({"gru": MOVED}, terms, {"gru": tested})
    assert told(judged) == [("gru", Reason.MODE_INVASIVE, Ruling.BLOCK)]


def test_every_primary_metric_must_be_shown() -> None:
    terms = Terms(frozenset({"mlp"}), LENIENT)
    judged = judge({"gru": MOVED}, terms, {"gru": (*SHOWN, *OPEN)})
    assert told(judged) == [("gru", Reason.MODE_INVASIVE, Ruling.BLOCK)]


def test_a_strict_policy_blocks_equivalent_modes_and_says_that_they_are() -> None:
    judged = judge({"gru": MOVED}, Terms(frozenset({"mlp"})), {"gru": SHOWN})
    (found,) = judged.findings
    assert (found.state, found.evidence["equivalent"]) == (Ruling.BLOCK, True)


def test_an_unknown_mode_that_is_shown_equivalent_says_so() -> None:
    (dark,) = judge({"gru": DARK}, Terms(), {"gru": SHOWN}).findings
    assert (dark.evidence["equivalent"], dark.evidence["metric"]) == (True, "loss")
    (open_one,) = judge({"gru": DARK}, Terms(), {"gru": OPEN}).findings
    assert open_one.evidence["equivalent"] is False


def test_titles_stand_beside_the_changes_and_late_ones_say_where_they_were_seen() -> (
    None
):
    late = dataclasses.replace(MOVED, late=True, changed_by=("a1b2c3d", "b"))
    terms = Terms(titles={"a1b2c3d": "Raise the rate"})
    (found,) = judge({"gru": late}, terms).of("gru")
    assert found.evidence["titles"] == ("Raise the rate", "")
    assert found.evidence["cut"] == 1
    assert found.evidence["seen_in"] == "fast"
