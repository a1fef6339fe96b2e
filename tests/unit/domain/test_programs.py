"""Programs of the repository itself are known where nothing can be meant but them."""

from dataclasses import replace

import pytest

from bot.domain.policy import Policy, Stage, StageKind, own_programs
from tests.adapters.policy_file.texts import SOUND, load


def running(*command: str) -> Policy:
    policy = load(SOUND)
    return replace(policy, modes=(replace(policy.modes[0], train=command),))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("python", "train.py", "--seed", "{seed}"), "train.py"),
        (("python3.11", "-u", "./src/train.py", "other.py"), "src/train.py"),
        (("/usr/bin/python3", "train.py"), "train.py"),
        (("torchrun", "--nproc_per_node", "2", "a/train.py"), "a/train.py"),
        (("accelerate", "launch", "train.py"), "train.py"),
        (("scripts/run", "train.py"), "scripts/run"),
        (("./run.sh",), "run.sh"),
    ],
)
def test_a_program_is_known_by_its_path(command: tuple[str, ...], path: str) -> None:
    assert own_programs(running(*command)) == {path: ("modes.mlp.train",)}


@pytest.mark.parametrize(
    "command",
    [
        ("train",),
        ("python", "-m", "tools.make", "made.py"),
        ("python", "-c", "run.py"),
        ("python", "/opt/train.py"),
        ("python", "../train.py"),
        ("python", "{kind}.py"),
        ("{output_dir}/run",),
        ("sh", "-c", "cd src && python train.py"),
        ("docker", "run", "image", "python", "train.py"),
        ("/usr/bin/env", "-C", "src", "python", "train.py"),
        (".venv/bin/train",),
        ("python", "--config=a.py"),
        ("python", "config=a.py"),
        ("~/run",),
    ],
)
def test_nothing_is_said_where_something_else_may_be_meant(
    command: tuple[str, ...],
) -> None:
    assert own_programs(running(*command)) == {}


def test_all_commands_that_run_it_are_named() -> None:
    command = ("python", "a.py")
    policy = running(*command)
    mode = replace(policy.modes[0], references={"mean": 1.0, "linear": command})
    tests = Stage("tests", StageKind.TESTS, command=command)
    rule = replace(policy.evaluation, command=("python", "score.py"))
    whole = replace(policy, modes=(mode,), stages=(tests,), evaluation=rule)
    assert own_programs(whole) == {
        "a.py": (
            "modes.mlp.train",
            "modes.mlp.references.linear",
            "stages.tests.command",
        ),
        "score.py": ("evaluation.command",),
    }
