"""One line repeats a trial: by its key, or by a shell in an empty folder."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.arms import Branch
from bot.presentation.repro import by_hand, repro
from tests.fakes import reports
from workers.contract import Ok, Resources, Scoring, TrialSpec

SCRIPT = """
import os, sys
print(os.environ["SEEDGATE_SEED"], os.environ["OMP_NUM_THREADS"], sys.argv[1])
open(sys.argv[2] + "/result.txt", "w").write(os.environ["SEEDGATE_OUTPUT_DIR"])
assert os.path.isdir(os.environ["SEEDGATE_CHECKPOINT_DIR"])
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def repository(folder: Path) -> str:
    """A repository with one script; the tree of its commit."""
    folder.mkdir()
    (folder / "train it.py").write_text(SCRIPT)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Train")
    return git(folder, "rev-parse", "HEAD^{tree}")


def test_the_line_runs_the_committed_tree_with_its_seed(tmp_path: Path) -> None:
    home = tmp_path / "a repository"
    tree = repository(home)
    (home / "train it.py").write_text("raise SystemExit('the working copy was used')")
    spec = TrialSpec(
        key="0123456789abcdef",
        objects=str(home / ".git"),
        tree=tree,
        arm="branch",
        mode="it's",
        stage="fast",
        seed=48213,
        argv=("python3", "train it.py", "a b;$HOME", "{output_dir}"),
        metrics=(),
        resources=Resources(cpus=2.5),
    )
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        ["sh", "-c", by_hand(spec)],
        cwd=work,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "48213 2 a b;$HOME\n"
    written = work / "trial-0123456789ab-output" / "result.txt"
    assert written.read_text() == "../trial-0123456789ab-output"


def test_the_checkpoint_is_looked_for_in_the_output(tmp_path: Path) -> None:
    made = reports.trial(Branch(), "mlp", 0, Ok())
    assert made.spec is not None
    spec = replace(made.spec, argv=("score", "{checkpoint}"), checkpoint="last.pt")
    assert by_hand(spec).endswith("-output/last.pt")


SAVES = """
import sys
for name in ("a 1.txt", "a 2.txt"):
    open(sys.argv[1] + "/" + name, "w").write(name)
"""
SCORES = """
import os, sys
print(open(sys.argv[1][7:]).read(), os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"])
print(os.environ["SEEDGATE_ARM_TREE"], sys.argv[2])
"""


@pytest.mark.parametrize(
    ("pattern", "left"), [("a 1.txt", "a 1.txt"), ("a ?.txt", "a 2.txt")]
)
def test_a_scored_trial_is_trained_and_then_scored_in_a_tree_of_its_own(
    tmp_path: Path, pattern: str, left: str
) -> None:
    home = tmp_path / "home"
    repository(home)
    (home / "train it.py").write_text(SAVES)
    (home / "score.py").write_text(SCORES)
    git(home, "add", ".")
    scored = git(home, "write-tree")
    (home / "score.py").write_text("raise SystemExit('the wrong tree was used')")
    git(home, "add", ".")
    tree = git(home, "write-tree")
    argv = ("python3", "score.py", "--from={checkpoint}", "{output_dir}")
    spec = TrialSpec(
        key="0123456789abcdef",
        objects=str(home / ".git"),
        tree=tree,
        arm="branch",
        mode="mlp",
        stage="fast",
        seed=1,
        argv=("python3", "train it.py", "{output_dir}"),
        metrics=(),
        resources=Resources(),
        checkpoint=pattern,
        scoring=Scoring(scored, argv, "t" * 64),
    )
    done = subprocess.run(
        ["sh", "-c", by_hand(spec)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{left} 1\n{scored} ../score-0123456789ab-output\n"


def test_the_line_of_a_report_names_the_trial_by_its_key() -> None:
    made = reports.trial(Branch(), "mlp", 0, Ok())
    assert repro(made) == f"seedgate reproduce {made.key[:12]}"


def test_a_trial_that_was_given_cannot_be_repeated() -> None:
    assert repro(replace(reports.trial(Branch(), "mlp", 0, Ok()), spec=None)) == ""
