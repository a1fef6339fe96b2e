"""The digits sample: its history, its branches, its training and its own tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples.digits import build as script
from tests.samples.digits.build import FILES, Git, build

BRANCHES = {"conflict", "crash", "improvement", "nan", "refactor", "regression"}
MODES = ("mlp", "conv")
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "CUDA_VISIBLE_DEVICES": "",  # only on a CPU does the seed decide every bit
}


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Git:
    """The sample, built once and only read."""
    folder = tmp_path_factory.mktemp("sample") / "digits"
    build(folder)
    return Git(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output directory of a finished run; see `printed`."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def printed(digits: Git, run: Path) -> str:
    """What that run printed."""
    return finish(train(digits, run, "conv", 5))


def start(digits: Git, *arguments: str) -> subprocess.Popen[str]:
    """Start a python of the sample's in its folder."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=digits.folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What the process printed; it must have ended well."""
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return printed


def train(digits: Git, output: Path, mode: str, seed: int) -> subprocess.Popen[str]:
    """Start a run of thirty steps with three evaluations."""
    told = {"--mode": mode, "--seed": str(seed), "--output-dir": str(output)}
    short = {"--steps": "30", "--eval-every": "10"}
    words = [word for pair in (told | short).items() for word in pair]
    return start(digits, "train.py", *words)


def merged(digits: Git, branch: str) -> str:
    """The tree that would land."""
    return digits("merge-tree", "--write-tree", "main", branch).strip()


def test_main_holds_exactly_the_files_of_the_repository_folder(digits: Git) -> None:
    listed = digits("ls-tree", "-r", "--name-only", "main").split()
    written = {
        str(path.relative_to(FILES)): path.read_text()
        for path in FILES.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts)
    }
    assert {name: digits("show", f"main:{name}") for name in listed} == written


def test_every_branch_was_cut_before_main_moved_on(digits: Git) -> None:
    cut = digits("rev-parse", "main~1")
    for branch in BRANCHES:
        assert digits("merge-base", "main", branch) == cut


def test_there_is_one_branch_for_each_story_and_nothing_uncommitted(
    digits: Git,
) -> None:
    names = digits("branch", "--format=%(refname:short)").split()
    assert set(names) == {"main", *BRANCHES}
    assert digits("status", "--porcelain") == ""


def test_two_builds_have_the_same_commits(digits: Git, tmp_path: Path) -> None:
    build(tmp_path / "again")
    refs = ("for-each-ref", "--format=%(objectname) %(refname)")
    assert Git(tmp_path / "again")(*refs) == digits(*refs)


def test_the_settings_of_whoever_builds_change_nothing(
    digits: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    build(tmp_path / "again")
    assert Git(tmp_path / "again")("rev-parse", "nan") == digits("rev-parse", "nan")


def test_the_branch_that_conflicts_does_so_in_one_file(digits: Git) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        digits("merge-tree", "--write-tree", "--name-only", "main", "conflict")
    assert refused.value.returncode == 1
    assert refused.value.stdout.splitlines()[1:2] == ["models.py"]


@pytest.mark.parametrize("branch", sorted(BRANCHES - {"conflict"}))
def test_every_other_branch_merges_into_a_tree_of_its_own(
    digits: Git, branch: str
) -> None:
    trees = {digits("rev-parse", f"{one}^{{tree}}").strip() for one in ("main", branch)}
    assert merged(digits, branch) not in trees


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    refused = script.main([str(tmp_path)])
    assert refused == f"{tmp_path} is not empty: name a folder that does not exist yet."
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_empty_folder_is_built_in(tmp_path: Path) -> None:
    assert script.main([str(tmp_path)]) is None
    assert (tmp_path / "train.py").exists()


def test_without_a_destination_the_usage_is_told() -> None:
    assert script.main([]) == "Name the folder to make: python build.py DEST"


@pytest.mark.parametrize("mode", MODES)
def test_the_seed_alone_decides_every_bit_of_a_run(
    digits: Git, tmp_path: Path, mode: str
) -> None:
    runs = {name: tmp_path / name for name in ("first", "again", "other")}
    seeds = {"first": 1_234_567, "again": 1_234_567, "other": 7_654_321}
    started = {
        name: train(digits, runs[name], mode, seeds[name])
        for name in ("first", "again")
    }
    said = {name: finish(process) for name, process in started.items()}
    assert said["first"] == said["again"]
    finish(train(digits, runs["other"], mode, seeds["other"]))
    logs = {name: (run / "metrics.jsonl").read_bytes() for name, run in runs.items()}
    assert logs["first"] == logs["again"]
    assert logs["first"] != logs["other"]


def test_a_run_says_the_same_on_stdout_and_in_its_log(run: Path, printed: str) -> None:
    lines, log = printed.splitlines(), (run / "metrics.jsonl").read_text()
    records = [json.loads(line) for line in log.splitlines()]
    assert [record["step"] for record in records] == [10, 20, 30]
    for line, record in zip(lines, records, strict=True):
        assert f"test loss {record['test_loss']:.6f}" in line


def test_a_checkpoint_is_scored_as_the_run_scored_it(
    digits: Git, run: Path, printed: str
) -> None:
    scored = finish(start(digits, "evaluate.py", "--checkpoint", f"{run}/model.pt"))
    assert scored.strip() in printed.splitlines()[-1]


def test_the_tests_of_the_sample_pass(digits: Git) -> None:
    quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
    assert "15 passed" in finish(start(digits, "-m", "pytest", *quiet))
