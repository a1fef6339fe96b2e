"""`seedgate judge` and `seedgate replay`: results that others have, and no trial."""

import json
import random
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.e2e.conftest import Laptop, Told

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/reference/report.schema.json").read_text())
TUTORIAL = ROOT / "docs/tutorials"
RUNS = ROOT / "tests/data/speedrun_track1_runs.json"

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.1, slices: [day, night]}
      accuracy: {role: improve, margin: 0.01, direction: maximize}
      vram: {role: guardrail, tolerance: 10%, direction: minimize}
stages: {fast: {seeds: {min: 4, max: 12}}}
"""
USUAL = {"loss": 1.0, "loss/day": 0.9, "loss/night": 1.2, "accuracy": 0.8, "vram": 100}
SPREAD = 0.01  # of each mean
BETTER = {"accuracy": 0.9}


def arm(name: str, n: int = 8, **means: float) -> list[dict[str, object]]:
    """`n` runs around the usual means but `means`; a name always gives the same."""
    around = {**USUAL, **{key.replace("_", "/"): one for key, one in means.items()}}
    draw = random.Random(name).gauss
    return [
        {
            "seed": 1000 + place,
            "metrics": {key: draw(one, SPREAD * one) for key, one in around.items()},
        }
        for place in range(n)
    ]


def judge(laptop: Laptop, arms: dict[str, object], policy: str = POLICY) -> Told:
    """The report on `arms`, which fits the published schema."""
    policy_file, trials = laptop.home / "policy.yml", laptop.home / "trials.json"
    policy_file.write_text(policy)
    trials.write_text(json.dumps({"mode": "mlp", "stage": "fast", "arms": arms}))
    told = laptop.run("judge", "--policy", policy_file, "--trials", trials)
    assert told.report, told.err
    Draft202012Validator(SCHEMA).validate(told.report)
    return told


@pytest.mark.parametrize(
    ("branch", "code", "blocking"),
    [
        (BETTER, 0, []),
        ({**BETTER, "loss_night": 1.6}, 1, [("loss/night", "guardrail_broken")]),
        ({**BETTER, "vram": 130.0}, 1, [("vram", "guardrail_broken")]),
        ({**BETTER, "loss": 1.2}, 1, [("loss", "harm_shown")]),
        ({"accuracy": 0.7}, 1, [("accuracy", "improvement_ruled_out")]),
    ],
)
def test_each_role_of_given_results_decides_for_itself(
    laptop: Laptop,
    branch: dict[str, float],
    code: int,
    blocking: list[tuple[str, str]],
) -> None:
    told = judge(laptop, {"baseline": arm("old"), "branch": arm("new", **branch)})
    assert told.code == code, told.out
    found = [one for one in told.report["findings"] if one["state"] == "block"]
    reasons = [(one["metric"], one["evidence"]["reason"]) for one in found]
    assert reasons == blocking


def changed() -> dict[str, object]:
    """A branch of three changes, one of which costs what the others win."""
    return {
        "baseline": arm("old"),
        "branch": arm("new", loss=0.8, **BETTER),
        "without:cheap": arm("no cheap", loss=0.6, **BETTER),
        "without:wide": arm("no wide", loss=1.2, **BETTER),
        "only:cheap": arm("cheap", loss=1.2),
        "without:rename": {"not_estimable": "the tests of `wide` need it"},
    }


def test_a_change_that_the_others_hide_blocks_a_branch_that_is_better(
    laptop: Laptop,
) -> None:
    told = judge(laptop, changed())
    assert (told.code, told.verdict) == (1, "block")
    assert told.report["modes"]["mlp"]["state"] == "pass"
    (harmful,) = told.because("change_harmful")
    assert (harmful["change"], harmful["state"]) == ("cheap", "block")
    changes = {one["id"]: one for one in told.report["changes"]}
    assert changes["cheap"]["effect"]["loss"]["d"] == pytest.approx(-0.2, abs=0.03)
    assert changes["cheap"]["effect"]["loss"]["single"]["d"] == pytest.approx(
        -0.2, abs=0.03
    )
    assert changes["wide"]["effect"]["loss"]["state"] == "pass"
    assert not changes["rename"]["estimable"]
    assert "need it" in changes["rename"]["why_not"]


def test_a_policy_that_only_wants_to_know_of_hidden_changes_lets_it_pass(
    laptop: Laptop,
) -> None:
    told = judge(laptop, changed(), f"{POLICY}shadowed: report\n")
    assert (told.code, told.verdict) == (0, "pass")
    (harmful,) = told.because("change_harmful")
    assert (harmful["change"], harmful["state"]) == ("cheap", "info")
    assert "cheap" in told.out


def test_more_results_than_planned_decide_nothing_and_are_weighed(
    laptop: Laptop,
) -> None:
    arms = {"baseline": arm("old", 15), "branch": arm("new", 15, **BETTER)}
    told = judge(laptop, arms)
    assert (told.code, told.verdict) == (2, "undecided")
    (found,) = told.because("beyond_last_look")
    assert (found["evidence"]["n_given"], found["evidence"]["n_max"]) == (15, 12)
    loss = told.metric("loss", "mlp")
    assert loss["e_ni"] == found["evidence"]["e_ni"]
    assert loss["e_ni"] > found["evidence"]["needed"] == 20
    assert loss["e_harm"] < 20


def replay(laptop: Laptop, *words: str | Path) -> Told:
    policy = TUTORIAL / "speedrun/policy.yml"
    return laptop.run("replay", "--policy", policy, *words)


def test_the_tutorial_can_be_typed_and_prints_its_table_unbroken(
    laptop: Laptop,
) -> None:
    comparisons = TUTORIAL / "speedrun/comparisons.yml"
    told = replay(laptop, "--runs", RUNS, "--comparisons", comparisons)
    assert (told.code, told.err) == (0, "")
    page = (TUTORIAL / "speedrun.md").read_text(encoding="utf-8")
    table = page.partition("```text\n")[2].partition("\n```")[0]
    assert len(table.splitlines()) > 25
    assert told.out.startswith(f"{table}\n")


ARMS = '{"old": [{"val_loss": 3.2}], "new": [{"val_loss": 3.1}]}'


@pytest.mark.parametrize(
    ("runs", "comparisons", "sentence"),
    [
        ('{"old": [', "comparisons: []", "is not JSON"),
        ('{"old": []}', "comparisons: []", "the arm `old` has no list of runs"),
        (ARMS, "comparisons: [{name: it, branch: nwe}]", "cannot be found: `nwe`"),
        (ARMS, "comparisons: [{name: it", "comparisons.yml:1:"),
        (ARMS, "mode: gru\ncomparisons: [{name: it, branch: new}]", "no mode `gru`"),
    ],
)
def test_a_past_that_cannot_be_read_is_refused_by_name(
    laptop: Laptop, runs: str, comparisons: str, sentence: str
) -> None:
    runs_file, asked = laptop.home / "runs.json", laptop.home / "comparisons.yml"
    runs_file.write_text(runs)
    asked.write_text(comparisons)
    told = replay(laptop, "--runs", runs_file, "--comparisons", asked)
    assert (told.code, told.out) == (64, "")
    assert sentence in told.err
    assert len(told.err.splitlines()) == 2
