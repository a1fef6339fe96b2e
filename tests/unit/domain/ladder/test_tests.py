"""The repository's own tests, once on each arm."""

import pytest

from bot.domain.ladder import judge_tests
from bot.domain.verdict import Reason, Ruling
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    TrialResult,
)

PASSES = TrialResult(Ok(), exit_status=0, wall_s=2.0, log_tail="...\n3 passed\n\n")
FAILS = TrialResult(
    Failed(FailureReason.EXCEPTION, "It ended with exit status 1."),
    exit_status=1,
    log_tail="F..\n1 failed, 2 passed\n",
)
SLOW = TrialResult(Failed(FailureReason.TIMEOUT, "It ran past its time limit."))
LOST = TrialResult(Infra(InfraReason.NODE_LOST, "The node went away."))


def test_tests_that_pass_let_the_ladder_go_on() -> None:
    done = judge_tests("tests", PASSES, PASSES)
    (found,) = done.findings
    assert (done.rung.stage, done.rung.kind, done.rung.state) == (
        "tests",
        "tests",
        Ruling.PASS,
    )
    assert found.reason is Reason.TESTS_PASSED
    assert (found.evidence["last"], found.evidence["exit_status"]) == ("3 passed", 0)


def test_tests_that_fail_on_the_branch_alone_block_with_their_last_words() -> None:
    done = judge_tests("tests", FAILS, PASSES)
    (found,) = done.findings
    assert (done.rung.state, found.reason) == (Ruling.BLOCK, Reason.TESTS_FAILED)
    assert found.evidence["last"] == "1 failed, 2 passed"
    assert (found.evidence["failure"], found.evidence["baseline_status"]) == (
        "exception",
        0,
    )


def test_tests_that_fail_on_the_base_too_say_nothing_of_the_branch() -> None:
    done = judge_tests("tests", FAILS, SLOW)
    (found,) = done.findings
    assert (done.rung.state, found.reason) == (Ruling.UNDECIDED, Reason.TESTS_BROKEN)


def test_a_branch_that_mends_the_tests_passes() -> None:
    done = judge_tests("tests", PASSES, FAILS)
    assert done.rung.state is Ruling.PASS
    assert done.findings[0].evidence["baseline_status"] == 1


def test_tests_that_never_end_have_failed_by_name() -> None:
    done = judge_tests("tests", SLOW, PASSES)
    (found,) = done.findings
    assert done.rung.state is Ruling.BLOCK
    assert (found.evidence["failure"], found.evidence["last"]) == ("timeout", "")


@pytest.mark.parametrize("arms", [(LOST, PASSES), (PASSES, LOST), (FAILS, LOST)])
def test_a_run_that_our_machinery_lost_decides_nothing(
    arms: tuple[TrialResult, TrialResult],
) -> None:
    done = judge_tests("tests", *arms)
    (found,) = done.findings
    assert (done.rung.state, found.reason) == (Ruling.UNDECIDED, Reason.TRIALS_LOST)
    assert found.evidence["first"] == "The node went away."
