"""References that are commands: what is run for them, and when the budget is short."""

import dataclasses

import pytest

from bot.domain.arms import Baseline, Branch, Reference
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Plan, Slot, slots_of, spec_of, tree_of
from bot.domain.plan.references import (
    REFERENCE_RUN,
    AskedReference,
    affordable,
    asked_references,
)
from bot.domain.policy import BaselineRule, Budget, EvaluationRule, Mode, Stage
from tests.fakes.policies import LOSS, guardrail, mode, plan, policy, primary, shown
from workers.contract import ProbeKind, ProbeSpec, Resources, TrialSpec

ONCE = ("python", "linear.py", "--rows", "{rows}")
SEEDED = (*ONCE, "--seed", "{seed}")
FAST = Stage("fast", params={"rows": "7"}, looks=(4,))
EVALUATION = EvaluationRule(paths=("evaluate.py",), command=("python", "evaluate.py"))


def here(*modes: Mode, **changes: object) -> Plan:
    """A plan that asks for both commands, where nothing else is said."""
    given = modes or (mode(references={"once": ONCE, "old": 2.3, "seeded": SEEDED}),)
    rules = policy(*given, stages=(FAST,))
    return dataclasses.replace(plan(rules), **changes)  # type: ignore[arg-type]


def runs(of: Plan, name: str = "once") -> tuple[TrialSpec, ...]:
    (found,) = [one for one in asked_references(of) if one.name == name]
    return found.specs


def test_commands_are_asked_for_and_numbers_are_not() -> None:
    asked = asked_references(here())
    assert [(one.mode.name, one.name) for one in asked] == [
        ("mlp", "once"),
        ("mlp", "seeded"),
    ]


def test_a_command_without_a_seed_is_run_once_and_one_with_a_seed_three_times() -> None:
    assert len(runs(here())) == 1
    assert runs(here())[0].argv == ("python", "linear.py", "--rows", "7")
    seeded = runs(here(), "seeded")
    assert [one.argv[-1] for one in seeded] == [str(one.seed) for one in seeded]
    assert len({one.seed for one in seeded}) == 3


def test_it_runs_the_files_of_the_base_so_that_no_branch_edits_what_it_is_held_to() -> (
    None
):
    (spec,) = runs(here())
    assert (spec.tree, spec.commit) == ("base-tree", "base-commit")
    assert (spec.arm, spec.stage) == ("reference:once", REFERENCE_RUN)


def test_it_shows_the_primary_metrics_and_nothing_else() -> None:
    metrics = (primary("loss", 0.1, "night"), primary("acc"), guardrail("x"))
    given = mode(
        "mlp", *metrics, references={"once": ONCE}, checkpoint="m.pt", samples="*.txt"
    )
    watched = ProbeSpec(ProbeKind.WATCH, 5, every=10)
    (spec,) = runs(here(given, watched=watched))
    assert [one.name for one in spec.metrics] == ["loss", "acc"]
    assert (spec.checkpoint, spec.samples, spec.probe) == (None, None, None)


def test_a_mode_without_a_metric_to_be_held_to_asks_for_none() -> None:
    assert asked_references(here(mode("mlp", shown("x"), references={"a": ONCE}))) == ()


def test_other_branches_on_the_base_find_its_runs_whatever_they_share_else() -> None:
    trees = dataclasses.replace(here().trees, merged_tree="another branch")
    rules = here().policy
    never = dataclasses.replace(rules, baseline=BaselineRule(cached_share=0.0))
    wanted = [one.key for one in runs(here(), "seeded")]
    assert [one.key for one in runs(here(trees=trees), "seeded")] == wanted
    assert [
        one.key for one in runs(here(trees=trees, policy=never), "seeded")
    ] == wanted
    moved = dataclasses.replace(here().trees, base_commit="the next base")
    assert not {one.key for one in runs(here(trees=moved), "seeded")} & {*wanted}


def test_its_key_is_never_that_of_an_arm_even_with_the_training_command() -> None:
    train = mode().train
    of = here(mode(references={"same": train}))
    arms = {spec_of(of, slot).key for slot in slots_of(of, of.modes[0], 20)}
    assert not arms & {one.key for one in runs(of, "same")}


def test_a_stage_with_the_same_parameters_finds_the_same_runs() -> None:
    full = dataclasses.replace(FAST, name="full")
    assert runs(here(stage=full))[0].key == runs(here())[0].key
    more = dataclasses.replace(FAST, params={"rows": "70"})
    assert runs(here(stage=more))[0].key != runs(here())[0].key


@pytest.mark.parametrize(
    ("version", "tree"),
    [
        (None, "base-tree"),
        (MetricVersion(), "base-tree"),
        (MetricVersion("a", "b", baseline="base, new metric"), "base, new metric"),
        (MetricVersion("a", "b", scored=(("baseline", "both"),)), "both"),
    ],
)
def test_where_the_metric_changes_it_is_measured_by_what_the_arms_are(
    version: MetricVersion | None, tree: str
) -> None:
    rules = dataclasses.replace(here().policy, evaluation=EVALUATION)
    of = here(version=version, policy=rules)
    assert tree_of(of, Reference("once")) == tree
    (spec,) = runs(of)
    assert (spec.tree, spec.scoring) == (tree, None)


def test_it_is_told_from_both_arms() -> None:
    arms = (Baseline(), Branch(), Reference("once"))
    assert len({spec_of(here(), Slot("mlp", arm, 0)).arm for arm in arms}) == 3


def names(
    budget: Budget, *, of: Plan | None = None, paid: tuple[str, ...] = ()
) -> list[str]:
    asked = asked_references(of or here())
    return [one.name for one in affordable(asked, budget, paid)]


@pytest.mark.parametrize(
    ("left", "kept"),
    [
        (None, ["once", "seeded"]),
        (4, ["once", "seeded"]),
        (3, ["once"]),
        (1, ["once"]),
        (0, []),
    ],
)
def test_a_reference_runs_whole_or_not_at_all(
    left: int | None, kept: list[str]
) -> None:
    assert names(Budget(trials=left)) == kept


def test_a_cheaper_one_may_still_fit_after_one_that_does_not() -> None:
    given = mode(references={"seeded": SEEDED, "once": ONCE})
    assert names(Budget(trials=2), of=here(given)) == ["once"]


def test_runs_that_somebody_else_had_cost_nothing() -> None:
    paid = tuple(one.key for one in runs(here(), "seeded"))
    assert names(Budget(trials=1), paid=paid) == ["once", "seeded"]
    assert names(Budget(trials=0), paid=paid) == ["seeded"]


def test_equal_commands_of_one_mode_are_run_once() -> None:
    given = mode(references={"a": ONCE, "b": ONCE})
    assert names(Budget(trials=1), of=here(given)) == ["a", "b"]


def test_where_no_gpu_hours_are_left_only_those_without_a_gpu_run() -> None:
    gpu = mode(resources=Resources(gpus=1), references={"once": ONCE})
    assert names(Budget(gpu_hours=1e-9), of=here(gpu)) == []
    assert names(Budget(gpu_hours=0.5), of=here(gpu)) == ["once"]
    assert names(Budget(gpu_hours=1e-9)) == ["once", "seeded"]


def test_what_is_asked_for_is_a_plain_value() -> None:
    (asked,) = asked_references(here(mode(references={"once": ONCE})))
    assert asked == AskedReference(asked.mode, "once", asked.specs)
    assert asked.mode.metrics == (LOSS,)
