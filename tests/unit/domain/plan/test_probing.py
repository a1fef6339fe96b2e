"""Runs for fingerprints: what they are, and which of them serve other branches."""

import dataclasses

import pytest

from bot.domain.arms import Arm, Baseline, Branch, Only, Without
from bot.domain.changes import Change, ChangedLines, PlannedChange
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Plan, is_shared, seed_at
from bot.domain.plan.probing import (
    cheapest,
    fingerprint_spec,
    line_count,
    watched_lines,
)
from bot.domain.policy import (
    BaselineRule,
    EvaluationRule,
    Invasive,
    Policy,
    Stage,
    StageKind,
)
from tests.fakes.policies import mode, plan, policy
from workers.contract import MetricSource, ProbeKind, ProbeSpec, SourceKind

RUN = ("python", "train.py", "--seed", "{seed}", "--steps", "{steps}")
LINES = (("train.py", (3, 4)),)


def ladder() -> Policy:
    stages = (
        Stage("sanity", StageKind.SANITY, {"steps": "20"}),
        Stage("fast", params={"steps": "500"}),
        Stage("full", params={"steps": "5000"}),
    )
    return policy(mode(train=RUN), invasive=Invasive(steps=7), stages=stages)


def here(rules: Policy | None = None, **changes: object) -> Plan:
    rules = rules or ladder()
    return plan(rules, stage=rules.stages[-1], **changes)


def key(of: Plan, arm: Arm | None = None, **options: object) -> str:
    arm = arm or Baseline()
    return fingerprint_spec(of, "mlp", arm, **options).key  # type: ignore[arg-type]


def test_a_fingerprint_runs_the_cheapest_training_stage_for_its_first_steps() -> None:
    spec = fingerprint_spec(here(), "mlp", Branch())
    assert spec.argv[-2:] == ("--steps", "500")
    assert (spec.stage, spec.tree) == ("fingerprint", "merged-tree")
    assert spec.probe == ProbeSpec(ProbeKind.FINGERPRINT, steps=7)


def test_it_shows_no_metric_and_disturbs_nobody() -> None:
    clock = dataclasses.replace(
        mode(train=RUN).metrics[0], source=MetricSource("loss", SourceKind.WALL_CLOCK)
    )
    timed = mode("mlp", clock, train=RUN, checkpoint="*.pt", samples="*.txt")
    spec = fingerprint_spec(here(policy(timed)), "mlp", Branch())
    assert (spec.metrics, spec.checkpoint, spec.samples) == ((), None, None)
    assert (spec.resources.alone, spec.scoring) == (False, None)


def test_a_policy_of_other_stages_alone_lends_the_stage_that_is_judged() -> None:
    tests_only = policy(stages=(Stage("tests", StageKind.TESTS),))
    assert cheapest(plan(tests_only)).name == "tests"


def test_all_branches_on_a_base_share_the_seed() -> None:
    one, other = here(pool="one"), here(pool="other")
    seed = fingerprint_spec(one, "mlp", Baseline()).seed
    assert seed == fingerprint_spec(other, "mlp", Branch()).seed
    place = next(place for place in range(9) if is_shared(place, 0.5))
    assert seed == seed_at(one, place)


def test_where_nothing_is_shared_the_seed_is_the_branchs_own() -> None:
    fresh = policy(baseline=BaselineRule(cached_share=0.0))
    spec = fingerprint_spec(here(fresh), "mlp", Baseline())
    assert spec.seed == seed_at(here(fresh), 0)


def test_a_stored_run_of_the_base_serves_every_branch_on_it() -> None:
    other = dataclasses.replace(here().trees, merged_tree="another")
    assert key(here()) == key(here(trees=other))
    assert key(here(), Branch()) != key(here(trees=other), Branch())


def test_repeats_and_watched_lines_are_runs_of_their_own() -> None:
    plain = key(here())
    assert plain != key(here(), repeat=1)
    assert plain != key(here(), lines=LINES)
    probe = fingerprint_spec(here(), "mlp", Baseline(), lines=LINES).probe
    assert probe is not None
    assert probe.lines == LINES


def test_a_stage_of_other_steps_and_a_watch_beside_trials_change_nothing() -> None:
    watched = here(watched=ProbeSpec(ProbeKind.WATCH, 20, 10))
    first = here()
    fast = dataclasses.replace(first, stage=first.policy.stages[1])
    assert key(first) == key(watched) == key(fast)


def test_the_base_is_the_base_itself_whatever_scores_it_now() -> None:
    rules = dataclasses.replace(
        ladder(), evaluation=EvaluationRule(("evaluate.py",), ("python", "evaluate.py"))
    )
    moved = here(rules, version=MetricVersion("a", "b", baseline="moved-tree"))
    spec = fingerprint_spec(moved, "mlp", Baseline())
    assert (spec.tree, spec.scoring) == ("base-tree", None)


def test_changes_are_run_on_their_own_trees() -> None:
    one = PlannedChange(Change("a1b2c3d"), without="without-tree")
    changed = here(changes=(one,))
    assert fingerprint_spec(changed, "mlp", Without("a1b2c3d")).tree == "without-tree"
    with pytest.raises(KeyError):
        fingerprint_spec(changed, "mlp", Only("a1b2c3d"))


CHANGED = (
    ChangedLines("README.md", (1, 2), (1,)),
    ChangedLines("names.py", (), (10, 11)),
    ChangedLines("train.py", (3, 4), (3,)),
)


def test_lines_are_watched_where_they_stand_in_the_tree_of_an_arm() -> None:
    assert watched_lines(CHANGED, Baseline()) == (("train.py", (3, 4)),)
    assert watched_lines(CHANGED, Branch()) == (
        ("names.py", (10, 11)),
        ("train.py", (3,)),
    )


def test_lines_of_both_sides_are_counted_and_those_of_other_files_are_not() -> None:
    assert line_count(CHANGED) == 5
    assert line_count(CHANGED[:1]) == 0
