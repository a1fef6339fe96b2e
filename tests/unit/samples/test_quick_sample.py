"""The repositories that pretend to train do what their tests rely on."""

import json
import math
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.policy_file import load_policy
from tests.samples.digits.build import Git
from tests.samples.quick import JSONL, Behaviour, build_quick, quick_policy

OUTPUT = "out"


def run(repository: Path, seed: int = 5) -> subprocess.CompletedProcess[str]:
    """One pretended training run."""
    return subprocess.run(
        [sys.executable, "train.py", "--seed", str(seed), "--output-dir", OUTPUT],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def last(done: subprocess.CompletedProcess[str]) -> str:
    """The last value that a run printed."""
    return done.stdout.split()[-1]


def test_equal_behaviours_have_different_trees_and_equal_results(
    tmp_path: Path,
) -> None:
    repository = build_quick(tmp_path / "repo")
    git = Git(repository)
    branch = run(repository).stdout
    git("switch", "--quiet", "main")
    assert run(repository).stdout == branch
    assert git("rev-parse", "main^{tree}") != git("rev-parse", "branch^{tree}")


def test_losses_scatter_around_the_mean(tmp_path: Path) -> None:
    behaviour = Behaviour(mean=2.0, spread=0.1)
    repository = build_quick(tmp_path / "repo", branch_behaviour=behaviour)
    values = [float(last(run(repository, seed))) for seed in range(20)]
    assert math.isclose(statistics.mean(values), 2.0, abs_tol=0.1)
    assert 0.05 < statistics.stdev(values) < 0.2


@pytest.mark.parametrize(
    ("behaviour", "value"), [("nan", "nan"), ("infinite", "inf"), ("text", "low")]
)
def test_a_bad_value_comes_last_in_a_run_that_ends_normally(
    tmp_path: Path, behaviour: str, value: str
) -> None:
    done = run(build_quick(tmp_path / "repo", branch_behaviour=Behaviour(behaviour)))
    assert (done.returncode, last(done)) == (0, value)


@pytest.mark.parametrize(
    ("behaviour", "status"), [("crashes", 1), ("exits", 3), ("dies", -9)]
)
def test_a_run_that_ends_badly_has_its_own_status(
    tmp_path: Path, behaviour: str, status: int
) -> None:
    repository = build_quick(tmp_path / "repo", branch_behaviour=Behaviour(behaviour))
    assert run(repository).returncode == status


def test_a_share_of_the_seeds_misbehaves(tmp_path: Path) -> None:
    behaviour = Behaviour("crashes", share=0.5)
    repository = build_quick(tmp_path / "repo", branch_behaviour=behaviour)
    ends = {run(repository, seed).returncode for seed in range(12)}
    assert ends == {0, 1}


def test_noise_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    behaviour = Behaviour("noisy", megabytes=2)
    done = run(build_quick(tmp_path / "repo", branch_behaviour=behaviour))
    assert math.isclose(len(done.stdout), 2 << 20, rel_tol=0.01)


def test_the_ledger_tells_each_start_and_end(tmp_path: Path) -> None:
    behaviour = Behaviour(ledger=str(tmp_path / "ledger"))
    repository = build_quick(tmp_path / "repo", branch_behaviour=behaviour)
    run(repository, seed=5)
    words = [line.split() for line in (tmp_path / "ledger").read_text().splitlines()]
    assert [word[:3] for word in words] == [
        ["start", "branch", "5"],
        ["end", "branch", "5"],
    ]


def test_a_run_tells_its_environment(tmp_path: Path) -> None:
    repository = build_quick(tmp_path / "repo")
    run(repository)
    told = json.loads((repository / OUTPUT / "run.json").read_text())
    assert told["cwd"] == str(repository)
    assert "PATH" in told["environment"]


@pytest.mark.parametrize("modes", [("quick",), ("mlp", "conv")])
def test_its_policies_are_valid(modes: tuple[str, ...]) -> None:
    for text in (quick_policy(modes=modes), quick_policy(modes=modes, source=JSONL)):
        policy = load_policy(text.encode(), "a quick repository")
        assert tuple(mode.name for mode in policy.modes) == modes
