"""One line repeats a trial: by its key, or by a shell in an empty folder."""

import subprocess
from dataclasses import replace
from pathlib import Path

from bot.domain.arms import Branch
from bot.presentation.repro import by_hand, repro
from tests.fakes import reports
from workers.contract import Ok, Resources, TrialSpec

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


def test_the_line_of_a_report_names_the_trial_by_its_key() -> None:
    made = reports.trial(Branch(), "mlp", 0, Ok())
    assert repro(made) == f"seedgate reproduce {made.key[:12]}"


def test_a_trial_that_was_given_cannot_be_repeated() -> None:
    assert repro(replace(reports.trial(Branch(), "mlp", 0, Ok()), spec=None)) == ""
