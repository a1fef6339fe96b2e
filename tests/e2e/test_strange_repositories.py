"""Repositories that could confuse us, and what is never taken from them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop
from tests.samples.digits.build import Git
from tests.samples.quick import WORSE, Behaviour, build_quick

TRAP = "raise SystemExit('this module belongs to the judged repository')\n"


def git(repository: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A repository with folders and modules named like our own and like Ray."""
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    git(repository, "switch", "--quiet", "main")
    for name in ("bot", "workers", "git", "numpy"):
        (repository / name).mkdir()
        (repository / name / "__init__.py").write_text(TRAP)
    for name in ("ray", "torch", "pydantic", "typing_extensions", "sitecustomize"):
        (repository / f"{name}.py").write_text(TRAP)
    story = Git(repository)
    story.commit("Add modules with famous names")
    return repository


def test_a_repository_with_bot_workers_and_ray_of_its_own_is_judged(
    trapped: Path, laptop: Laptop
) -> None:
    told = laptop.run("local", "--head", "branch", cwd=trapped)
    assert (told.code, told.verdict) == (1, "block"), told.err


def test_the_variables_of_a_git_hook_do_not_lead_astray(
    trapped: Path, laptop: Laptop
) -> None:
    laptop.environment |= {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index"}
    told = laptop.run("local", "--repo", trapped, "--head", "branch")
    assert (told.code, told.verdict) == (1, "block"), told.err


def test_a_trial_sees_an_allow_list_of_the_environment_and_no_gpu_it_did_not_ask_for(
    tmp_path: Path, laptop: Laptop
) -> None:
    laptop.environment |= {"GITHUB_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret"}
    repository = build_quick(tmp_path / "repository", branch_behaviour=WORSE)
    sources = (
        "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    )
    policy = tmp_path / "policy.yml"
    seen = tmp_path / "seen.json"
    policy.write_text(
        json.dumps(
            {
                "version": 1,
                "modes": {
                    "spy": {
                        "train": ["python", "-c", sources, str(seen)],
                        "metrics": {
                            "s": {"role": "limit", "max": 60, "source": "wall_clock"}
                        },
                    }
                },
            }
        )
    )
    told = laptop.run(
        "local", "--repo", repository, "--head", "branch", "--policy", policy
    )
    assert told.code == 0, told.err
    environment = json.loads(seen.read_text())
    assert not {"GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY"} & set(environment)
    assert not [name for name in environment if name.startswith(("RAY_", "PYTHONPATH"))]
    assert "SEEDGATE_SEED_SECRET" not in environment
    assert environment["CUDA_VISIBLE_DEVICES"] == ""
    assert environment["SEEDGATE_MODE"] == "spy"


def test_the_working_copy_is_never_touched_and_never_trained(
    tmp_path: Path, laptop: Laptop
) -> None:
    repository = build_quick(tmp_path / "repository", branch_behaviour=Behaviour())
    (repository / "config.json").write_text('{"behaviour": "crashes"}')
    refused = laptop.run("local", "--repo", repository, "--base", "main")
    assert refused.code == 64
    assert "config.json" in refused.err
    assert "--allow-dirty" in refused.err
    told = laptop.run(
        *("local", "--repo", repository, "--base", "main", "--allow-dirty")
    )
    assert (told.code, told.verdict) == (1, "block"), told.err
    assert told.findings("trust")
    assert git(repository, "status", "--porcelain").strip() == "M config.json"
    assert git(repository, "for-each-ref", "refs/seedgate").count("\n") == 0


def test_a_branch_that_changes_nothing_passes_without_a_trial(
    tmp_path: Path, laptop: Laptop
) -> None:
    repository = build_quick(tmp_path / "repository")
    told = laptop.run("local", "--repo", repository, "--base", "main", "--head", "main")
    assert (told.code, told.verdict, told.trials) == (0, "pass", [])


def test_a_branch_of_docs_passes_without_a_trial_and_says_why(
    tmp_path: Path, laptop: Laptop
) -> None:
    repository = build_quick(tmp_path / "repository")
    git(repository, "switch", "-q", "-c", "words", "main")
    (repository / "README.md").write_text("How to train it.\n")
    git(repository, "add", "README.md")
    git(repository, "commit", "-q", "-m", "Say how")
    told = laptop.run("local", "--repo", repository, "--base", "main")
    assert (told.code, told.verdict, told.trials) == (0, "pass", []), told.err
    (found,) = told.because("nothing_relevant")
    assert "README.md" in str(found)
    assert "nothing that training depends on changed" in told.out
    (repository / "quick.txt").write_text("not known to be docs\n")
    git(repository, "add", "quick.txt")
    git(repository, "commit", "-q", "-m", "Something else")
    again = laptop.run("local", "--repo", repository, "--base", "main")
    assert (again.code, again.because("nothing_relevant")) == (0, []), again.err
    assert again.ran > 0
