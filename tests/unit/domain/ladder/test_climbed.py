"""One verdict over all rungs: the worst of them, and the modes of the last."""

import dataclasses

from bot.domain.ladder import (
    Climbed,
    Planned,
    RungKind,
    summed,
    told_apart,
    trained,
)
from bot.domain.verdict import (
    ChangeVerdict,
    Finding,
    ModeVerdict,
    Reason,
    Ruling,
    Rung,
    Verdict,
)
from bot.domain.verdict.findings import finding

FAST, FULL = (Planned(name, RungKind.TRAINING) for name in ("fast", "full"))
TESTS = Planned("tests", RungKind.TESTS)
KEPT = finding(Reason.NOT_WORSE, Ruling.PASS, {"d": 0.0}, mode="mlp", metric="loss")
HARM = finding(Reason.HARM_SHOWN, Ruling.BLOCK, {"d": -1.0}, mode="mlp", metric="loss")
LEFT_OUT = finding(Reason.NARROWED, Ruling.UNDECIDED, {"narrowed": ("seeds",)})
SPENT = finding(Reason.BUDGET_SPENT, Ruling.UNDECIDED, {"spent": 4})
SKEWED = finding(Reason.MIXED_MACHINES, Ruling.INFO, {"n": 4})


def verdict(state: Ruling, *findings: Finding, mode: Ruling | None = None) -> Verdict:
    own = tuple(one for one in findings if one.mode)
    modes = (ModeVerdict("mlp", mode or state, True, (), own),)
    return Verdict(state, findings, modes)


def rung_of_tests(state: Ruling) -> Climbed:
    told = finding(Reason.TESTS_PASSED, state, {"exit_status": 0})
    return Climbed(Rung("tests", "tests", state), (told,))


def test_one_training_rung_is_the_verdict_itself() -> None:
    alone = verdict(Ruling.PASS, KEPT, SKEWED)
    done = summed([FAST], [trained("fast", alone)], ())
    assert dataclasses.replace(done, rungs=()) == alone
    assert done.rungs == (Rung("fast", "training", Ruling.PASS),)


def test_two_findings_of_one_id_are_both_told() -> None:
    twin = dataclasses.replace(HARM, digest="f" * 64, evidence={"d": -2.0})
    done = summed([FAST], [trained("fast", verdict(Ruling.BLOCK, HARM, twin))], ())
    assert done.findings == (HARM, twin)


def test_a_rung_that_blocks_leaves_no_modes_and_says_what_was_not_started() -> None:
    done = summed([TESTS, FAST], [rung_of_tests(Ruling.BLOCK)], ())
    assert (done.state, done.modes) == (Ruling.BLOCK, ())
    assert [one.reason for one in done.findings] == [
        Reason.TESTS_PASSED,
        Reason.RUNG_SKIPPED,
    ]
    assert [one.state for one in done.rungs] == [Ruling.BLOCK, Ruling.INFO]


def test_the_modes_are_those_of_the_last_stage_and_findings_name_theirs() -> None:
    climbed = [
        rung_of_tests(Ruling.PASS),
        trained("fast", verdict(Ruling.PASS, KEPT, SKEWED)),
        trained("full", verdict(Ruling.BLOCK, HARM, SKEWED)),
    ]
    done = summed([TESTS, FAST, FULL], climbed, ())
    assert done.state is Ruling.BLOCK
    assert done.modes[0].findings[0].evidence == {"d": -1.0, "rung": "full"}
    placed = [one.evidence.get("rung") for one in done.findings]
    assert placed == [None, "fast", None, "full"]  # what is of no mode is said once
    assert len({one.id for one in done.findings}) == 4


def test_what_stands_beside_the_rungs_counts() -> None:
    touched = finding(Reason.PROTECTED_TOUCHED, Ruling.BLOCK, {"files": ("a",)})
    climbed = [trained("fast", verdict(Ruling.PASS, KEPT))]
    done = summed([FAST], climbed, (touched,))
    assert done.state is Ruling.BLOCK
    assert touched in done.findings


def test_changes_are_those_of_the_last_stage_that_took_the_branch_apart() -> None:
    cut = dataclasses.replace(
        verdict(Ruling.PASS, KEPT), changes=(ChangeVerdict("abc1234"),)
    )
    climbed = [trained("fast", cut), trained("full", verdict(Ruling.PASS, KEPT))]
    (one,) = summed([FAST, FULL], climbed, ()).changes
    assert (one.id, one.stage) == ("abc1234", "fast")
    (one,) = summed([FAST, FULL], climbed[:1], ()).changes
    assert one.stage == "fast"


def test_where_one_stage_alone_trains_changes_do_not_say_which() -> None:
    cut = dataclasses.replace(verdict(Ruling.PASS), changes=(ChangeVerdict("abc1234"),))
    climbed = [rung_of_tests(Ruling.PASS), trained("fast", cut)]
    assert summed([TESTS, FAST], climbed, ()).changes == cut.changes


def test_a_rung_that_says_something_of_modes_is_shown_where_nothing_trained() -> None:
    seen = verdict(Ruling.BLOCK)
    probed = Climbed(Rung("fingerprint", "fingerprint", Ruling.BLOCK), (), seen)
    prints = Planned("fingerprint", RungKind.FINGERPRINT)
    assert summed([prints, FAST], [probed], ()).modes == seen.modes


def test_that_the_caller_asked_for_less_is_no_reason_to_stop_climbing() -> None:
    narrowed = verdict(Ruling.UNDECIDED, KEPT, LEFT_OUT, mode=Ruling.PASS)
    assert trained("fast", narrowed).rung.state is Ruling.PASS
    assert summed([FAST], [trained("fast", narrowed)], ()).state is Ruling.UNDECIDED
    open_one = verdict(Ruling.UNDECIDED, LEFT_OUT, mode=Ruling.UNDECIDED)
    assert trained("fast", open_one).rung.state is Ruling.UNDECIDED
    spent = verdict(Ruling.UNDECIDED, LEFT_OUT, SPENT, mode=Ruling.PASS)
    assert trained("fast", spent).rung.state is Ruling.UNDECIDED
    harmed = verdict(Ruling.BLOCK, HARM, LEFT_OUT)
    assert trained("fast", harmed).rung.state is Ruling.BLOCK


def test_other_rungs_may_speak_of_modes_beside_several_stages() -> None:
    prints = Planned("fingerprint", RungKind.FINGERPRINT)
    seen = Climbed(Rung("fingerprint", "fingerprint", Ruling.PASS), (), None)
    climbed = [
        seen,
        trained("fast", verdict(Ruling.PASS, KEPT)),
        trained("full", verdict(Ruling.PASS, KEPT)),
    ]
    done = summed([prints, FAST, FULL], climbed, ())
    assert [one.evidence["rung"] for one in done.findings] == ["fast", "full"]


def test_a_finding_keeps_its_id_while_the_climb_goes_on() -> None:
    ladder = [FAST, FULL]
    fast = trained("fast", verdict(Ruling.BLOCK, HARM))
    stopped = summed(ladder, [fast], ())
    on = summed(ladder, [fast, trained("full", verdict(Ruling.PASS, KEPT))], ())
    assert stopped.findings[0] == on.findings[0]
    assert stopped.findings[0].evidence["rung"] == "fast"
    placed = told_apart(ladder, fast)
    assert told_apart(ladder, placed) == placed
    assert told_apart([FAST], fast) == fast
