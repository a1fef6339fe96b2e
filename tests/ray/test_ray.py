"""Trials on a real embedded Ray: they run, share, end, and leave nothing behind."""

import os
import signal
from pathlib import Path

import pytest

from tests.ray.conftest import Desk, kill, session
from tests.waiting import alive, until
from workers.contract import Infra, InfraReason, Resources, TrialState

pytestmark = pytest.mark.ray

SLEEP = ("sleep", "100")


def test_a_trial_comes_through(desk: Desk) -> None:
    (trial,) = desk.ended(desk.want("through", "true"))
    assert trial.state is TrialState.OK
    assert trial.result is not None
    assert trial.result.metrics == {"seed": 7.0}
    assert trial.result.devices == ()


def test_a_trial_that_fails_says_so(desk: Desk) -> None:
    (trial,) = desk.ended(desk.want("fails", "false"))
    assert trial.state is TrialState.FAILED


def test_the_machine_is_registered_as_trials_see_it(desk: Desk) -> None:
    until(desk.store.nodes, "the machine to be registered")
    assert [node.name for node in desk.store.nodes()] == ["double"]


def test_two_trials_on_two_processors_run_at_once(desk: Desk) -> None:
    """Each waits for the other: alone, neither could end."""
    meeting = desk.root / "meeting"
    meeting.mkdir()
    script = f"touch {meeting}/$0; until test -e {meeting}/$1; do sleep 0.02; done"
    names = ("left", "right")
    for mine, other in (names, names[::-1]):
        desk.want(mine, "sh", "-c", script, mine, other)
    trials = desk.ended(*names)
    assert {trial.state for trial in trials} == {TrialState.OK}


def test_a_trial_that_needs_both_processors_runs_alone(desk: Desk) -> None:
    both = Resources(cpus=2.0)
    keys = [
        desk.want(f"both-{number}", "sleep", "0.3", resources=both)
        for number in range(3)
    ]
    desk.ended(*keys)
    starts = [(one["at"], 1) for key in keys for one in desk.journal("start", key)]
    ends = [(one["at"], -1) for key in keys for one in desk.journal("end", key)]
    assert [step for _, step in sorted(starts + ends)] == [1, -1, 1, -1, 1, -1]


def test_a_trial_is_told_which_devices_are_its_own(desk: Desk) -> None:
    meeting = desk.root / "gpus"
    meeting.mkdir()
    script = f"touch {meeting}/$0; until test -e {meeting}/$1; do sleep 0.02; done"
    names = ("gpu-left", "gpu-right")
    for mine, other in (names, names[::-1]):
        one = Resources(gpus=1.0)
        desk.want(mine, "sh", "-c", script, mine, other, resources=one)
    desk.ended(*names)
    assert sorted(desk.started(name)["devices"] for name in names) == [["0"], ["1"]]


@pytest.mark.parametrize(
    ("key", "resources", "sentence"),
    [
        ("gpus", Resources(gpus=3.0), "It asks for 3 GPUs (the largest node has 2)."),
        ("cpus", Resources(cpus=3.0), "It asks for 3 CPUs (the largest node has 2)."),
        ("kind", Resources(accelerator="H100"), "accelerator H100 (there is none)"),
        (
            "memory",
            Resources(memory_bytes=2**50),
            "1,048,576 GiB of memory",
        ),
    ],
)
def test_what_this_machine_can_never_offer_is_refused_at_once(
    desk: Desk, key: str, resources: Resources, sentence: str
) -> None:
    (trial,) = desk.ended(desk.want(key, "true", resources=resources))
    assert trial.result is not None
    assert isinstance(trial.result.outcome, Infra)
    assert trial.result.outcome.reason is InfraReason.PLACEMENT
    assert sentence in trial.result.outcome.detail


def test_a_running_trial_shows_where_it_stands_and_ends_when_cancelled(
    desk: Desk,
) -> None:
    key = desk.want("cancelled", *SLEEP)
    child = desk.started(key)["child"]
    until(lambda: desk.trial(key).progress, "its progress")
    assert desk.trial(key).state is TrialState.RUNNING
    desk.store.cancel("one", [key])
    until(lambda: not alive(child), "its process to end")
    until(lambda: not desk.store.cancelled(), "the cancelled trial to be settled")
    assert desk.trial(key).state is TrialState.CANCELLED


def test_a_bug_of_the_agent_is_nobody_elses_fault(desk: Desk) -> None:
    key = desk.want("bug", "true", mode="bug")
    until(lambda: desk.trial(key).attempt == 2, "a second attempt")
    assert desk.trial(key).state is TrialState.QUEUED
    desk.store.cancel("one", [key])
    assert "a bug of the agent" in desk.details(key)[0]


def test_a_trial_whose_agent_is_killed_is_run_again_by_a_new_agent(desk: Desk) -> None:
    marker = desk.root / "second"
    script = f"test -e {marker} || {{ touch {marker}; sleep 100; }}"
    key = desk.want("agentless", "sh", "-c", script)
    first = desk.started(key)
    until(marker.exists, "the trial to leave its mark")
    os.kill(first["agent"], signal.SIGKILL)
    (trial,) = desk.ended(key)
    assert trial.state is TrialState.OK
    assert trial.attempt >= 2
    assert desk.started(key)["agent"] != first["agent"]
    assert not alive(first["child"])


def test_trials_stand_in_an_empty_folder_and_not_in_the_repository(desk: Desk) -> None:
    desk.ended(desk.want("where", "true"))
    folder = Path(desk.started("where")["cwd"])
    assert folder.name == "empty"
    assert list(folder.iterdir()) == []


def test_a_killed_dispatcher_leaves_nothing_and_the_next_finishes_its_work(
    own_desk: Desk,
) -> None:
    first = own_desk.start()
    own_desk.ended(own_desk.want("done", "true"))
    marker = own_desk.root / "second"
    script = f"test -e {marker} || {{ touch {marker}; sleep 100; }}"
    for key in ("a", "b", "c"):
        own_desk.want(key, "sh", "-c", script)
    child = own_desk.started("a")["child"]
    folder = Path(own_desk.started("a")["cwd"]).parent
    heir = own_desk.start()
    until(marker.exists, "the trial to leave its mark")
    kill(first)
    until(lambda: not session(first.pid), "its session to end", 10.0)
    until(lambda: not alive(child), "the trial to end", 10.0)
    until(lambda: not folder.exists(), "its folder to be gone", 10.0)
    trials = own_desk.ended("done", "a", "b", "c")
    assert {trial.state for trial in trials} == {TrialState.OK}
    assert len(own_desk.journal("start", "done")) == 1
    assert heir.poll() is None


def test_a_dispatcher_whose_parent_lets_go_ends_with_all_its_trials(
    own_desk: Desk,
) -> None:
    process = own_desk.start()
    key = own_desk.want("a", *SLEEP)
    child = own_desk.started(key)["child"]
    until(lambda: own_desk.trial(key).state is TrialState.RUNNING, "the trial to run")
    process.terminate()
    assert process.wait(25) == 0
    assert not alive(child)
    assert session(process.pid) == []
    assert own_desk.trial(key).state is TrialState.QUEUED
    assert own_desk.trial(key).attempt == 2
    assert not Path(own_desk.started(key)["cwd"]).exists()
