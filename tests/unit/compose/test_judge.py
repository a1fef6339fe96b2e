"""`seedgate judge` wired: a policy and a trials file give a report."""

import json
from pathlib import Path

import numpy as np
import pytest

from bot.compose.judge import judge_file
from bot.domain.errors import UserFault
from bot.domain.verdict import Reason, Report, Ruling
from bot.presentation.report_json import document

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.1}
stages: {fast: {seeds: {min: 4, max: 20}}}
"""


def arm(mean: float, seed: int, n: int = 10) -> list[dict[str, object]]:
    values = np.random.default_rng(seed).normal(mean, 0.02, n)
    return [{"seed": 100 + i, "metrics": {"loss": v}} for i, v in enumerate(values)]


def judge(folder: Path, more: str = "", **arms: object) -> Report:
    policy, trials = folder / "policy.yml", folder / "trials.json"
    policy.write_text(POLICY + more)
    named = {name.replace("_", ":"): one for name, one in arms.items()}
    whole = {"baseline": arm(1.0, 1), "branch": arm(0.9, 2), **named}
    trials.write_text(json.dumps({"mode": "mlp", "stage": "fast", "arms": whole}))
    return judge_file(policy, trials)


def test_a_change_that_the_rest_of_the_branch_hides_blocks(tmp_path: Path) -> None:
    report = judge(
        tmp_path, without_a1=arm(0.7, 3), without_b2=arm(1.2, 4), only_a1=arm(1.2, 5)
    )
    assert report.verdict.state is Ruling.BLOCK
    assert report.verdict.modes[0].state is Ruling.PASS
    written = document(report)
    assert written["verdict"] == "block"
    changes = written["changes"]
    assert isinstance(changes, list)
    assert [(one["id"], one["estimable"]) for one in changes] == [
        ("a1", True),
        ("b2", True),
    ]
    effect = changes[0]["effect"]["loss"]
    assert effect["state"] == "block"
    assert effect["d"] == pytest.approx(-0.2, abs=0.03)
    assert {one["arm"] for one in written["trials"]} == {
        *("baseline", "branch", "without:a1", "without:b2", "only:a1"),
    }


def test_a_policy_can_have_it_reported_only(tmp_path: Path) -> None:
    report = judge(tmp_path, "shadowed: report\n", without_a1=arm(0.7, 3))
    assert report.verdict.state is Ruling.PASS
    assert Reason.CHANGE_HARMFUL in [one.reason for one in report.verdict.findings]


def test_several_attempts_share_the_error_rate_of_changes_too(tmp_path: Path) -> None:
    alone = judge(tmp_path, without_a1=arm(0.9, 3))
    shared = judge(tmp_path, "decision: {attempts: 5}\n", without_a1=arm(0.9, 3))
    levels = [one.verdict.changes[0].effects[0].level for one in (alone, shared)]
    assert levels[0] is not None
    assert levels[1] is not None
    assert levels[1] < levels[0] / 4


def test_results_without_changes_have_none(tmp_path: Path) -> None:
    assert judge(tmp_path).verdict.changes == ()


def test_the_same_files_give_the_same_report(tmp_path: Path) -> None:
    arms = {"without_a1": arm(0.7, 3), "without_b2": {"not_estimable": "no"}}
    assert document(judge(tmp_path, **arms)) == document(judge(tmp_path, **arms))


def test_a_policy_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFault, match="cannot be read"):
        judge_file(tmp_path / "none.yml", tmp_path / "none.json")


def test_auto_has_no_meaning_for_given_results_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    policy, trials = tmp_path / "policy.yml", tmp_path / "trials.json"
    policy.write_text(POLICY.replace("0.1", "auto"))
    trials.write_text(
        json.dumps(
            {
                "mode": "mlp",
                "stage": "fast",
                "arms": {"baseline": arm(1.0, 1), "branch": arm(0.9, 2)},
            }
        )
    )
    with pytest.raises(
        UserFault, match=r"`modes\.mlp\.metrics\.loss\.tolerance`"
    ) as told:
        judge_file(policy, trials)
    assert "`seedgate calibrate`" in told.value.mend
    assert "write the amount" in told.value.mend
