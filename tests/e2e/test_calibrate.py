"""`seedgate calibrate`: the baseline's own spread becomes the tolerance of the gate."""

import json
import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.e2e.test_kills import finished
from tests.samples.quick import BETTER, Behaviour, build_quick, quick_policy
from tests.waiting import until

AUTO = quick_policy(tolerance="auto", seeds="{min: 4, max: 20}")


def calibrate(laptop: Laptop, repository: Path, *words: str) -> tuple[Told, dict]:
    target = laptop.home / "calibration.json"
    target.unlink(missing_ok=True)
    place = ("--repo", repository, "--json", target)
    told = laptop.run("calibrate", *place, *words)
    return told, json.loads(target.read_text()) if target.exists() else {}


@pytest.mark.long
def test_auto_is_refused_then_calibrated_then_judges_a_clean_branch(
    laptop: Laptop, tmp_path: Path
) -> None:
    repository = build_quick(
        tmp_path / "repository", branch_behaviour=BETTER, policy=AUTO
    )
    refused = laptop.run("local", "--repo", repository)
    assert refused.code == 64
    assert "Run `seedgate calibrate` first" in refused.err

    told, found = calibrate(laptop, repository)
    assert told.code == 0, told.err
    assert "20 runs" in told.out
    (metric,) = found["metrics"]
    assert (metric["runs"], metric["failed"]) == (20, 0)
    assert metric["auto"] == metric["kept"] == pytest.approx(1.5 * metric["sd"])
    assert metric["automatic"]["block"] <= 0.08
    assert found["total"]["pass"] > 0.5

    again, same = calibrate(laptop, repository)
    assert again.code == 0
    assert "0 runs, 20 reused" in again.out
    assert same == found

    judged = laptop.run("local", "--repo", repository)
    assert (judged.code, judged.verdict) == (0, "pass"), judged.err
    (shown,) = judged.findings("regression")
    assert shown["evidence"]["tolerance"] == pytest.approx(metric["auto"])
    seeds = {one["seed"] for one in judged.trials}
    assert len(seeds) >= 4


def test_failed_pilot_runs_are_counted_and_told(laptop: Laptop, tmp_path: Path) -> None:
    fragile = Behaviour("crashes", share=0.3)
    repository = build_quick(
        tmp_path / "repository", main_behaviour=fragile, policy=AUTO
    )
    told, found = calibrate(laptop, repository, "--seeds", "24")
    assert told.code == 0, told.err
    (metric,) = found["metrics"]
    assert 0 < metric["failed"] < 24
    assert metric["runs"] + metric["failed"] == 24
    assert metric["failure_rate"] == pytest.approx(metric["failed"] / 24)


def test_too_few_seeds_are_refused_before_anything_runs(
    laptop: Laptop, tmp_path: Path
) -> None:
    repository = build_quick(tmp_path / "repository", policy=AUTO)
    told, found = calibrate(laptop, repository, "--seeds", "5")
    assert (told.code, found) == (64, {})
    assert "--seeds 5 is too few" in told.err
    assert "Give 10 or more" in told.err
    assert not laptop.cache.exists()


@pytest.mark.soak
def test_an_interrupted_calibration_goes_on_where_it_was(
    laptop: Laptop, tmp_path: Path
) -> None:
    ledger, hold = tmp_path / "ledger", tmp_path / "go"
    waits = Behaviour(ledger=str(ledger), hold=str(hold))
    repository = build_quick(tmp_path / "repository", main_behaviour=waits, policy=AUTO)
    hold.touch()
    words = ("calibrate", "--repo", str(repository), "--seeds", "10", "--jobs", "1")
    process = laptop.start(*words)
    store = laptop.cache / "seedgate.sqlite"
    until(lambda: store.exists() and "end" in read(ledger), "a pilot run")
    until(lambda: finished(laptop), "its result")
    hold.unlink()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    kept, ended = len(finished(laptop)), read(ledger).count("end main")
    assert 0 < kept < 10
    hold.touch()
    told, _ = calibrate(laptop, repository, "--seeds", "10")
    assert told.code == 0, told.err
    assert f", {kept} reused." in told.out
    assert read(ledger).count("end main") == ended + 10 - kept


def read(ledger: Path) -> str:
    return ledger.read_text() if ledger.exists() else ""
