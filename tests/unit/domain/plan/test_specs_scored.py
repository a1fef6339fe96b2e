"""Which trees are trained and scored where something defines the metric."""

import dataclasses

import pytest

from bot.domain.arms import Anchor, Arm, Baseline, Branch, Only, Original, Without
from bot.domain.changes import Change, PlannedChange
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Pinned, Plan, Slot, spec_of, tree_of
from bot.domain.policy import EvaluationRule, Metric, Role, Stage
from tests.fakes.policies import LOSS, mode, plan, policy
from workers.contract import MetricSource, ProbeKind, ProbeSpec, SourceKind

PART = PlannedChange(Change("a"), without="without-a", only="only-a")
CHANGED = MetricVersion(
    "old",
    "new",
    files=("evaluate.py",),
    baseline="base with the branch's evaluation",
    trained=(
        ("anchor", "anchor with it"),
        ("without:a", "without-a with it"),
        ("only:a", "only-a with it"),
    ),
)
SCORES = EvaluationRule(
    paths=("evaluate.py",),
    command=("python", "evaluate.py", "{checkpoint}", "{seed}", "{steps}"),
)
SCORED = MetricVersion(
    "old",
    "old",
    scored=(
        ("baseline", "base scored"),
        ("branch", "merged scored"),
        ("without:a", "without-a scored"),
    ),
)


def judged(version: MetricVersion | None = CHANGED, **changes: object) -> Plan:
    fixed = {"anchor": Pinned("v1", "anchor-tree"), "changes": (PART,)}
    return plan(**{**fixed, "version": version, **changes})


def scored(*metrics: Metric, version: MetricVersion | None = SCORED) -> Plan:
    runner = mode("mlp", *(metrics or (LOSS,)), checkpoint="model.pt")
    stage = Stage("fast", params={"steps": "50"}, looks=(4,))
    rules = policy(runner, evaluation=SCORES)
    return judged(version, rules=rules, stage=stage)


def of(version: MetricVersion | None, arm: Arm) -> str:
    return tree_of(judged(version), arm)


@pytest.mark.parametrize(
    ("arm", "own", "laid_over"),
    [
        (Baseline(), "base-tree", "base with the branch's evaluation"),
        (Branch(), "merged-tree", "merged-tree"),
        (Original(), "base-tree", "base-tree"),
        (Anchor(), "anchor-tree", "anchor with it"),
        (Without("a"), "without-a", "without-a with it"),
        (Only("a"), "only-a", "only-a with it"),
    ],
)
def test_all_arms_but_the_original_are_trained_under_the_branchs_evaluation(
    arm: Arm, own: str, laid_over: str
) -> None:
    assert of(CHANGED, arm) == laid_over
    assert of(None, arm) == own
    assert of(MetricVersion(), arm) == own


def test_an_anchor_that_nobody_pinned_is_the_base() -> None:
    assert tree_of(judged(None, anchor=None), Anchor()) == "base-tree"


def test_a_pinned_release_is_run_under_its_name() -> None:
    spec = spec_of(judged(), Slot("mlp", Anchor(), 0))
    assert (spec.tree, spec.commit) == ("anchor with it", "v1")


def test_a_change_without_a_tree_must_not_be_asked_for() -> None:
    with pytest.raises(KeyError):
        of(None, Without("b"))


def test_nothing_is_scored_where_the_policy_has_no_command() -> None:
    assert spec_of(judged(), Slot("mlp", Branch(), 0)).scoring is None


def test_a_checkpoint_is_scored_in_the_tree_of_its_arm() -> None:
    spec = spec_of(scored(), Slot("mlp", Branch(), 0))
    assert spec.tree == "merged-tree"
    assert spec.scoring is not None
    assert spec.scoring.tree == "merged scored"
    blank = "{checkpoint}"
    assert spec.scoring.argv == ("python", "evaluate.py", blank, str(spec.seed), "50")


def test_who_scores_a_training_does_not_change_its_name() -> None:
    both = [
        MetricVersion("a", "a", scored=(("branch", tree),)) for tree in ("one", "two")
    ]
    slot = Slot("mlp", Branch(), 0)
    first, second = (spec_of(scored(version=one), slot) for one in both)
    assert first.scoring is not None
    assert second.scoring is not None
    assert first.scoring.training == second.scoring.training
    assert first.key != second.key
    again = spec_of(scored(version=both[0]), slot, replicate=1)
    assert again.scoring is not None
    assert again.scoring.training != first.scoring.training


def test_the_name_of_a_training_is_the_key_it_has_without_a_score() -> None:
    here = scored()
    bare = dataclasses.replace(here.policy, evaluation=EvaluationRule())
    slot = Slot("mlp", Branch(), 2)
    spec = spec_of(here, slot)
    assert spec.scoring is not None
    alone = spec_of(dataclasses.replace(here, policy=bare, version=None), slot)
    assert spec.scoring.training == alone.key
    probed = dataclasses.replace(here, watched=ProbeSpec(ProbeKind.WATCH, 20))
    other = spec_of(probed, slot)
    assert other.scoring is not None
    assert other.scoring.training != spec.scoring.training


def test_only_metrics_that_decide_nothing_may_come_from_the_training() -> None:
    told = Metric(
        "train_loss",
        MetricSource("train_loss", SourceKind.REPORTED, key="train_loss"),
        role=Role.REPORT,
        slices=("night",),
    )
    clock = Metric(
        "seconds", MetricSource("seconds", SourceKind.WALL_CLOCK), role=Role.REPORT
    )
    spec = spec_of(scored(LOSS, told, clock), Slot("mlp", Branch(), 0))
    assert spec.scoring is not None
    assert spec.scoring.optional == ("train_loss", "train_loss/night")


@pytest.mark.parametrize("version", [None, MetricVersion(), SCORED])
def test_an_arm_that_nothing_of_the_base_scores_is_never_run(
    version: MetricVersion | None,
) -> None:
    with pytest.raises(KeyError):
        spec_of(scored(version=version), Slot("mlp", Original(), 0))
