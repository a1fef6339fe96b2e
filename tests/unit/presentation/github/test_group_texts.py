"""The check run of a merge group: no command reaches one, so none is named."""

from dataclasses import replace

import pytest

from bot.domain.conclusions import (
    Advisory,
    BudgetSpent,
    Cancelled,
    Impossible,
    Judged,
    OwnFault,
    Plain,
    Running,
    TimeSpent,
    WaitingForTarget,
    WaitingForTrust,
)
from bot.domain.verdict import Evidence, Reason, Ruling
from bot.domain.verdict.acceptable import UNACCEPTABLE
from bot.presentation.github import CheckRunText, Situation, check_run
from bot.presentation.github.spoken import spoken
from bot.presentation.words.groups import AGAIN, LANDS, NAME_TARGETS, TRUST, UPDATE
from tests.fakes import reports, situations, wide_reports
from tests.fakes.situations import PAGE, SITUATIONS, judged, situation

OF_A_PULL = {"held_up"}
"""Only a pull request is held up by another one."""


def of_group(said: Situation) -> CheckRunText:
    return check_run(replace(said, grouped=True))


def steps(said: Situation) -> list[str]:
    found = spoken(replace(said, grouped=True)).steps
    assert not any(one.command for one in found)
    return [one.text for one in found]


def ended(outcome: Plain) -> list[str]:
    return steps(situation(outcome))


@pytest.mark.parametrize("name", sorted(set(SITUATIONS) - OF_A_PULL))
def test_no_command_is_named_and_no_address_that_nobody_could_open(name: str) -> None:
    run = of_group(SITUATIONS[name]())
    for text in (run.title, run.summary, run.text):
        assert "/gate" not in text
        assert "omment" not in text
        assert PAGE not in text


def test_what_was_found_is_said_as_of_a_pull_request() -> None:
    blocked = judged(reports.blocking())
    of_pull, of_queue = check_run(blocked), of_group(blocked)
    assert (of_queue.title, of_queue.text) == (of_pull.title, of_pull.text)
    answer = of_pull.summary.partition("**What to do**")[0]
    assert of_queue.summary.startswith(answer)


def test_what_holds_it_up_is_lifted_on_its_pull_request() -> None:
    """In a queue that asks again, what was accepted there is so here."""
    for said in (judged(reports.blocking()), situations.undecided()):
        *mends, last = steps(said)
        assert mends
        assert last == UPDATE
        assert "what it does can be accepted" in last


def deciding(*reasons: Reason) -> list[str]:
    found = [reports.finding(one, Ruling.UNDECIDED, {}, mode="mlp") for one in reasons]
    return steps(judged(reports.report(Ruling.UNDECIDED, (), tuple(found))))


@pytest.mark.parametrize("reason", sorted(UNACCEPTABLE))
def test_what_nobody_can_stand_up_for_is_not_said_to_be_accepted(
    reason: Reason,
) -> None:
    """It says nothing of the branch, which may be as it is in the next group."""
    assert deciding(reason)[-1] == AGAIN


def test_beside_it_something_may_stand_that_can_be_accepted() -> None:
    """That would hold the next group up as well."""
    assert deciding(Reason.MIXED_MACHINES, Reason.FAILURES_LEFT)[-1] == UPDATE


def test_a_branch_that_leaves_nothing_to_judge_by_is_not_accepted_either() -> None:
    gone: Evidence = {"gone": ("evaluate.py",)}
    one = reports.finding(Reason.METRIC_VERSION_CHANGED, Ruling.UNDECIDED, gone)
    assert steps(judged(reports.report(Ruling.UNDECIDED, (), (one,))))[-1] == AGAIN


def test_a_guilty_change_is_named_and_nothing_is_split_off() -> None:
    first, *_ = steps(judged(wide_reports.shadowed()))
    assert first.startswith("Take change 9e8d7c6")
    assert first.endswith("Then judge again.")


def test_what_nothing_decides_is_queued_again() -> None:
    assert steps(judged(reports.report(Ruling.UNDECIDED, ()))) == [AGAIN]


def test_one_that_passes_asks_for_nothing() -> None:
    assert steps(situations.passing()) == [LANDS]
    text = of_group(situations.passing()).summary
    assert text.endswith(f"{LANDS}\n")


def test_nor_does_one_that_an_advisory_policy_lets_merge() -> None:
    undecided = reports.undecided()
    said = situation(Advisory(Judged(undecided.verdict)), report=undecided)
    assert UPDATE not in steps(said)
    blocked = situation(Advisory(Judged(reports.blocking().verdict)))
    assert steps(blocked)[-1] == UPDATE


@pytest.mark.parametrize("outcome", [Running(), Cancelled("ann")])
def test_where_nobody_has_to_act_nothing_is_asked_for(outcome: Plain) -> None:
    assert ended(outcome) == []


def test_one_without_a_verdict_says_what_mends_that_and_is_queued_again() -> None:
    assert ended(TimeSpent(2700.0)) == [AGAIN]
    assert ended(OwnFault()) == [AGAIN]
    assert ended(OwnFault("No disk.", "Free one.")) == ["Free one.", AGAIN]
    assert ended(Impossible("Too small.", "Widen it.")) == ["Widen it.", AGAIN]
    assert ended(Impossible())[0] == "Mend the policy on the base branch."
    raised, again = ended(BudgetSpent())
    assert raised.startswith("Raise the budget")
    assert again == AGAIN


def test_a_spent_budget_with_a_verdict_says_what_was_found() -> None:
    spent = reports.finding(Reason.BUDGET_SPENT, Ruling.UNDECIDED, {})
    verdict = reports.report(Ruling.UNDECIDED, (), (spent,)).verdict
    first, last = ended(BudgetSpent(verdict))
    assert first == "Raise `budget.trials` in the policy on the base branch."
    assert last == AGAIN


def test_a_budget_that_left_a_block_unexplained_is_no_wish_for_fewer_modes() -> None:
    harm = reports.finding(Reason.FAILURES_LEFT, Ruling.BLOCK, {}, mode="mlp")
    spent = reports.finding(Reason.BUDGET_SPENT, Ruling.INFO, {})
    said = steps(judged(reports.report(Ruling.BLOCK, (), (harm, spent))))
    assert "Raise `budget.trials` in the policy on the base branch." in said
    assert said[-1] == UPDATE


def test_a_group_is_not_said_to_come_from_a_stranger_as_a_whole() -> None:
    """It may but lie on what comes from one, which lands or leaves without it."""
    run = of_group(situation(WaitingForTrust()))
    assert "ommit comes from" not in run.title + run.summary
    assert "Not all that the group would land is known to come from" in run.summary
    assert "again once that has landed or left the queue" in TRUST


def test_who_stands_behind_it_and_what_it_means_to_change_is_said_elsewhere() -> None:
    assert ended(WaitingForTrust()) == [TRUST]
    assert ended(WaitingForTarget(("conv",))) == [NAME_TARGETS]
