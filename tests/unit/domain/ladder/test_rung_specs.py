"""The runs of rungs that judge no metric."""

import dataclasses

import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.plan import seed_at, spec_of
from bot.domain.plan.rungs import own_tests_spec, sanity_spec, sanity_steps
from bot.domain.plan.slots import Slot
from bot.domain.policy import BaselineRule, EvaluationRule, Stage, StageKind
from tests.fakes.policies import mode, plan, policy
from workers.contract import ProbeKind, ProbeSpec, Resources

COMMAND = ("python", "-m", "pytest", "{depth}")
TESTS = Stage("tests", StageKind.TESTS, {"depth": "quick"}, command=COMMAND)
SANITY = Stage("sanity", StageKind.SANITY, {"steps": "30"})
HEAVY = mode(resources=Resources(cpus=2, timeout_s=60.0), checkpoint="model.pt")
RULES = policy(HEAVY, mode("conv"))
PLAN = plan(RULES)


def test_the_tests_run_as_the_first_mode_would_and_show_no_metric() -> None:
    spec = own_tests_spec(PLAN, TESTS, Branch())
    assert spec.argv == ("python", "-m", "pytest", "quick")
    assert (spec.stage, spec.mode, spec.tree) == ("tests", "mlp", "merged-tree")
    assert (spec.metrics, spec.checkpoint, spec.probe) == ((), None, None)
    assert (spec.resources.cpus, spec.resources.timeout_s) == (2, 60.0)


def test_the_base_is_tested_once_for_all_branches_on_it() -> None:
    trees = dataclasses.replace(PLAN.trees, merged_tree="another")
    other = dataclasses.replace(PLAN, trees=trees)
    one, two = (own_tests_spec(here, TESTS, Baseline()) for here in (PLAN, other))
    assert one.key == two.key
    assert own_tests_spec(other, TESTS, Branch()).key != one.key


def test_a_sanity_run_is_a_probed_run_of_its_mode() -> None:
    spec = sanity_spec(PLAN, SANITY, HEAVY, Branch(), 0)
    assert spec.probe == ProbeSpec(ProbeKind.SANITY, 30)
    assert (spec.stage, spec.metrics, spec.checkpoint) == ("sanity", (), None)
    again = sanity_spec(PLAN, SANITY, HEAVY, Branch(), 1)
    assert spec.seed != again.seed
    assert (spec.seed, again.seed) == (seed_at(PLAN, 1), seed_at(PLAN, 3))


def test_where_no_seed_is_shared_the_first_two_serve() -> None:
    alone = plan(policy(HEAVY, baseline=BaselineRule(cached_share=0.0)))
    seeds = [sanity_spec(alone, SANITY, HEAVY, Branch(), n).seed for n in (0, 1)]
    assert seeds == [seed_at(alone, 0), seed_at(alone, 1)]


def test_such_runs_are_neither_scored_nor_watched() -> None:
    rule = EvaluationRule(("evaluate.py",), ("python", "evaluate.py"))
    scored = plan(policy(HEAVY, evaluation=rule), watched=ProbeSpec(ProbeKind.WATCH, 5))
    with pytest.raises(KeyError):  # a trial would need to know what defines the metric
        spec_of(scored, Slot("mlp", Branch(), 0))
    for spec in (
        own_tests_spec(scored, TESTS, Branch()),
        sanity_spec(scored, SANITY, HEAVY, Branch(), 0),
    ):
        assert spec.scoring is None
        assert spec.probe is None or spec.probe.kind is ProbeKind.SANITY


@pytest.mark.parametrize(
    ("written", "steps"),
    [("7", 7), ("1_000", 1000), ("0", 20), ("many", 20), ("", 20), ("-3", 20)],
)
def test_the_steps_are_those_of_the_stage_or_twenty(written: str, steps: int) -> None:
    assert sanity_steps(Stage("sanity", params={"steps": written})) == steps
    assert sanity_steps(Stage("sanity")) == 20
