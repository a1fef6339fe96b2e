"""What each role of a metric stops, and what it lets through, on real trials."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.quick import BETTER, Behaviour, build_quick, quick_policy

SLICED = quick_policy(
    metrics="{loss: {direction: minimize, tolerance: 0.05, slices: [day, night]}}"
)
USUAL = Behaviour(slices={"day": 0.0, "night": 0.2})

LEADERBOARD = quick_policy(
    metrics="""{
      loss: {role: improve, margin: 0.005, alpha: 0.01, direction: minimize},
      accuracy: {role: target, target: 0.8, direction: maximize},
      bytes: {role: limit, max: 16000000},
      train_time_s: {role: limit, max: 19, source: wall_clock}}"""
)
AGENTS = quick_policy(
    metrics="""{
      loss: {role: improve, margin: 0, alpha: 0.05, direction: minimize},
      vram: {role: guardrail, tolerance: 10%, direction: minimize}}"""
)
RECORD = {"accuracy": 0.9, "bytes": 10e6}


def judge(
    laptop: Laptop, tmp_path: Path, policy: str, main: Behaviour, branch: Behaviour
) -> Told:
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=main,
        branch_behaviour=branch,
        policy=policy,
    )
    told = laptop.run("local", "--repo", repository)
    assert told.report, told.err
    return told


def test_a_slice_that_gets_worse_blocks_although_the_mean_is_fine(
    laptop: Laptop, tmp_path: Path
) -> None:
    dark = Behaviour(noise="branch", slices={"day": 0.0, "night": 0.4})
    told = judge(laptop, tmp_path, SLICED, USUAL, dark)
    assert (told.code, told.verdict) == (1, "block")
    (found,) = told.because("guardrail_broken")
    assert (found["metric"], found["state"]) == ("loss/night", "block")
    assert "slice night" in found["message"]
    assert "slice night" in " ".join(told.out.split())
    night, whole = told.metric("loss/night"), told.metric("loss")
    assert (night["slice_of"], night["family"]) == ("loss", 2)
    assert night["d"] == pytest.approx(-0.2, abs=0.05)
    assert whole["state"] == "pass"
    assert abs(whole["d"]) < 0.03


@pytest.mark.soak
def test_slices_that_are_as_before_let_a_branch_pass(
    laptop: Laptop, tmp_path: Path
) -> None:
    same = Behaviour(noise="branch", slices=USUAL.slices)
    told = judge(laptop, tmp_path, SLICED, USUAL, same)
    assert (told.code, told.verdict) == (0, "pass")
    kept = told.because("guardrail_kept")
    assert {one["metric"] for one in kept} == {"loss/day", "loss/night"}
    assert {one["state"] for one in kept} == {"pass"}


@pytest.mark.soak
def test_a_trial_that_leaves_out_a_slice_has_failed_by_name_and_forbids_a_pass(
    laptop: Laptop, tmp_path: Path
) -> None:
    some = Behaviour("forgets", share=0.8, noise="branch", slices=USUAL.slices)
    told = judge(laptop, tmp_path, SLICED, USUAL, some)
    assert told.code in (1, 2)
    failed = [one for one in told.trials if one["state"] == "failed"]
    assert {(one["arm"], one["reason"]) for one in failed} == {
        ("branch", "missing_metric")
    }
    (found,) = told.findings("failure")
    assert found["state"] in ("block", "undecided")
    assert "loss/night" in found["message"]


@pytest.mark.soak
def test_a_record_that_keeps_every_rule_of_the_board_passes(
    laptop: Laptop, tmp_path: Path
) -> None:
    old, new = Behaviour(others=RECORD), Behaviour(mean=0.9, others=RECORD)
    told = judge(laptop, tmp_path, LEADERBOARD, old, new)
    assert (told.code, told.verdict) == (0, "pass")
    reasons = {
        name: told.metric(name)["reason"]
        for name in ("loss", "accuracy", "bytes", "train_time_s")
    }
    assert reasons == {
        "loss": "improvement_shown",
        "accuracy": "target_shown",
        "bytes": "limit_kept",
        "train_time_s": "limit_kept",
    }
    loss = told.metric("loss")
    assert loss["margin"] == 0.005
    assert loss["ci"][0] > 0.005
    assert not told.metric("train_time_s")["self_reported"]


def test_a_record_that_breaks_a_limit_is_blocked_by_that_limit_alone(
    laptop: Laptop, tmp_path: Path
) -> None:
    old = Behaviour(others=RECORD)
    new = Behaviour(mean=0.9, others=RECORD | {"bytes": 20e6})
    told = judge(laptop, tmp_path, LEADERBOARD, old, new)
    assert (told.code, told.verdict) == (1, "block")
    blocking = [one for one in told.report["findings"] if one["state"] == "block"]
    assert [(one["kind"], one["metric"]) for one in blocking] == [("limit", "bytes")]
    assert told.metric("accuracy")["state"] == "pass"


@pytest.mark.soak
def test_noise_alone_is_never_an_improvement(laptop: Laptop, tmp_path: Path) -> None:
    old, new = Behaviour(others=RECORD), Behaviour(noise="branch", others=RECORD)
    told = judge(laptop, tmp_path, LEADERBOARD, old, new)
    assert told.code in (1, 2)
    (found,) = told.findings("improvement")
    assert found["evidence"]["reason"] in (
        "improvement_not_shown",
        "improvement_ruled_out",
    )
    assert told.metric("accuracy")["state"] == "pass"


def test_a_guardrail_stops_a_branch_that_buys_its_improvement_with_memory(
    laptop: Laptop, tmp_path: Path
) -> None:
    old = Behaviour(others={"vram": 100.0})
    new = Behaviour(mean=BETTER.mean, others={"vram": 150.0})
    told = judge(laptop, tmp_path, AGENTS, old, new)
    assert (told.code, told.verdict) == (1, "block")
    (found,) = told.because("guardrail_broken")
    assert found["metric"] == "vram"
    assert found["evidence"]["tolerance"] == pytest.approx(10.0, rel=0.05)
    assert told.metric("loss")["reason"] == "improvement_shown"
