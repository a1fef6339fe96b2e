"""Which trials an evaluation can have."""

import dataclasses

import pytest

from bot.domain.arms import Baseline, Branch
from bot.domain.errors import UserFault
from bot.domain.plan import (
    SMALLEST_SEED,
    Slot,
    Trees,
    room,
    seed_at,
    slots_of,
    spec_of,
)
from bot.domain.policy import BaselineRule, Data, Metric, Role, Stage
from tests.fakes.policies import LOSS, mode, plan, policy, target
from workers.contract import (
    Environment,
    MetricSource,
    Node,
    Resources,
    SourceKind,
)

FIRST = Slot("mlp", Branch(), 0)
NODE = Node("n", "a CPU", "env", cpus=4, gpus=0, memory_bytes=8 * 2**30)


def test_both_arms_run_the_same_seeds() -> None:
    here = plan()
    for position in range(8):
        arms = [Slot("mlp", arm, position) for arm in (Baseline(), Branch())]
        assert len({spec_of(here, slot).seed for slot in arms}) == 1


def test_seeds_differ_from_place_to_place_and_are_never_small() -> None:
    seeds = [seed_at(plan(), position) for position in range(200)]
    assert len(set(seeds)) == 200
    assert min(seeds) >= SMALLEST_SEED


def test_nobody_can_guess_the_seeds_without_the_secret() -> None:
    one, other = plan(secret="one"), plan(secret="other")
    assert [seed_at(one, i) for i in range(20)] != [
        seed_at(other, i) for i in range(20)
    ]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5])
def test_at_every_look_the_shared_part_of_an_arm_stays_within_the_share(
    share: float,
) -> None:
    rules = policy(baseline=BaselineRule(cached_share=share))
    mine = plan(rules)
    theirs = plan(rules, trees=Trees("base-commit", "base-tree", "other", "/objects"))
    shared = [seed_at(mine, i) == seed_at(theirs, i) for i in range(40)]
    assert all(sum(shared[:n]) <= share * n for n in range(1, 41))
    assert sum(shared) == int(40 * share)


def test_arms_of_one_seed_start_side_by_side_in_alternating_order() -> None:
    order = [(slot.position, slot.arm) for slot in slots_of(plan(), mode(), 2)]
    assert order == [(0, Baseline()), (0, Branch()), (1, Branch()), (1, Baseline())]


def test_a_mode_that_only_faces_a_fixed_number_trains_no_baseline() -> None:
    alone = mode("mlp", target("loss", 3.28))
    assert {slot.arm for slot in slots_of(plan(), alone, 3)} == {Branch()}


def test_placeholders_are_filled_but_those_of_the_node() -> None:
    runner = mode(train=("run", "--seed={seed}", "{steps}", "{output_dir}", '{"a": 1}'))
    rules = policy(runner)
    stage = Stage("fast", params={"steps": "50"}, looks=(4,))
    spec = spec_of(plan(rules, stage=stage), FIRST)
    seed = spec.seed
    assert spec.argv == ("run", f"--seed={seed}", "50", "{output_dir}", '{"a": 1}')


def test_a_parameter_that_looks_like_a_placeholder_is_not_filled_twice() -> None:
    runner = mode(train=("run", "{a}"))
    stage = Stage("fast", params={"a": "{b}", "b": "no"}, looks=(4,))
    assert spec_of(plan(policy(runner), stage=stage), FIRST).argv == ("run", "{b}")


def test_equal_trials_have_equal_keys_whatever_the_arm() -> None:
    same = Trees("base-commit", "tree", "tree", "/elsewhere")
    here = plan(trees=same)
    keys = {spec_of(here, Slot("mlp", arm, 1)).key for arm in (Baseline(), Branch())}
    assert len(keys) == 1
    moved = plan(trees=dataclasses.replace(same, objects="/other"))
    assert spec_of(moved, Slot("mlp", Branch(), 1)).key in keys


@pytest.mark.parametrize(
    "changed",
    [
        plan(machine="another CPU/an environment"),
        plan(machine="a CPU/another environment"),
        plan(policy(mode(train=("python", "other.py")))),
        plan(policy(mode(resources=Resources(cpus=2)))),
        plan(policy(mode(resources=Resources(timeout_s=60)))),
        plan(policy(mode(environment=Environment(files=("lock",))))),
        plan(policy(mode("mlp", target("other", 1.0)))),
        plan(policy(data=Data(version="2"))),
        plan(trees=Trees("base-commit", "base-tree", "another-tree", "/objects")),
        plan(secret="another"),
    ],
)
def test_whatever_can_change_a_result_changes_the_key(changed: object) -> None:
    assert spec_of(changed, FIRST).key != spec_of(plan(), FIRST).key


def test_a_replicate_is_another_trial() -> None:
    assert spec_of(plan(), FIRST, 1).key != spec_of(plan(), FIRST).key


def test_the_same_request_is_the_same_evaluation_and_another_is_not() -> None:
    assert plan().evaluation == plan().evaluation
    assert plan(max_seeds=4).evaluation != plan().evaluation
    assert plan(secret="another").evaluation != plan().evaluation


def test_a_cap_on_seeds_is_the_last_look() -> None:
    assert plan(max_seeds=5).looks == (4, 5)
    assert plan(max_seeds=6).looks == (4, 6)
    assert plan(max_seeds=99).looks == (4, 6, 8)


def test_a_node_holds_as_many_trials_as_its_scarcest_part() -> None:
    asked = Resources(cpus=1, memory_bytes=3 * 2**30)
    assert room(NODE, mode(resources=asked)) == 2
    assert room(NODE, mode(resources=Resources(cpus=0.5))) == 8


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Resources(cpus=9), "asks for 9 CPUs, and this machine has 4"),
        (Resources(gpus=1), "asks for 1 GPUs, and this machine has 0"),
        (Resources(memory_bytes=2**40), "bytes of memory"),
        (Resources(accelerator="H100"), "asks for the accelerator H100"),
    ],
)
def test_what_can_never_be_reserved_is_refused_at_once(
    asked: Resources, sentence: str
) -> None:
    with pytest.raises(UserFault, match=sentence):
        room(NODE, mode(resources=asked))


def test_trials_whose_time_is_judged_run_alone() -> None:
    clock = MetricSource("seconds", SourceKind.WALL_CLOCK)
    judged = Metric("seconds", clock, role=Role.LIMIT, maximum=60.0)
    told = Metric("seconds", clock, role=Role.REPORT)
    timed, untimed = mode("mlp", LOSS, judged), mode("mlp", LOSS, told)
    assert spec_of(plan(policy(timed)), FIRST).resources.alone
    assert not spec_of(plan(policy(untimed)), FIRST).resources.alone
    assert (room(NODE, timed), room(NODE, untimed)) == (1, 4)
