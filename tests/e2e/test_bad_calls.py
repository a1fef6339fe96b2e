"""Calls that cannot work: a code, and a sentence that names the thing and the mend."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop
from tests.samples.quick import WORSE, build_quick


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return build_quick(tmp_path / "repository", branch_behaviour=WORSE)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--head", "branhc"), "branhc"),
        (("--head", "--upload-pack=x"), "--upload-pack=x"),
        (("--base", "nowhere"), "nowhere"),
        (("--mode", "gru"), "There is no mode `gru`. Modes: quick."),
        (("--stage", "slow"), "There is no stage `slow`"),
        (("--max-seeds", "2"), "too few"),
        (("--jobs", "0"), "--jobs"),
        (("--policy", "none.yml"), "none.yml"),
        (("--repo", "/nowhere"), "/nowhere"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_a_wrong_word_is_named(
    repository: Path, lone: Laptop, words: tuple[str, ...], sentence: str
) -> None:
    told = lone.run("local", *words, cwd=repository)
    assert told.code == 64
    assert sentence in " ".join(told.err.split())


def test_every_fault_of_a_policy_has_a_line_and_a_column(
    repository: Path, lone: Laptop
) -> None:
    broken = lone.home / "broken.yml"
    broken.write_text("version: 2\nmodes:\n  m: {train: python, metrics: {}}\nbad: 1\n")
    told = lone.run("local", "--policy", broken, cwd=repository)
    assert told.code == 64
    for place in ("broken.yml:1:10", "broken.yml:3:", "broken.yml:4:1"):
        assert place in told.err


def test_a_folder_that_is_no_repository_is_refused(lone: Laptop) -> None:
    told = lone.run("local")
    assert told.code == 64
    assert "is not in a git repository" in told.err


def test_without_git_on_the_path_the_program_is_named(
    repository: Path, lone: Laptop
) -> None:
    lone.environment["PATH"] = str(lone.home)
    told = lone.run("local", cwd=repository)
    assert told.code in (64, 70)
    assert "git" in told.err
    assert "Traceback" not in told.err


def test_a_shallow_clone_is_told_how_to_grow(
    repository: Path, lone: Laptop, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    subprocess.run(
        [
            *("git", "clone", "-q", "--depth=1", "--no-single-branch"),
            *(f"file://{repository}", str(shallow)),
        ],
        check=True,
    )
    told = lone.run("local", "--base", "origin/main", cwd=shallow)
    assert told.code == 64
    assert "git fetch --unshallow" in told.err


def test_judging_needs_files_that_are_there(lone: Laptop) -> None:
    told = lone.run("judge", "--policy", "no.yml", "--trials", "no.json")
    assert told.code == 64
    assert "no.yml" in told.err


@pytest.mark.parametrize("left_kb", [64, pytest.param(400, marks=pytest.mark.soak)])
def test_a_full_disk_is_our_fault_and_the_next_call_goes_on_with_what_had_finished(
    repository: Path, lone: Laptop, left_kb: int
) -> None:
    """A cache on a disk that is full at once, or fills up while trials run."""
    lone.cache.mkdir()
    script = """
        mount -t tmpfs -o size=64m tmpfs "$SEEDGATE_CACHE_DIR" || exit 9
        ballast="$SEEDGATE_CACHE_DIR/ballast"
        head -c "$1" /dev/zero > "$ballast"; shift
        "$@" > /dev/null; echo "first $?"
        rm "$ballast"
        "$@" > /dev/null; echo "then $?"
    """
    ballast = str((64 * 1024 - left_kb) * 1024)
    command = lone.command("local", "--repo", repository, "--head", "branch")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", ballast, *command],
        env=lone.environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stdout.split() == ["first", "70", "then", "1"], done.stderr
    assert "Traceback" not in done.stderr
    assert "full" in done.stderr
    assert "Free some" in done.stderr
