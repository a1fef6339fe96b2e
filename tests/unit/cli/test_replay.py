"""`seedgate replay` as a person and as a script call it."""

import json
import os
from pathlib import Path

import pytest

from bot.cli.app import run

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py]
    seeding: none
    metrics:
      loss: {role: target, target: 2, direction: minimize}
      time_s: {role: improve, margin: 0, direction: minimize}
stages: {fast: {seeds: [4, 8]}}
"""
COMPARISONS = "comparisons: [{name: it, baseline: old, branch: new, merged: true}]"
NOISE = (0.0, 0.01, -0.02, 0.015, -0.005, 0.02, -0.01, 0.005)


def arm(loss: float, time: float) -> list[dict[str, float]]:
    return [{"loss": loss + one, "time_s": time - one} for one in NOISE]


def given(
    folder: Path, policy: str = POLICY, comparisons: str = COMPARISONS
) -> list[str]:
    """Words for `replay` on two arms."""
    runs = {"old": arm(1.9, 10.0), "new": arm(1.8, 9.0)}
    for name, text in (
        ("policy.yml", policy),
        ("runs.json", json.dumps(runs)),
        ("comparisons.yml", comparisons),
    ):
        (folder / name).write_text(text)
    return [
        "replay",
        *("--policy", str(folder / "policy.yml")),
        *("--runs", str(folder / "runs.json")),
        *("--comparisons", str(folder / "comparisons.yml")),
    ]


def test_the_past_is_judged_and_that_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new" / "replay.json"
    assert run([*given(tmp_path), "--json", str(target)]) == 0
    shown = capsys.readouterr().out
    assert "mode mlp, stage fast: looks at 4 and 8 seeds per arm" in shown
    assert "agrees with what was done in 1 of 1" in shown
    document = json.loads(target.read_text())
    assert document["comparisons"][0]["state"] == "pass"
    assert len(document["policy_sha256"]) == 64


def test_a_branch_that_the_gate_would_block_is_a_finding_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backwards = (
        COMPARISONS.replace("old", "x").replace("new", "old").replace("x", "new")
    )
    assert run(given(tmp_path, comparisons=backwards)) == 0
    assert "it disagrees on it: the gate says block" in capsys.readouterr().out.lower()


def test_json_on_stdout_leaves_stdout_to_the_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*given(tmp_path), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["mode"] == "mlp"


def test_the_same_past_gives_the_same_bytes(tmp_path: Path) -> None:
    words = given(tmp_path)
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    assert run([*words, "--json", str(one)]) == run([*words, "--json", str(two)]) == 0
    assert one.read_bytes() == two.read_bytes()


def test_without_comparisons_each_arm_is_judged_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = given(tmp_path, POLICY.replace("role: improve, margin: 0", "role: report"))
    assert run(words[:5]) == 0
    assert "2 comparisons." in capsys.readouterr().out


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(words) == 64
    return capsys.readouterr().err


def test_what_cannot_be_replayed_is_refused_with_a_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = given(tmp_path)
    assert "Write it down in a file for --comparisons" in said(words[:5], capsys)
    assert "Check --comparisons" in said([*words[:5], "--comparisons", "none"], capsys)
    assert "Check --runs" in said([*words[:3], "--runs", "none"], capsys)
    assert "cannot be written" in said([*words, "--json", os.devnull + "/x"], capsys)


def test_every_fault_of_the_comparisons_has_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = given(tmp_path, comparisons="comparisons: [{name: it, brnch: new}]")
    told = said(words, capsys)
    assert "The comparisons file" in told
    assert "comparisons.yml:1:15: comparisons[0]: `branch` is missing" in told
    assert "comparisons.yml:1:26: comparisons[0].brnch" in told
