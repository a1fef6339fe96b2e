"""Tools for who writes a branch: `scan`, `reproduce` and `split`, on real runs."""

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.digits.build import Git

TRAIN = """\
import argparse, random
from settings import OFFSET

given = argparse.ArgumentParser()
given.add_argument("--seed", type=int)
given.add_argument("--rate", type=float)
given = given.parse_args()
noise = random.Random(given.seed)
for step in range(5):
    loss = 3.0 - 0.4 * step + noise.gauss(0.0, 0.01)
    print("loss", loss + (given.rate - 0.3) ** 2 + OFFSET)
"""
POLICY = """\
version: 1
defaults:
  resources: {cpus: 1, memory: 256MiB, timeout: 20s}
  environment: {manager: none}
modes:
  quick:
    train: [python, train.py, --seed, "{seed}", --rate, "{rate}"]
    metrics:
      loss:
        direction: minimize
        tolerance: 0.05
        source: {stdout: 'loss (?P<value>\\S+)', take: last}
stages:
  fast: {params: {rate: 0.5, unused: 1}, seeds: {min: 4, max: 8}}
"""


def built(folder: Path, policy: str = POLICY) -> Git:
    """`main`, and `idea` with nothing but a comment more."""
    git = Git(folder)
    (folder / ".github").mkdir(parents=True)
    git.start()
    (folder / "train.py").write_text(TRAIN)
    (folder / "settings.py").write_text("OFFSET = 0.0\n")
    (folder / ".github/seedgate.yml").write_text(policy)
    git.commit("Pretend to train")
    git("switch", "--quiet", "--create", "idea")
    (folder / "settings.py").write_text("# A comment\nOFFSET = 0.0\n")
    git.commit("Say more\n\n- Expected: `loss` ±0 (likelihood 90%, effort 5 min)")
    return git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    built(folder)
    return folder


def asked(laptop: Laptop, *words: str | Path) -> tuple[Told, dict]:
    """What a command says, and the JSON that it writes."""
    target = laptop.home / "told.json"
    target.unlink(missing_ok=True)
    told = laptop.run(*words, "--json", target)
    return told, json.loads(target.read_text()) if target.exists() else {}


@pytest.mark.soak
def test_a_scan_finds_the_better_value_and_shares_its_trials_with_the_verdict(
    laptop: Laptop, repository: Path
) -> None:
    place = ("--repo", repository)
    told, found = asked(laptop, "scan", "rate=0.3,0.9,0.5", *place)
    assert told.code == 0, told.err
    assert "rate (own value 0.5), 4 seeds a value: 12 trials." in told.out
    assert "quick / loss: 0.3 looks better than 0.5." in told.out
    assert "an exploration and no verdict" in told.out
    (metric,) = found["metrics"]
    assert {one["value"]: one["looks"] for one in metric["values"]} == {
        "0.3": "better",
        "0.9": "worse",
    }
    assert metric["values"][0]["d"] == pytest.approx(0.04)
    again, _ = asked(laptop, "scan", "rate=0.3,0.9", *place)
    assert "0 trials, 12 reused." in again.out
    judged = laptop.run("local", *place)
    assert (judged.code, judged.verdict) == (0, "pass"), judged.err
    branch = [one for one in judged.trials if one["arm"] == "branch"]
    assert [one["cached"] for one in branch] == [True] * 4


@pytest.mark.soak
def test_a_trial_is_reproduced_bit_for_bit_as_long_as_its_objects_are_there(
    laptop: Laptop, repository: Path
) -> None:
    judged = laptop.run("local", "--repo", repository)
    (forecast,) = judged.report["forecasts"]
    assert (forecast["outcome"], forecast["likelihood"]) == ("met", 0.9)
    assert judged.report["price"]["complexity"] == [1, 1]
    first = next(one for one in judged.trials if one["arm"] == "branch")
    key = str(first["key"])
    assert first["repro"] == f"seedgate reproduce {key[:12]}"

    same, result = asked(laptop, "reproduce", key[:12])
    assert same.code == 0, same.err
    assert "Bit for bit the same: every value" in same.out
    assert (result["trial"], result["result"]) == (key, "bitwise")
    _, twice = asked(laptop, "reproduce", key)
    assert (twice["result"], twice["replicate"]) == ("bitwise", 2)

    shown = laptop.run("reproduce", key[:12], "--dry-run")
    assert shown.code == 0
    head = Git(repository)("rev-parse", "idea").strip()
    for word in (key, str(first["seed"]), "python train.py", head, "checkout-index"):
        assert word in shown.out
    as_json = laptop.run("reproduce", key[:12], "--dry-run", "--json", "-")
    assert json.loads(as_json.out)["commit"] == head

    refused = laptop.run("reproduce", "0" * 8)
    assert refused.code == 64
    assert "No trial whose key begins with 00000000" in refused.err
    shutil.rmtree(laptop.cache / "scratch")
    gone = laptop.run("reproduce", key[:12])
    assert gone.code == 64
    assert "cannot be had: git does not hold the tree" in gone.err


@pytest.mark.parametrize(
    ("what", "words", "said"),
    [
        ("speed=1,2", (), "The stage `fast` has no parameter `speed`"),
        ("unused=1,2", (), "No command takes the parameter `unused`"),
        ("rate=1,2,3,4,5,6,7,8,9", (), "9 values of `rate` are too many"),
        ("rate", (), "does not name a parameter and values"),
        ("rate=0.1", ("--seeds", "1"), "--seeds 1 is no number of seeds"),
    ],
)
def test_a_scan_of_what_is_no_parameter_is_refused_before_anything_runs(
    laptop: Laptop, repository: Path, what: str, words: tuple[str, ...], said: str
) -> None:
    told = laptop.run("scan", what, "--repo", repository, *words)
    assert told.code == 64
    assert said in told.err
    assert not (laptop.cache / "seedgate.sqlite").exists()


def test_a_trial_cannot_be_reproduced_where_nothing_was_run(laptop: Laptop) -> None:
    told = laptop.run("reproduce", "0123456789ab")
    assert told.code == 64
    assert "Nothing was run here yet" in told.err


@pytest.mark.soak
def test_the_good_part_of_a_branch_is_split_off_and_shares_its_trials(
    laptop: Laptop, tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    git = built(folder, POLICY + "ablation: {unit: commit}\n")
    (folder / "train.py").write_text(TRAIN.replace("OFFSET)", "OFFSET + 0.4)"))
    git.commit("Make it worse")
    bad = git("rev-parse", "--short=7", "HEAD").strip()
    git("commit", "--quiet", "--allow-empty", "--message", "Say nothing")
    whole = laptop.run("local", "--repo", folder)
    assert (whole.code, whole.verdict) == (1, "block"), whole.err
    assert whole.report["apart"] == {"asked": True, "found": 3}

    target = laptop.home / "split.json"
    words = ("split", "--without", bad, "--repo", folder, "--json", target)
    told = laptop.run(*words)
    assert told.code == 0, told.err
    name = f"idea-without-{bad}"
    assert f"Made the branch {name}, without {bad}" in told.err
    assert f"The branch {name} is in this repository. It passes." in told.err
    assert f"git push --set-upstream origin {name}" in told.err
    report = json.loads(target.read_text())
    assert report["verdict"] == "pass"
    reused = [one for one in report["trials"] if one["cached"]]
    assert len(reused) >= 8
    assert git("show", f"{name}:train.py") == TRAIN
    assert git("rev-parse", f"{name}^") == git("rev-parse", "main")

    again = laptop.run(*words)
    assert (again.code, "was there already" in again.err) == (0, True)
    unknown = laptop.run("split", "--without", "abcdef0", "--repo", folder)
    assert unknown.code == 64
    assert "The branch has no change 'abcdef0'" in unknown.err
    nothing = laptop.run("split", "--without", ",", "--repo", folder)
    assert (nothing.code, "names no change" in nothing.err) == (64, True)


@pytest.mark.soak
def test_the_printed_line_takes_out_a_suspect_of_any_name(
    laptop: Laptop, tmp_path: Path
) -> None:
    folder, name = tmp_path / "a folder", '-don\'t, "stop" $HOME `id` !1 \\'
    git = built(folder, POLICY + "ablation: {unit: trailer}\n")
    (folder / "train.py").write_text(TRAIN.replace("OFFSET)", "OFFSET + 0.4)"))
    git.commit(f"Make it worse\n\nChange: {name}")
    whole = laptop.run("local", "--repo", folder)
    assert whole.verdict == "block", whole.err
    (line,) = (one for one in whole.out.splitlines() if "seedgate split" in one)
    told = laptop.paste(line.strip())
    assert told.code == 0, told.err
    (branch,) = (
        one
        for one in git("branch", "--format=%(refname:short)").split("\n")
        if one.startswith("idea-without-don-t-stop")
    )
    assert git("show", f"{branch}:train.py") == TRAIN
    assert f"The branch {branch} is in this repository. It passes." in told.err
    main = laptop.run("split", "--without", name, "--branch", "main", "--repo", folder)
    assert (main.code, "that is the base" in main.err) == (64, True)
    assert "delete" not in main.err
