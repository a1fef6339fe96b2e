"""What people ordered of a pull request reaches what is compared for it."""

from dataclasses import replace

import pytest

from bot.adapters.policy_file import load_policy
from bot.app.pulls.evaluations import Task
from bot.compose.serving.judging import compared, ruling
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Orders, PullKey
from tests.fakes.repository import FakeRepository

SOURCE = f"main:{POLICY_PATH}"
POLICY = b"""\
version: 1
enforcement: advisory
modes:
  mlp: &mode
    train: [python, train.py, --seed, "{seed}"]
    metrics: {loss: {direction: minimize, tolerance: 0.1}}
  conv: *mode
stages:
  fast: {seeds: {min: 4, max: 8}}
  full: {seeds: {min: 4, max: 12}, when: label:full}
"""


@pytest.fixture
def task() -> Task:
    """A branch of a pull request onto main, and nothing ordered of it."""
    repository = FakeRepository()
    base = repository.commit({"train.py": b"1\n", POLICY_PATH: POLICY})
    repository.branch("idea")
    return Task(
        pull=PullKey(3, 7),
        installation=1,
        digest="a task",
        repository=repository,
        full_name="ann/digits",
        base=base,
        head=repository.commit({"train.py": b"2\n"}),
        base_ref="main",
        head_ref="idea",
        policy=load_policy(POLICY, SOURCE),
        policy_text=POLICY,
        policy_source=SOURCE,
    )


def nothing(_: Task) -> None:
    """The policy pins no release."""


def ordered(task: Task, orders: Orders) -> Task:
    return replace(task, orders=orders)


def test_without_orders_it_is_the_policy_s_whole_plan(task: Task) -> None:
    found = compared(task, nothing)
    assert [one.name for one in found.modes] == ["mlp", "conv"]
    assert [one.name for one in found.ladder] == ["fast"]
    assert (found.targeted, found.narrowed, found.more) == (frozenset(), (), 0)
    assert (found.base.name, found.base.commit) == ("main", task.base)
    assert (found.head.name, found.head.commit) == ("idea", task.head)


def test_targets_are_named_and_leave_no_mode_out(task: Task) -> None:
    found = compared(ordered(task, Orders(targets=("conv",))), nothing)
    assert found.targeted == {"conv"}
    assert [one.name for one in found.modes] == ["mlp", "conv"]
    assert found.narrowed == ()


def test_a_run_of_a_part_is_known_as_one(task: Task) -> None:
    found = compared(ordered(task, Orders(stage="fast", modes=("conv",))), nothing)
    assert [one.name for one in found.modes] == ["conv"]
    assert found.narrowed


def test_more_seeds_are_added(task: Task) -> None:
    assert compared(ordered(task, Orders(more=5)), nothing).more == 5


def test_a_label_adds_the_stage_that_waits_for_it_and_no_other(task: Task) -> None:
    labelled = replace(task, labels=("nice", "full"))
    assert [one.name for one in compared(labelled, nothing).ladder] == ["fast", "full"]
    alone = compared(ordered(labelled, Orders(stage="fast")), nothing)
    assert [one.name for one in alone.ladder] == ["fast"]


def test_changes_are_judged_apart_where_somebody_ordered_it(task: Task) -> None:
    assert not compared(task, nothing).ablation
    apart = ordered(task, Orders(apart=True))
    assert compared(apart, nothing).ablation
    assert ruling(apart).ablation.when == "on-pass-or-fail"
    assert ruling(apart).sha256 == task.policy.sha256


def test_a_policy_of_pull_requests_is_refused_nothing(task: Task) -> None:
    assert compared(task, nothing).on_github
