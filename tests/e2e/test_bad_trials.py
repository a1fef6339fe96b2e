"""Commands that misbehave: a sentence, the right code, nothing left or lost."""

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.quick import STDOUT, Behaviour, build_quick, quick_policy


def judge(laptop: Laptop, repository: Path, *more: str) -> Told:
    words = ("local", "--repo", str(repository), "--base", "main", "--head", "branch")
    return laptop.run(*words, *more)


def branch(tmp_path: Path, behaviour: Behaviour, policy: str | None = None) -> Path:
    return build_quick(
        tmp_path / "repository", branch_behaviour=behaviour, policy=policy
    )


@pytest.mark.parametrize(
    ("behaviour", "reason", "sentence"),
    [
        ("nan", "nan_metric", "loss"),
        pytest.param("infinite", "infinite_metric", "loss", marks=pytest.mark.soak),
        pytest.param("text", "unparsable_metric", "loss", marks=pytest.mark.soak),
        ("silent", "missing_metric", "no line of stdout matched"),
        ("crashes", "exception", ""),
    ],
)
def test_a_branch_whose_metric_is_no_number_fails_by_name_and_is_blocked(
    tmp_path: Path, laptop: Laptop, behaviour: str, reason: str, sentence: str
) -> None:
    told = judge(laptop, branch(tmp_path, Behaviour(behaviour)))
    assert (told.code, told.verdict) == (1, "block"), told.err
    failed = [one for one in told.trials if one["state"] == "failed"]
    assert {(one["arm"], one["reason"]) for one in failed} == {("branch", reason)}
    (found,) = told.findings("failure")
    assert sentence in str(found["message"]).lower()
    assert "MERGE" in told.out.upper()


def test_a_pattern_that_never_matches_is_the_policys_fault_and_says_what_was_seen(
    tmp_path: Path, laptop: Laptop
) -> None:
    wrong = "{stdout: 'validation loss (?P<value>\\S+)'}"
    told = judge(laptop, branch(tmp_path, Behaviour(), quick_policy(source=wrong)))
    assert (told.code, told.verdict) == (2, "undecided")
    (found,) = told.findings("failure")
    assert found["evidence"]["reason"] == "baseline_broken"
    assert "'validation loss (?P<value>\\S+)'" in str(found["message"])
    assert "Mend the metric's `source`" in str(found["message"])
    assert "step 5 loss" in str(found["message"])


def test_a_command_that_does_not_start_is_named(tmp_path: Path, laptop: Laptop) -> None:
    policy = quick_policy().replace("[python, train.py", "[pyhton, train.py")
    told = judge(laptop, branch(tmp_path, Behaviour(), policy))
    assert (told.code, told.verdict) == (2, "undecided")
    (found,) = told.findings("failure")
    assert "pyhton" in str(found["message"])
    assert {one["reason"] for one in told.trials if one["reason"]} == {"start"}


def test_a_trial_that_prints_100_mb_is_read_to_its_end(
    tmp_path: Path, laptop: Laptop
) -> None:
    policy = quick_policy(resources="{cpus: 1, memory: 256MiB, timeout: 120s}")
    told = judge(laptop, branch(tmp_path, Behaviour("noisy", megabytes=100), policy))
    assert (told.code, told.verdict) == (0, "pass"), told.err
    kept = sum(
        (Path(folder) / name).lstat().st_size
        for folder, _, names in os.walk(laptop.cache)
        for name in names
    )
    assert kept < 200 * 2**20


@pytest.mark.soak
def test_a_trial_that_ignores_sigterm_is_ended_at_its_time_limit(
    tmp_path: Path, laptop: Laptop
) -> None:
    policy = quick_policy(resources="{cpus: 1, memory: 256MiB, timeout: 2s}")
    told = judge(laptop, branch(tmp_path, Behaviour("stubborn"), policy))
    assert (told.code, told.verdict) == (1, "block")
    failed = [one for one in told.trials if one["state"] == "failed"]
    assert {one["reason"] for one in failed} == {"timeout"}


def test_a_trial_that_leaves_a_daemon_behind_counts_and_the_daemon_does_not_live(
    tmp_path: Path, laptop: Laptop
) -> None:
    ledger = tmp_path / "ledger"
    told = judge(laptop, branch(tmp_path, Behaviour("daemon", ledger=str(ledger))))
    assert (told.code, told.verdict) == (0, "pass"), told.err
    daemons = [line.split() for line in ledger.read_text().splitlines()]
    numbers = {int(words[-1]) for words in daemons}
    assert numbers
    assert not [one for one in numbers if Path(f"/proc/{one}").exists()]


def test_one_seed_in_three_that_crashes_keeps_the_branch_from_passing(
    tmp_path: Path, laptop: Laptop
) -> None:
    told = judge(laptop, branch(tmp_path, Behaviour("crashes", share=0.4)))
    assert told.code in (1, 2)


def test_noise_wider_than_the_tolerance_ends_undecided_with_what_would_help(
    tmp_path: Path, laptop: Laptop
) -> None:
    wide = Behaviour(spread=1.0)
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=wide,
        branch_behaviour=Behaviour(spread=1.0, mean=1.01),
        policy=quick_policy(source=STDOUT, tolerance="0.01", seeds="[4, 5]"),
    )
    told = judge(laptop, repository)
    assert (told.code, told.verdict) == (2, "undecided")
    assert len(told.trials) == 10
    assert told.findings("power")


def test_a_narrower_run_can_never_pass(tmp_path: Path, laptop: Laptop) -> None:
    policy = quick_policy(modes=("quick", "other"))
    repository = branch(tmp_path, Behaviour(), policy)
    told = judge(laptop, repository, "--mode", "quick")
    assert (told.code, told.verdict) == (2, "undecided")
    assert told.findings("partial")[0]["evidence"]["narrowed"] == ["mode other"]
