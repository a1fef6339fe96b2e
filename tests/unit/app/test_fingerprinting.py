"""All modes of a plan fingerprinted through the store: few runs, and who did it."""

import dataclasses
from collections.abc import Callable, Mapping

import pytest

from bot.app.fingerprinting import (
    Fingerprinted,
    equivalence_of,
    fingerprint,
    judge_behaviours,
)
from bot.domain.changes import Change, ChangedLines, PlannedChange
from bot.domain.plan import Plan
from bot.domain.policy import Invasive
from bot.domain.verdict import Behaviour, Fingerprint, Reason, Ruling
from tests.fakes.policies import mode, plan, policy
from tests.unit.app.test_engine import Laptop, losing
from tests.unit.domain.invasiveness.runs import crashed, lost, ran, steps
from workers.contract import (
    Failed,
    FailureReason,
    ProbeKind,
    TrialResult,
    TrialSpec,
)

TWO = policy(mode("mlp"), mode("gru"))
PLAN = plan(TWO)
SAME, MOVED, CHANGED = ran(), ran(steps(since=4, loss=(9.9).hex())), ("gru",)
LINES = (ChangedLines("train.py", (3, 4), (3,)),)
Script = Callable[[TrialSpec], TrialResult]


def trees(bad: Mapping[str, tuple[str, ...]]) -> Script:
    """Runs by tree: the modes of which each tree changes the behaviour."""

    def run(spec: TrialSpec) -> TrialResult:
        return MOVED if spec.mode in bad.get(spec.tree, ()) else SAME

    return run


def look(laptop: Laptop, here: Plan = PLAN, **options: object) -> Fingerprinted:
    return fingerprint(
        here,
        laptop.store,
        laptop.pulse,
        lambda stored: None,
        **options,  # type: ignore[arg-type]
    )


def kinds(found: Fingerprinted) -> dict[str, str]:
    return {name: str(seen.fingerprint) for name, seen in found.behaviours.items()}


def ran_arms(laptop: Laptop) -> list[tuple[str, str, int]]:
    return [(spec.mode, spec.arm, spec.replicate) for spec in laptop.ran]


def test_where_nothing_changed_two_runs_a_mode_are_enough() -> None:
    laptop = Laptop(trees({}))
    found = look(laptop)
    assert kinds(found) == {"mlp": "identical", "gru": "identical"}
    assert ran_arms(laptop) == [
        ("mlp", "baseline", 0),
        ("mlp", "branch", 0),
        ("gru", "baseline", 0),
        ("gru", "branch", 0),
    ]
    assert all(spec.probe for spec in laptop.ran)
    assert len(found.trials) == 4


def test_both_run_again_only_where_the_branch_differs() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED}))
    found = look(laptop)
    assert kinds(found) == {"mlp": "identical", "gru": "changed"}
    assert ran_arms(laptop)[4:] == [("gru", "baseline", 1), ("gru", "branch", 1)]


def test_a_branch_that_differs_in_one_of_two_runs_is_not_called_changed() -> None:
    def moody(spec: TrialSpec) -> TrialResult:
        odd = spec.arm == "branch" and not spec.replicate
        return {"mlp": MOVED, "gru": crashed()}[spec.mode] if odd else SAME

    found = look(Laptop(moody)).behaviours
    assert {str(one.fingerprint) for one in found.values()} == {"unknown"}
    assert found["mlp"].why == (
        "two runs of the branch differ from step 4 on, first in the loss, and one of"
        " them is that of the base"
    )
    assert found["gru"].why == (
        "the branch fails in one of two runs: NameError: no such name"
    )


def test_a_branch_that_never_repeats_itself_where_the_base_does_is_changed() -> None:
    count = iter(range(100))

    def restless(spec: TrialSpec) -> TrialResult:
        moved = ran(steps(since=2, loss=float(next(count)).hex()))
        return moved if spec.arm == "branch" else SAME

    assert set(kinds(look(Laptop(restless))).values()) == {"changed"}


def test_a_branch_that_runs_out_of_time_may_only_have_been_waiting() -> None:
    slow = TrialResult(Failed(FailureReason.TIMEOUT, "It ran longer than 60 s."))

    def late(spec: TrialSpec) -> TrialResult:
        return slow if spec.arm == "branch" else SAME

    found = look(Laptop(late)).behaviours["mlp"]
    assert (str(found.fingerprint), found.why) == (
        "unknown",
        "the branch ran out of time before its steps were seen",
    )


def test_a_mode_that_does_not_repeat_itself_is_unknown() -> None:
    count = iter(range(100))

    def restless(spec: TrialSpec) -> TrialResult:
        return ran(steps(since=2, loss=float(next(count)).hex()))

    found = look(Laptop(restless))
    assert set(kinds(found).values()) == {"unknown"}
    assert "two runs of the base differ" in found.behaviours["mlp"].why


def test_a_run_that_was_lost_makes_its_mode_unknown_and_no_other() -> None:
    def losing_one(spec: TrialSpec) -> TrialResult:
        gone = spec.mode == "gru" and spec.arm == "branch"
        return lost() if gone else SAME

    found = look(Laptop(losing_one))
    assert kinds(found) == {"mlp": "identical", "gru": "unknown"}


def test_a_branch_that_crashes_is_changed() -> None:
    laptop = Laptop(lambda spec: crashed() if spec.arm == "branch" else SAME)
    assert set(kinds(look(laptop)).values()) == {"changed"}


def test_a_second_call_runs_nothing() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED}))
    first = look(laptop)
    ran_once = len(laptop.ran)
    assert look(laptop).behaviours == first.behaviours
    assert len(laptop.ran) == ran_once


# Stored runs of the base


def other_branch() -> Plan:
    moved = dataclasses.replace(PLAN.trees, merged_tree="other-tree")
    return dataclasses.replace(PLAN, trees=moved)


def test_the_next_branch_on_the_same_base_runs_only_its_own() -> None:
    laptop = Laptop(trees({}))
    look(laptop)
    before = len(laptop.ran)
    look(laptop, other_branch())
    assert {spec.arm for spec in laptop.ran[before:]} == {"branch"}


def test_of_two_runs_of_the_base_one_is_always_of_this_evaluation() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED, "other-tree": CHANGED}))
    look(laptop)
    before = len(laptop.ran)
    look(laptop, other_branch())
    mine = [row for row in ran_arms(laptop)[before:] if row[1] == "baseline"]
    assert mine == [("gru", "baseline", 2)]


def test_with_lines_to_watch_the_first_run_is_its_own_and_a_stored_second_serves() -> (
    None
):
    script = trees({"merged-tree": CHANGED, "other-tree": CHANGED})
    laptop = Laptop(script)
    look(laptop, lines=LINES)
    base = [spec for spec in laptop.ran if spec.arm == "baseline"]
    lines = [spec.probe.lines for spec in base if spec.probe]
    assert lines == [(("train.py", (3, 4)),)] * 2 + [()]
    before = len(laptop.ran)
    look(laptop, other_branch(), lines=(ChangedLines("train.py", (9,), ()),))
    ours = [row[1:] for row in ran_arms(laptop)[before:]]
    assert ours == [("baseline", 0), ("branch", 0)] * 2 + [("branch", 1)]


def test_lines_that_ran_are_told_of_those_that_there_are() -> None:
    def tracing(spec: TrialSpec) -> TrialResult:
        assert spec.probe is not None
        return ran(executed=spec.probe.lines)

    found = look(Laptop(tracing), lines=LINES).behaviours["mlp"]
    assert (found.executed, found.changed_lines) == (3, 3)
    plain = look(Laptop(tracing)).behaviours["mlp"]
    assert (plain.executed, plain.changed_lines) == (None, None)


# Who did it


def cut(*names: str, **parts: object) -> Plan:
    changes = tuple(
        PlannedChange(Change(one, title=f"Title of {one}"), f"no-{one}", f"only-{one}")
        for one in names
    )
    targeted = frozenset({"mlp"})
    return dataclasses.replace(PLAN, changes=changes, targeted=targeted, **parts)  # type: ignore[arg-type]


def test_the_only_change_did_it_and_nothing_more_is_run() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED}))
    found = look(laptop, cut("a"))
    assert found.behaviours["gru"].changed_by == ("a",)
    assert len(laptop.ran) == 6


def test_the_change_without_which_the_mode_is_as_before_did_it() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED, "no-a": CHANGED}))
    found = look(laptop, cut("a", "b"))
    assert found.behaviours["gru"].changed_by == ("b",)
    arms = [row[:2] for row in ran_arms(laptop)[6:]]
    assert arms == [("gru", "without:a"), ("gru", "without:b")]


def test_two_changes_that_each_do_it_are_both_named() -> None:
    everywhere = ("merged-tree", "no-a", "no-b", "no-c", "only-a", "only-b")
    laptop = Laptop(trees(dict.fromkeys(everywhere, CHANGED)))
    found = look(laptop, cut("a", "b", "c"))
    assert found.behaviours["gru"].changed_by == ("a", "b")


def test_a_change_without_a_tree_is_said_to_have_none() -> None:
    laptop = Laptop(trees({"merged-tree": CHANGED, "no-a": CHANGED}))
    here = cut("a", "b")
    stuck = dataclasses.replace(here.changes[1], without=None, only=None)
    here = dataclasses.replace(here, changes=(here.changes[0], stuck))
    found = look(laptop, here).behaviours["gru"]
    assert (found.changed_by, found.why) == (
        (),
        "there is no tree without the change b",
    )


def test_nobody_looks_for_who_changed_a_target() -> None:
    laptop = Laptop(trees({"merged-tree": ("mlp",)}))
    found = look(laptop, cut("a", "b")).behaviours["mlp"]
    assert (found.changed_by, found.why) == ((), "")
    assert len(laptop.ran) == 6


# What follows


def test_a_plan_is_judged_by_its_targets_its_policy_and_its_titles() -> None:
    moved = Behaviour(Fingerprint.CHANGED, quantity="loss", changed_by=("a",))
    judged = judge_behaviours(cut("a"), {"gru": moved})
    (found,) = judged.of("gru")
    assert (found.reason, found.state) == (Reason.MODE_INVASIVE, Ruling.BLOCK)
    assert found.evidence["titles"] == ("Title of a",)


@pytest.mark.parametrize(("effect", "state"), [(0.0, Ruling.INFO), (0.1, Ruling.BLOCK)])
def test_trials_that_show_equivalence_lift_the_block_where_the_policy_allows_it(
    effect: float, state: Ruling
) -> None:
    rules = dataclasses.replace(TWO, invasive=Invasive(equivalent="allow"))
    here = dataclasses.replace(cut("a"), policy=rules)
    moved = Behaviour(Fingerprint.CHANGED, quantity="loss", changed_by=("a",))
    done = Laptop(losing(effect)).evaluate(here)
    shown = equivalence_of(here, done.verdict.modes)
    (found,) = judge_behaviours(here, {"gru": moved}, shown).of("gru")
    assert found.state is state


def test_modes_that_were_not_judged_say_nothing_of_equivalence() -> None:
    assert equivalence_of(PLAN, ()) == {}


def test_fingerprints_are_probes_of_the_first_steps() -> None:
    laptop = Laptop(trees({}))
    look(laptop)
    probes = {spec.probe.kind for spec in laptop.ran if spec.probe}
    assert probes == {ProbeKind.FINGERPRINT}
