"""Ablations that cannot be finished: lost trials and spent budgets."""

import pytest

from bot.domain.arms import Branch as Whole
from bot.domain.arms import Without
from bot.domain.plan import Slot
from bot.domain.policy import Ablation, Budget, Policy
from bot.domain.verdict import Reason, Ruling
from tests.fakes.branches import Branch
from tests.fakes.policies import mode, policy
from tests.unit.domain.evaluation.story import Story, change, effect, of
from workers.contract import Infra, InfraReason, TrialResult

HIDDEN = {"A": -0.4, "B": 0.9}
STATES = [("block", Ruling.UNDECIDED), ("report", Ruling.PASS)]


def without_c(slot: Slot) -> bool:
    return slot.arm == Without("C") and slot.position == 2


@pytest.mark.parametrize(("shadowed", "state"), STATES)
def test_a_change_whose_trials_are_lost_is_not_estimable_and_never_drops_silently(
    shadowed: str, state: Ruling
) -> None:
    story = Story(Branch("ABC"), {}, policy(shadowed=shadowed), lost=without_c)
    verdict = story.end()
    why = change(verdict, "C").why_not
    assert why == "a trial without it got lost to the machine (The disk is full)"
    assert effect(verdict, "A").state is Ruling.PASS
    assert verdict.state is state
    (one,) = of(verdict, Reason.TRIALS_LOST)
    assert (one.mode, one.evidence["lost"]) == ("mlp", 1)
    assert (one.state is Ruling.INFO) is (shadowed == "report")


def test_a_block_stands_where_trials_of_a_change_are_lost() -> None:
    verdict = Story(Branch("ABC"), {"A": -0.5}, lost=without_c).end()
    assert verdict.state is Ruling.BLOCK
    (lost,) = of(verdict, Reason.TRIALS_LOST)
    assert (lost.state, lost.evidence["shadowed"]) == (Ruling.INFO, True)
    assert [one.change for one in of(verdict, Reason.CHANGE_SUSPECT)] == ["A"]


def test_a_lost_trial_leaves_the_boundaries_of_the_others_as_they_were() -> None:
    whole = Story(Branch("ABC"), HIDDEN).end()
    short = Story(Branch("ABC"), HIDDEN, lost=without_c).end()
    assert effect(whole, "A").level == effect(short, "A").level
    assert effect(whole, "A").reason is Reason.CHANGE_HARMFUL


class Trembling(Story):
    """The branch without A swings so widely that A takes many looks."""

    def metrics(self, slot: Slot) -> dict[str, float]:
        wide = 0.15 * (-1) ** slot.position * (slot.arm == Without("A"))
        return {"loss": super().metrics(slot)["loss"] + wide}


def test_changes_that_need_a_lost_trial_of_the_whole_branch_end_at_their_look() -> None:
    def fifth(slot: Slot) -> bool:
        return slot.arm == Whole() and slot.position == 4

    verdict = Trembling(Branch("AB"), {}, lost=fifth).end()
    why = "a trial of the whole branch got lost to the machine (The disk is full)"
    assert change(verdict, "A").why_not == why
    assert effect(verdict, "B").state is Ruling.PASS
    assert verdict.state is Ruling.UNDECIDED


class Silent(Story):
    """Nobody knows what took the trials that are lost."""

    gone = TrialResult(Infra(InfraReason.NODE_LOST, ""))


def test_a_trial_that_was_lost_without_a_word_is_said_all_the_same() -> None:
    verdict = Silent(Branch("ABC"), {}, lost=without_c).end()
    assert change(verdict, "C").why_not.endswith("got lost to the machine")


def spending(trials: int, **changes: object) -> Policy:
    return policy(budget=Budget(trials=trials), **changes)


@pytest.mark.parametrize(("shadowed", "state"), STATES)
def test_a_branch_whose_changes_were_not_paid_for_is_not_proven_clean(
    shadowed: str, state: Ruling
) -> None:
    story = Story(Branch("AB"), {}, spending(12, shadowed=shadowed))
    verdict = story.end()
    assert len(story.results) == 12
    assert [one.state for one in verdict.modes] == [Ruling.PASS]
    assert verdict.state is state
    (one,) = of(verdict, Reason.BUDGET_SPENT)
    assert (one.evidence["spent"], one.evidence["limit"]) == (12, 12)
    assert (one.state is Ruling.INFO) is (shadowed == "report")
    assert one.evidence["changes"] == ("A", "B")
    assert of(verdict, Reason.CHANGE_NOT_ESTIMABLE) == []
    unpaid = change(verdict, "A")
    assert unpaid.estimable
    assert unpaid.why_not == "the budget was spent before its first look"


def test_what_the_budget_leaves_of_an_ablation_is_named() -> None:
    class Wide(Trembling):
        """A takes many looks, B and C one."""

    verdict = Wide(Branch("ABC"), {}, spending(24)).end()
    (one,) = of(verdict, Reason.BUDGET_SPENT)
    assert one.evidence["changes"] == ("A",)
    assert effect(verdict, "A").reason is None
    alone = Story(Branch("ABC"), HIDDEN, spending(22)).end()
    (one,) = of(alone, Reason.BUDGET_SPENT)
    assert (one.evidence["changes"], one.evidence["groups"]) == ((), ())


def test_a_blocked_branch_stays_blocked_when_the_budget_ends_its_ablation() -> None:
    verdict = Story(Branch("AB"), {"A": -0.5}, spending(8)).end()
    assert verdict.state is Ruling.BLOCK
    (spent,) = of(verdict, Reason.BUDGET_SPENT)
    assert (spent.state, spent.evidence["shadowed"]) == (Ruling.INFO, True)


@pytest.mark.parametrize(
    "rules",
    [
        {"shadowed": "report"},
        {"ablation": Ablation(when="on-fail")},
    ],
)
def test_where_hidden_harm_would_not_block_nothing_of_it_is_missing(
    rules: dict[str, object],
) -> None:
    verdict = Story(Branch("AB"), {"A": -0.5}, spending(8, **rules)).end()
    (spent,) = of(verdict, Reason.BUDGET_SPENT)
    assert (spent.state, "shadowed" in spent.evidence) == (Ruling.INFO, False)


def test_harm_that_was_shown_before_the_budget_was_spent_blocks() -> None:
    verdict = Story(Branch("ABC"), HIDDEN, spending(22)).end()
    assert verdict.state is Ruling.BLOCK
    assert [one.change for one in of(verdict, Reason.CHANGE_HARMFUL)] == ["A"]
    assert [one.state for one in of(verdict, Reason.BUDGET_SPENT)] == [Ruling.INFO]
    assert effect(verdict, "A").single is None


def test_a_budget_that_leaves_no_halves_leaves_the_group_that_does_harm() -> None:
    verdict = Story(Branch("abcdefgh", most=2), {"c": -0.4, "h": 0.9}, spending(16))
    told = verdict.end()
    assert told.state is Ruling.BLOCK
    (group,) = of(told, Reason.CHANGE_HARMFUL)
    assert (group.change, group.evidence["halving"]) == ("a+b+c+d", "budget")
    (spent,) = of(told, Reason.BUDGET_SPENT)
    assert spent.evidence["groups"] == ("a+b+c+d",)
    assert verdict.branch.asked == []


def test_a_group_whose_halves_the_budget_ended_says_so() -> None:
    story = Story(Branch("abcdefgh", most=2), {"c": -0.4, "h": 0.9}, spending(18))
    told = story.end()
    assert story.branch.asked == ["a+b+c+d"]
    (group,) = of(told, Reason.CHANGE_HARMFUL)
    assert group.evidence["halving"] == "budget"
    assert change(told, "c+d").why_not == "the budget was spent before its first look"
    (spent,) = of(told, Reason.BUDGET_SPENT)
    assert spent.evidence["changes"] == ("a+b", "c+d")


def test_a_budget_that_is_just_enough_is_not_said_to_be_spent() -> None:
    enough = Story(Branch("AB"), HIDDEN)
    enough.end()
    verdict = Story(Branch("AB"), HIDDEN, spending(len(enough.results))).end()
    assert of(verdict, Reason.BUDGET_SPENT) == []
    assert verdict.state is Ruling.BLOCK


def test_a_budget_that_ended_a_mode_is_said_once() -> None:
    class Wide(Story):
        def metrics(self, slot: Slot) -> dict[str, float]:
            wide = 0.3 * (-1) ** slot.position * (slot.arm == Whole())
            shown = super().metrics(slot)["loss"]
            return {"loss": shown + wide * (slot.mode == "conv")}

    both = (mode("mlp"), mode("conv"))
    rules = policy(*both, budget=Budget(trials=18))
    verdict = Wide(Branch("AB"), {}, rules).end()
    assert len(of(verdict, Reason.BUDGET_SPENT)) == 1
