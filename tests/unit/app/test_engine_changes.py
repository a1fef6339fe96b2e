"""The engine on branches that are taken apart: stored, killed, halved, gone on with."""

import dataclasses
from collections import Counter

import pytest

from bot.app.engine import Evaluated, adopt, evaluate, halving
from bot.domain.arms import Baseline, Without
from bot.domain.plan import Plan, Trees
from bot.domain.policy import Ablation
from bot.domain.verdict import Reason, Ruling
from tests.fakes.branches import Branch, planned, tree, value
from tests.fakes.clock import ScriptedPulse
from tests.fakes.policies import policy
from tests.unit.app.test_engine import Laptop
from workers.contract import Ok, TrialResult, TrialSpec, TrialState

EIGHT = "abcdefgh"
HIDDEN = {"c": -0.4, "h": 0.9}


def gaining(effects: dict[str, float]) -> Laptop:
    def run(spec: TrialSpec) -> TrialResult:
        return TrialResult(Ok(), {"loss": value(spec.tree, spec.seed, effects)})

    return Laptop(run)


def judge(laptop: Laptop, branch: Branch, here: Plan | None = None) -> Evaluated:
    return evaluate(
        here or planned(branch),
        laptop.store,
        laptop.pulse,
        laptop.ticks.append,
        halving(branch),
    )


def guilty(done: Evaluated) -> list[str | None]:
    found = done.verdict.findings
    return [one.change for one in found if one.reason is Reason.CHANGE_HARMFUL]


def keys(laptop: Laptop) -> list[str]:
    return [spec.key for spec in laptop.ran]


def test_the_harmful_part_of_a_branch_that_passes_is_found_through_the_store() -> None:
    laptop, branch = gaining(HIDDEN), Branch("ch")
    done = judge(laptop, branch)
    assert (done.verdict.state, guilty(done)) == (Ruling.BLOCK, ["c"])
    assert done.verdict.modes[0].state is Ruling.PASS


def test_arms_with_equal_trees_share_their_trials_and_each_is_counted_once() -> None:
    laptop, branch = gaining(HIDDEN), Branch("ch")
    done = judge(laptop, branch)
    assert len(keys(laptop)) == len(set(keys(laptop)))
    assert done.cost.trials_run == len(laptop.ran)
    shown = Counter(type(one.arm).__name__ for one in done.trials)
    assert shown["Only"] > 0
    assert len(done.trials) > len(laptop.ran)
    assert not [spec for spec in laptop.ran if spec.arm.startswith("only")]


def test_groups_are_halved_and_whoever_watches_sees_the_plan_grow() -> None:
    laptop, branch = gaining(HIDDEN), Branch(EIGHT, most=2)
    done = judge(laptop, branch)
    assert guilty(done) == ["a+b+c+d", "c+d", "c"]
    assert branch.asked == ["a+b+c+d", "c+d"]
    sizes = [len(tick.plan.changes) for tick in laptop.ticks]
    assert (sizes[0], sizes[-1]) == (2, 6)


def test_a_killed_evaluation_goes_on_with_the_same_halves() -> None:
    whole, laptop = gaining(HIDDEN), gaining(HIDDEN)
    expected = judge(whole, Branch(EIGHT, most=2))
    first = Branch(EIGHT, most=2)

    def die_while_halves_are_judged() -> None:
        laptop.work()
        if first.asked and len(laptop.ran) > 26:
            raise KeyboardInterrupt

    doomed = ScriptedPulse(die_while_halves_are_judged)
    with pytest.raises(KeyboardInterrupt):
        evaluate(
            planned(first),
            laptop.store,
            doomed,
            laptop.ticks.append,
            halving(first),
        )
    assert first.asked
    second = Branch(EIGHT, most=2)
    done = judge(laptop, second)
    assert second.asked == ["a+b+c+d", "c+d"]
    assert done.verdict == expected.verdict
    assert len(keys(laptop)) == len(set(keys(laptop)))
    assert set(keys(laptop)) == set(keys(whole))


def test_halves_that_have_started_go_on_where_another_one_is_to_judge_them() -> None:
    """It takes them over before it comes to them, and whoever had them leaves."""
    branch, laptop = Branch(EIGHT, most=2), gaining(HIDDEN)
    started: list[TrialSpec] = []

    def stop_while_halves_run() -> None:
        if not branch.asked:
            laptop.work()
            return
        for claim in laptop.store.claim(4):
            laptop.store.advance(claim.attempt, TrialState.RUNNING)
            started.append(claim.spec)
        raise KeyboardInterrupt

    here, doomed = planned(branch), ScriptedPulse(stop_while_halves_run)
    with pytest.raises(KeyboardInterrupt):
        evaluate(here, laptop.store, doomed, laptop.ticks.append, halving(branch))
    other = dataclasses.replace(here, targeted=frozenset({"mlp"}))
    adopt(other, laptop.store, 0.0, halving(branch))
    laptop.store.withdraw(here.evaluation)
    found = laptop.store.find([one.key for one in started]).values()
    assert len(found) == 4
    assert {one.state for one in found} == {TrialState.RUNNING}


def test_a_second_run_asks_for_the_same_halves_and_trains_nothing() -> None:
    laptop = gaining(HIDDEN)
    first = judge(laptop, Branch(EIGHT, most=2))
    ran = len(laptop.ran)
    laptop.pulse.wait()
    again = judge(laptop, Branch(EIGHT, most=2))
    assert (again.verdict, len(laptop.ran)) == (first.verdict, ran)
    assert again.cost.trials_run == 0


def test_what_was_judged_without_its_ablation_is_another_report_of_its_trials() -> None:
    laptop, branch = gaining(HIDDEN), Branch("ch")
    whole = planned(branch)
    bare = dataclasses.replace(whole, changes=(), narrowed=("the ablation",))
    first = judge(laptop, branch, bare)
    assert first.verdict.state is Ruling.UNDECIDED
    assert {spec.arm for spec in laptop.ran} == {"baseline", "branch"}
    before = list(keys(laptop))
    laptop.pulse.wait()
    done = judge(laptop, branch)
    assert bare.evaluation != whole.evaluation
    assert (done.verdict.state, guilty(done)) == (Ruling.BLOCK, ["c"])
    assert keys(laptop)[: len(before)] == before
    later = [spec.arm for spec in laptop.ran[len(before) :]]
    assert all(arm.startswith("without") for arm in later)


def test_nobody_to_halve_a_group_leaves_the_answer_of_the_group() -> None:
    laptop, branch = gaining(HIDDEN), Branch(EIGHT, most=2)
    here = planned(branch)
    done = evaluate(here, laptop.store, laptop.pulse, laptop.ticks.append)
    assert guilty(done) == ["a+b+c+d"]


def test_the_arms_of_halves_get_what_else_they_need_before_they_are_trained() -> None:
    laptop, branch = gaining(HIDDEN), Branch(EIGHT, most=2)
    seen: list[int] = []

    def completed(here: Plan) -> Plan:
        seen.append(len(here.changes))
        return here

    evaluate(
        planned(branch),
        laptop.store,
        laptop.pulse,
        laptop.ticks.append,
        halving(branch, completed),
    )
    assert seen == [4, 6]


def test_no_change_is_left_out_where_the_policy_never_wants_it() -> None:
    laptop, branch = gaining(HIDDEN), Branch("ch")
    done = judge(
        laptop, branch, planned(branch, policy(ablation=Ablation(when="never")))
    )
    assert done.verdict.state is Ruling.PASS
    assert {spec.arm for spec in laptop.ran} == {"baseline", "branch"}


def test_a_stored_baseline_that_is_passed_over_serves_no_other_arm_either() -> None:
    """The branch without its one group is the base, and so has the base's trials."""

    def drifted(spec: TrialSpec) -> TrialResult:
        return TrialResult(Ok(), {"loss": value(spec.tree, spec.seed, {}) + 50.0})

    laptop, branch = gaining({}), Branch("ab", most=1)
    plain, laptop.script = laptop.script, drifted
    other = Trees("base-commit", "tree", tree("z"), "/objects")
    judge(laptop, branch, planned(branch, trees=other, changes=()))
    laptop.script = plain
    laptop.pulse.wait()
    done = judge(laptop, branch)
    assert [one for one in done.verdict.findings if one.reason is Reason.CANARY_OUTSIDE]
    by_place = {(one.arm, one.position): one.key for one in done.trials}
    for position in range(4):
        base, same = by_place[Baseline(), position], (Without("a+b"), position)
        assert by_place[same] == base
    assert done.verdict.state is Ruling.PASS
