"""The plan of a branch that is taken apart: its slots, its id, its halves."""

import dataclasses

import pytest

from bot.domain.arms import Only, Without
from bot.domain.plan import reachable, spec_of
from bot.domain.policy import Ablation
from tests.fakes.branches import Branch, planned
from tests.fakes.policies import mode, plan, policy

EIGHT = "abcdefgh"


def arms(branch: Branch, said: str = "on-pass") -> set[object]:
    rules = policy(ablation=Ablation(when=said))
    slots = reachable(planned(branch, rules), mode())
    return {slot.arm for slot in slots if isinstance(slot.arm, Without | Only)}


def test_every_change_with_a_tree_can_be_left_out_and_taken_alone() -> None:
    assert arms(Branch("ab")) == {Without("a"), Without("b"), Only("a"), Only("b")}
    found = arms(Branch("abc", stuck="b", lonely="a", inert="c"))
    assert found == {Without("a"), Only("b")}


def test_changes_are_left_out_on_no_more_seeds_than_are_planned() -> None:
    here = planned(Branch("ab"), more=5)
    slots = reachable(here, mode())
    most = {slot.arm: slot.position for slot in slots}
    assert most[Without("a")] == 7
    assert max(most.values()) == 12


@pytest.mark.parametrize("branch", [Branch("a"), Branch("abc", inert="bc")])
def test_one_change_alone_is_nothing_to_take_apart(branch: Branch) -> None:
    assert not planned(branch).ablated
    assert arms(branch) == set()


def test_a_policy_that_never_wants_it_reaches_no_such_slot() -> None:
    assert arms(Branch("ab"), "never") == set()


def test_one_group_can_be_taken_apart() -> None:
    assert planned(Branch("ab", most=1)).ablated


def test_halves_are_further_changes_and_the_group_stays() -> None:
    branch = Branch(EIGHT, most=2)
    here = planned(branch)
    more = here.halved("a+b+c+d", branch.halved("a+b+c+d"))
    assert [one.id for one in more.first_cut] == ["a+b+c+d", "e+f+g+h"]
    assert [one.id for one in more.changes[2:]] == ["a+b", "c+d"]
    assert more.inside == {"a+b": "a+b+c+d", "c+d": "a+b+c+d"}


def test_halving_goes_on_with_the_same_evaluation() -> None:
    branch = Branch(EIGHT, most=2)
    here = planned(branch)
    more = here.halved("a+b+c+d", branch.halved("a+b+c+d"))
    assert more.evaluation == here.evaluation
    assert here.halved("a+b+c+d", ()).evaluation == here.evaluation


def test_an_evaluation_without_its_ablation_is_another_one() -> None:
    here = planned(Branch("ab"))
    bare = dataclasses.replace(here, changes=())
    assert here.evaluation != bare.evaluation


def test_a_branch_of_one_change_is_the_same_evaluation_with_and_without() -> None:
    here = planned(Branch("a"))
    assert here.evaluation == dataclasses.replace(here, changes=()).evaluation
    assert plan().evaluation == dataclasses.replace(plan(), found=3).evaluation


def test_a_branch_that_shares_the_seeds_of_another_is_an_evaluation_of_its_own() -> (
    None
):
    here = planned(Branch("ab"))
    assert dataclasses.replace(here, pool="f" * 40).evaluation != here.evaluation


def test_what_is_judged_for_another_is_its_own_evaluation_on_the_same_trials() -> None:
    here = dataclasses.replace(planned(Branch("ab")), whose="1#3@aaa")
    there = dataclasses.replace(here, whose="1#6@bbb")
    assert there.evaluation != here.evaluation
    assert there.comparison == here.comparison
    slots = reachable(here, mode())
    assert [spec_of(there, one).key for one in slots] == [
        spec_of(here, one).key for one in slots
    ]


def test_of_changes_that_were_named_no_others_are_trained() -> None:
    rules = policy(ablation=Ablation(when="on-pass"))
    here = dataclasses.replace(planned(Branch("abc"), rules), apart=("b",))
    slots = reachable(here, mode())
    found = {slot.arm for slot in slots if isinstance(slot.arm, Without | Only)}
    assert found == {Without("b"), Only("b")}
    assert [one.id for one in here.asked_cut] == ["b"]
    assert here.ablated


def test_changes_that_were_named_make_another_evaluation() -> None:
    here = planned(Branch("abc"))
    some = dataclasses.replace(here, apart=("b", "a"))
    assert some.evaluation != here.evaluation
    again = dataclasses.replace(here, apart=("a", "b"))
    assert some.evaluation == again.evaluation
