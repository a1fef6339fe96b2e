"""Too many changes: groups are judged, and a group that is flagged is halved."""

import pytest

from bot.domain.arms import Only, Without
from bot.domain.plan import Slot, tree_of
from bot.domain.verdict import Reason, Ruling
from tests.fakes.branches import Branch, parts
from tests.fakes.policies import mode, policy
from tests.unit.domain.evaluation.story import Story, change, of

EIGHT = "abcdefgh"
HIDDEN = {"c": -0.4, "h": 0.9}


def flagged(story: Story) -> list[str | None]:
    return [one.change for one in of(story.end(), Reason.CHANGE_HARMFUL)]


def test_a_flagged_group_is_halved_until_the_one_change_is_found() -> None:
    story = Story(Branch(EIGHT, most=2), HIDDEN)
    assert flagged(story) == ["a+b+c+d", "c+d", "c"]
    assert story.branch.asked == ["a+b+c+d", "c+d"]
    assert [step.refine for step in story.steps if step.refine] == [
        ("a+b+c+d",),
        ("c+d",),
    ]


def test_groups_keep_their_answers_and_halves_follow_in_the_branch_s_order() -> None:
    verdict = Story(Branch(EIGHT, most=2), HIDDEN).end()
    assert [one.id for one in verdict.changes] == [
        *("a+b+c+d", "a+b", "c+d", "c", "d", "e+f+g+h")
    ]
    harmless = change(verdict, "a+b").effects[0]
    assert harmless.state is Ruling.PASS
    assert verdict.state is Ruling.BLOCK


def test_groups_that_nobody_flags_stay_whole() -> None:
    story = Story(Branch(EIGHT, most=2), {"h": 0.9})
    assert flagged(story) == []
    assert story.branch.asked == []
    assert {arm for arm in story.cost if "without" in arm} == {
        "without:a+b+c+d",
        "without:e+f+g+h",
    }


def test_only_the_change_that_is_left_is_taken_alone() -> None:
    story = Story(Branch(EIGHT, most=4), HIDDEN)
    story.end()
    alone = {slot.arm for slot in story.facts().trials if isinstance(slot.arm, Only)}
    assert alone == {Only("c")}


def test_the_same_trials_lead_to_the_same_halves() -> None:
    story = Story(Branch(EIGHT, most=2), HIDDEN)
    verdict = story.end()
    again = Story(Branch(EIGHT, most=2), HIDDEN)
    again.results = story.results
    assert again.end() == verdict
    assert again.branch.asked == story.branch.asked
    assert all(step.wanted == () for step in again.steps)


def test_a_step_that_asks_for_halves_wants_and_withdraws_nothing() -> None:
    story = Story(Branch(EIGHT, most=2), HIDDEN)
    step = story.until(lambda one: bool(one.refine))
    assert (step.wanted, step.cancel, step.verdict) == ((), (), None)


def test_a_group_that_nobody_can_halve_is_asked_for_once() -> None:
    story = Story(Branch(EIGHT, most=2, whole=True), HIDDEN)
    (found,) = of(story.end(), Reason.CHANGE_HARMFUL)
    assert (found.change, found.evidence["halving"]) == ("a+b+c+d", "unjudged")
    assert story.branch.asked == ["a+b+c+d"]
    assert Only("a+b+c+d") in {slot.arm for slot in story.facts().trials}


def test_a_half_that_does_not_apply_is_said_and_the_other_is_judged() -> None:
    verdict = Story(Branch(EIGHT, most=2, stuck=["c+d"]), HIDDEN).end()
    assert change(verdict, "c+d").why_not == "it does not apply"
    assert change(verdict, "a+b").estimable
    (found,) = of(verdict, Reason.CHANGE_HARMFUL)
    assert (found.change, found.evidence["halving"]) == ("a+b+c+d", "unjudged")


def test_a_group_whose_halves_do_nothing_by_themselves_says_that_they_were_judged() -> (
    None
):
    class Redundant(Story):
        """b costs what c costs, and both together no more: either is enough."""

        def metrics(self, slot: Slot) -> dict[str, float]:
            held = parts(tree_of(self.plan, slot.arm))
            both = 0.4 * bool({"b", "c"} & {*held})
            return {"loss": super().metrics(slot)["loss"] + both}

    verdict = Redundant(Branch(EIGHT, most=2), {"h": 0.9}).end()
    (found,) = of(verdict, Reason.CHANGE_HARMFUL)
    assert (found.change, found.evidence["halving"]) == ("a+b+c+d", "judged")
    assert change(verdict, "a+b").inside == "a+b+c+d"
    assert change(verdict, "a+b+c+d").parts == tuple("abcd")


def test_halves_that_leave_no_trace_are_said_and_not_trained() -> None:
    story = Story(Branch(EIGHT, most=2, inert="ab"), HIDDEN)
    verdict = story.end()
    assert [one.change for one in of(verdict, Reason.CHANGE_INERT)] == ["a+b"]
    assert story.cost["without:a+b"] == 0


def test_halves_are_judged_only_in_the_mode_that_flagged_their_group() -> None:
    class Different(Story):
        """What the changes do in `conv` is nothing."""

        def metrics(self, slot: Slot) -> dict[str, float]:
            plain = {"loss": 1.0 + slot.position / 1e3}
            return dict(super().metrics(slot)) if slot.mode == "mlp" else plain

    rules = policy(mode("mlp"), mode("conv"))
    story = Different(Branch(EIGHT, most=2), HIDDEN, rules)
    story.end()
    halves = [s for s in story.facts().trials if s.arm == Without("c+d")]
    assert {slot.mode for slot in halves} == {"mlp"}


def test_one_group_of_everything_is_the_branch_against_its_base() -> None:
    story = Story(Branch("ab", most=1), {"a": -0.5, "b": 0.0})
    verdict = story.end()
    assert [one.change for one in of(verdict, Reason.CHANGE_SUSPECT)] == ["a+b", "a"]
    assert story.cost["without:a+b"] == 0


def test_each_half_has_half_of_the_place_of_its_group() -> None:
    story = Story(Branch(EIGHT, most=2), HIDDEN)
    found = of(story.end(), Reason.CHANGE_HARMFUL)
    assert [one.evidence["family"] for one in found] == [2, 2, 2]
    assert [one.evidence["share"] for one in found] == [1, 2, 4]
    assert [one.evidence.get("inside") for one in found] == [None, "a+b+c+d", "c+d"]
    assert [one.evidence.get("parts") for one in found] == [
        *(tuple("abcd"), tuple("cd"), None)
    ]
    assert [one.evidence.get("halving") for one in found] == [None, None, None]
    levels = [float(str(one.evidence["level"])) for one in found]
    assert levels[1] == pytest.approx(levels[0] / 2, rel=0.05)
    assert levels[2] == pytest.approx(levels[1] / 2, rel=0.05)


def test_a_group_that_crashes_the_branch_is_halved_down_to_the_change() -> None:
    def with_c(slot: Slot) -> bool:
        return "c" in parts(tree_of(story.plan, slot.arm))

    rules = policy(looks=tuple(range(4, 21)))
    story = Story(Branch(EIGHT, most=2), {}, rules, broken=with_c)
    verdict = story.end()
    found = [one.change for one in of(verdict, Reason.MORE_FAILURES) if one.change]
    assert found == ["a+b+c+d", "c+d", "c"]


def test_two_groups_that_act_on_each_other_are_told_although_one_was_halved() -> None:
    class Acting(Story):
        """Together the groups lose more than each alone."""

        def metrics(self, slot: Slot) -> dict[str, float]:
            both = len(parts(tree_of(self.plan, slot.arm))) == len(EIGHT)
            return {"loss": super().metrics(slot)["loss"] + 0.3 * both}

    verdict = Acting(Branch(EIGHT, most=2), {"c": -0.5, "h": 0.9}).end()
    (one,) = of(verdict, Reason.INTERACTION)
    assert (one.evidence["first"], one.evidence["second"]) == ("a+b+c+d", "e+f+g+h")
    assert change(verdict, "c+d").effects[0].state is Ruling.BLOCK
