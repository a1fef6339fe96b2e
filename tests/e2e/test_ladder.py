"""The ladder with real runs: cheap rungs first, none past a failed one, and resumed."""

import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.e2e.test_kills import Ledger, finished
from tests.samples.digits.build import Git, build
from tests.samples.quick import WORSE, Behaviour, build_quick, quick_policy
from tests.waiting import until

PROGRAM = (
    "import json, sys; name = json.load(open('config.json'))['name']; "
    "print('tests of', name); sys.exit({who})"
)
"""A suite of tests of which `who` decides, by the name of the tree, whether it fails.

It is Python between double quotes of YAML, so that only single ones stand in it.
"""


def ladder(who: str = "0", *more: str) -> str:
    """A policy with tests and two stages, and `more` lines under `stages`."""
    command = f'[python, -c, "{PROGRAM.format(who=who)}"]'
    lines = [f"  tests: {{command: {command}}}", *more]
    stages = "stages:\n" + "".join(f"{line}\n" for line in lines)
    policy = quick_policy(seeds="[4]", rest="  full: {seeds: [4, 5]}\n")
    return policy.replace("stages:\n", stages)


def judge(laptop: Laptop, repository: Path, *more: str) -> Told:
    words = ("local", "--repo", str(repository), "--base", "main", "--head", "branch")
    return laptop.run(*words, *more)


def stages_run(told: Told) -> list[str]:
    return list(dict.fromkeys(str(one["stage"]) for one in told.trials))


def quick(tmp_path: Path, policy: str, behaviour: Behaviour | None = None) -> Path:
    return build_quick(
        tmp_path / "repository", branch_behaviour=behaviour, policy=policy
    )


def test_tests_that_fail_on_the_branch_block_it_and_nothing_is_trained(
    tmp_path: Path, laptop: Laptop
) -> None:
    told = judge(laptop, quick(tmp_path, ladder("name == 'branch'")))
    assert (told.code, told.verdict) == (1, "block"), told.err
    (failed,) = told.because("tests_failed")
    assert "tests of branch" in str(failed["message"])
    assert (told.ran, stages_run(told)) == (2, ["tests"])
    skipped = [one["evidence"]["stage"] for one in told.because("rung_skipped")]
    assert skipped == ["fast", "full"]
    assert "tests: 0 of 2 runs ended" in told.err


def test_tests_that_fail_on_the_base_as_well_leave_it_undecided(
    tmp_path: Path, laptop: Laptop
) -> None:
    told = judge(laptop, quick(tmp_path, ladder("1")))
    assert (told.code, told.verdict) == (2, "undecided")
    (broken,) = told.because("tests_broken")
    assert "Mend them on the base first" in str(broken["message"])


def test_stages_are_climbed_in_order_and_each_says_what_it_found(
    tmp_path: Path, laptop: Laptop
) -> None:
    later = "  big: {seeds: [4], when: label:big}"
    repository = quick(tmp_path, ladder("0", later))
    told = judge(laptop, repository)
    assert (told.code, told.verdict) == (0, "pass"), told.err
    assert stages_run(told) == ["tests", "fast", "full"]
    assert told.report["stages"] == ["tests", "fast", "full"]
    (kept,) = {one["evidence"]["rung"] for one in told.because("bit_identical")} ^ {
        "fast"
    }
    assert kept == "full"
    again = judge(laptop, repository, "--label", "big")
    assert stages_run(again) == ["tests", "big", "fast", "full"]
    assert again.ran == 8  # all else was there


def test_a_stage_that_blocks_keeps_the_next_one_from_starting(
    tmp_path: Path, laptop: Laptop
) -> None:
    told = judge(laptop, quick(tmp_path, ladder(), WORSE))
    assert (told.code, told.verdict) == (1, "block")
    assert stages_run(told) == ["tests", "fast"]
    (skipped,) = told.because("rung_skipped")
    assert skipped["evidence"]["before"] == "fast"


@pytest.mark.soak
def test_one_stage_alone_leaves_the_others_out_and_never_passes(
    tmp_path: Path, laptop: Laptop
) -> None:
    told = judge(laptop, quick(tmp_path, ladder()), "--stage", "full")
    assert (told.code, told.verdict) == (2, "undecided")
    assert stages_run(told) == ["full"]
    (narrowed,) = told.because("narrowed")
    assert narrowed["evidence"]["narrowed"] == ["stage tests", "stage fast"]


@pytest.mark.soak
def test_a_ladder_killed_half_way_goes_on_where_it_was(
    tmp_path: Path, laptop: Laptop
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    slow = {"ledger": str(ledger.path), "seconds": 0.3}
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=Behaviour(**slow),
        branch_behaviour=Behaviour(mean=0.99, **slow),
        policy=ladder(),
    )
    words = ("local", "--repo", repository, "--base", "main", "--head", "branch")
    doomed = laptop.start(*words)
    until(lambda: len(ledger.lines("end")) >= 9, "the second stage to be under way")
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    until(lambda: not laptop.processes(), "every process to be gone")
    kept = finished(laptop)
    assert len(kept) >= 10  # two runs of tests, eight trials of the first stage
    told = judge(laptop, repository)
    assert told.verdict == "pass", told.err
    assert {one["key"] for one in told.trials if one["cached"]} == set(kept)
    ends = ledger.ends()
    stages = ("fast", "full")
    own = {
        (str(one["arm"]).replace("baseline", "main"), str(one["seed"]))
        for one in told.trials
        if one["stage"] in stages and one["state"] == "ok"
    }
    assert len(own) >= 8
    # What had ended and was not stored yet when the kill came is run again: one trial
    # for each of the two processors at most. What was stored is among the cached ones.
    again = [ends[place] - len(stages) for place in own]
    assert min(again) >= 0, ends
    assert sum(again) <= 2, ends


SANITY = """\
version: 1
defaults:
  resources: {cpus: 1, memory: 1GiB, timeout: 2m}
  environment: {manager: none}
modes:
  mlp:
    train: [python, train.py, --mode, mlp, --seed, "{seed}", --steps, "{steps}", --output-dir, "{output_dir}"]
    metrics:
      test_loss:
        direction: minimize
        source: {stdout: 'step +(?P<step>\\d+) .*test loss (?P<value>\\S+)', take: last}
        tolerance: 0.03
stages:
  sanity: {params: {steps: 12}}
  fast: {params: {steps: 250}, seeds: {min: 4, max: 12}}
"""  # noqa: E501 - a command stays on its line

CUT_OFF = """\
class CutOff(nn.Module):
    def forward(self, hidden):
        return hidden.detach() + 0 * hidden


def mlp() -> nn.Module:"""


def frozen(folder: Path) -> None:
    """A branch of the digits whose first layer learns nothing any more."""
    build(folder)
    git = Git(folder)
    git("switch", "--quiet", "--create", "frozen", "main")
    models = folder / "models.py"
    text = models.read_text().replace("def mlp() -> nn.Module:", CUT_OFF)
    layer = "nn.Linear(8 * 8, HIDDEN),"
    models.write_text(text.replace(layer, f"{layer}\n        CutOff(),"))
    git.commit("Speed up the backward pass")


def test_a_layer_that_learns_nothing_is_caught_before_anything_is_trained(
    tmp_path: Path, laptop: Laptop
) -> None:
    repository = tmp_path / "digits"
    frozen(repository)
    policy = laptop.home / "policy.yml"
    policy.write_text(SANITY)
    words = ("local", "--repo", repository, "--base", "main", "--head", "frozen")
    told = laptop.run(*words, "--policy", policy)
    assert (told.code, told.verdict) == (1, "block"), told.err
    (failed,) = [
        one
        for one in told.because("sanity_failed")
        if one["evidence"]["check"] == "gradients"
    ]
    assert "1.weight" in str(failed["message"])
    assert "On the base every parameter gets a gradient" in str(failed["message"])
    assert stages_run(told) == ["sanity"]
    held = {one["evidence"]["check"] for one in told.because("sanity_passed")}
    assert {"finite_loss", "seed_matters"} <= held
