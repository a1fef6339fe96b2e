"""The tutorial from blocked to clean: its own commands, and what it shows of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.digits.build import Git

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/tutorials/blocked-to-clean.md").read_text(encoding="utf-8")
ELLIPSIS = "..."


def blocks(kind: str) -> list[str]:
    """The fenced blocks of one kind on the page, in their order."""
    parts = PAGE.split(f"```{kind}\n")[1:]
    return [part.partition("\n```")[0] for part in parts]


LISTED, BLOCKED = blocks("text")[:2]
CALLS = [line.removeprefix("$ ") for line in "\n".join(blocks("console")).split("\n")]

pytestmark = [pytest.mark.xdist_group("tutorial"), pytest.mark.long]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as the first commands of the page make it, word for word."""
    folder = tmp_path_factory.mktemp("tutorial") / "digits"
    (script,) = [one for one in blocks("") if "git am" in one]
    lines = [one for one in script.split("\n") if not one.startswith(". .venv")]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(
        ["bash", "-eu", "-c", "\n".join(lines).replace("/tmp/digits", str(folder))],
        cwd=ROOT,
        env={
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def repository(made: Path, tmp_path: Path) -> Path:
    """A copy that a story may write to."""
    return Path(shutil.copytree(made, tmp_path / "digits"))


def call(lone: Laptop, repository: Path, words: str, *more: str) -> Told:
    lone.environment["COLUMNS"] = "80"
    program, *rest = words.split()
    assert program == "seedgate"
    return lone.run(*rest, *more, cwd=repository)


def plain(line: str) -> str:
    """A line without frame, colour of spaces, and how long this machine took."""
    bare = re.sub(r"[\N{BOX DRAWINGS HEAVY VERTICAL}\s]+", " ", line).strip()
    return re.sub(r"(\d+ min )?[\d.]+ s\b", "a while", bare)


def missing(shown: str, printed: str) -> list[str]:
    """Lines of a block of the page that were not printed; rules do not count."""
    there = {plain(line) for line in printed.split("\n")}
    asked = [line for line in shown.split("\n") if line.strip(" \u2500")]
    return [line for line in asked if line != ELLIPSIS and plain(line) not in there]


def test_the_patches_make_the_commits_that_the_page_names(made: Path) -> None:
    git = Git(made)
    assert git("log", "--format=%h %s", "main..calmer").strip() == LISTED
    assert git("branch", "--show-current").strip() == "calmer"
    policy = git("show", "main:.github/seedgate.yml")
    added = next(one for one in blocks("yaml") if "ablation" in one)
    assert policy.rstrip().endswith(added)
    decay = next(one for one in blocks("text") if "WEIGHT_DECAY" in one)
    assert decay in git("show", "a59ab8a")
    expected = re.search(r"`(Expected: [^`]+)`", PAGE)
    assert expected is not None
    assert expected[1] in git("show", "--format=%B", "--no-patch", "7da670a")


def test_the_branch_is_blocked_before_anything_is_trained_as_the_page_shows(
    lone: Laptop, repository: Path
) -> None:
    told = call(lone, repository, CALLS[0])
    assert (told.code, told.verdict) == (1, "block"), told.err
    assert missing(BLOCKED, told.out) == []
    blamed = {
        str(one["mode"]): one["evidence"]["changes"]
        for one in told.because("mode_invasive")
    }
    assert blamed == {"mlp": ["7da670a", "a59ab8a"], "conv": ["a59ab8a"]}


@pytest.mark.soak
def test_the_good_part_is_found_taken_out_and_repeated_as_the_page_tells(
    lone: Laptop, repository: Path
) -> None:
    meant = call(lone, repository, CALLS[1])
    assert (meant.code, meant.verdict) == (1, "block"), meant.err
    (hidden,) = meant.because("change_harmful")
    assert (hidden["mode"], hidden["change"]) == ("mlp", "a59ab8a")
    # What the page says of `conv` depends on the seeds, in one of two ways.
    conv = {
        (str(one["evidence"]["reason"]), one["change"])
        for one in meant.findings("regression") + meant.findings("shadowed")
        if one["mode"] == "conv"
    }
    shown = {("harm_shown", None), ("change_suspect", "a59ab8a")}
    told = {("tolerated_loss", None), ("change_tolerated", "a59ab8a")}
    assert shown <= conv or told <= conv
    assert CALLS[2].removesuffix(" --target mlp") in " ".join(meant.out.split())

    good = call(lone, repository, CALLS[2])
    assert good.code == 0, good.err
    (ran,) = re.findall(r"^Cost: \d+ trials run", PAGE, re.MULTILINE)
    said = " ".join((good.out + good.err).split())
    for words in (
        "calmer-without-a59ab8a, without a59ab8a; judging it",
        "SAFE TO MERGE",
        "steps are the same bit for bit on base and branch.",
        ran,
        "It passes.",
        "git push --set-upstream origin calmer-without-a59ab8a",
    ):
        assert words in said
    left_out = next(one for one in meant.trials if one["arm"] == "without:a59ab8a")
    file = lone.home / "again.json"
    key = str(left_out["key"])[:12]
    again = lone.run("reproduce", key, "--json", file)
    assert again.code == 0, again.err
    assert json.loads(file.read_text())["result"] == "bitwise"
