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
from tests.samples.quick import (
    JSONL,
    Behaviour,
    add_branch,
    build_quick,
    commit_behaviour,
    land,
    quick_policy,
)

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


def reported(repository: Path, seed: int = 5) -> dict[str, float]:
    """The last JSON line that a run wrote."""
    written = repository / OUTPUT / "metrics.jsonl"
    written.unlink(missing_ok=True)
    assert run(repository, seed).returncode == 0
    line: dict[str, float] = json.loads(written.read_text().splitlines()[-1])
    return line


def test_slices_and_further_metrics_stand_beside_the_loss(tmp_path: Path) -> None:
    behaviour = Behaviour(slices={"day": 0.0, "night": 0.5}, others={"bytes": 1e6})
    line = reported(build_quick(tmp_path / "repo", branch_behaviour=behaviour))
    assert list(line) == ["step", "loss", "loss/day", "loss/night", "bytes"]
    assert line["loss/night"] - line["loss"] == pytest.approx(0.5, abs=0.06)
    assert line["bytes"] == pytest.approx(1e6, rel=0.06)


def test_a_forgetful_run_leaves_out_its_last_slice(tmp_path: Path) -> None:
    behaviour = Behaviour("forgets", slices={"day": 0.0, "night": 0.5})
    line = reported(build_quick(tmp_path / "repo", branch_behaviour=behaviour))
    assert list(line) == ["step", "loss", "loss/day"]


def test_other_noise_is_another_draw_around_the_same_mean(tmp_path: Path) -> None:
    repository = build_quick(
        tmp_path / "repo",
        main_behaviour=Behaviour(correlation=0.0),
        branch_behaviour=Behaviour(correlation=0.0, noise="other"),
    )
    branch = [reported(repository, seed)["loss"] for seed in range(20)]
    Git(repository)("switch", "--quiet", "main")
    main = [reported(repository, seed)["loss"] for seed in range(20)]
    assert not set(branch) & set(main)
    assert abs(statistics.correlation(branch, main)) < 0.5


def test_a_file_outside_of_the_repository_moves_every_loss(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    behaviour = Behaviour(outside=str(outside))
    repository = build_quick(tmp_path / "repo", branch_behaviour=behaviour)
    outside.write_text("0")
    before = reported(repository)["loss"]
    outside.write_text("7")
    assert reported(repository)["loss"] == pytest.approx(before + 7)


def test_a_branch_that_landed_is_part_of_main(tmp_path: Path) -> None:
    repository = build_quick(tmp_path / "repo")
    add_branch(repository, "next", Behaviour(mean=3.0))
    commit_behaviour(repository, "next", Behaviour(mean=4.0))
    land(repository, "next")
    assert json.loads((repository / "config.json").read_text())["mean"] == 4.0
    git = Git(repository)
    assert git("branch", "--show-current").strip() == "main"
    assert git("rev-parse", "next").strip() in git("rev-list", "main").split()
