"""What a repository's past changes about later evaluations, on real trials."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Laptop, Told
from tests.samples.digits.build import Git
from tests.samples.quick import (
    BASE,
    HEAD,
    Behaviour,
    add_branch,
    build_quick,
    commit_behaviour,
    land,
    quick_policy,
)


def judge(laptop: Laptop, repository: Path, *more: str | Path) -> Told:
    """Judge the branch that is checked out, unless `more` names another."""
    told = laptop.run("local", "--repo", repository, "--base", BASE, *more)
    assert told.report, told.err
    return told


def arms(told: Told) -> set[object]:
    return {one["arm"] for one in told.trials}


@pytest.mark.soak
def test_more_seeds_than_planned_reuse_all_that_ran_and_are_weighed_anew(
    laptop: Laptop, tmp_path: Path
) -> None:
    repository = build_quick(
        tmp_path / "repository",
        branch_behaviour=Behaviour(mean=1.01),
        policy=quick_policy(
            tolerance="0.02", seeds="[4]", rest="decision: {alpha: 0.001}\n"
        ),
    )
    planned = judge(laptop, repository)
    assert (planned.code, planned.verdict) == (2, "undecided")
    assert planned.metric("loss")["e_ni"] is None

    more = judge(laptop, repository, "--more", "6")
    assert more.report["evaluation"] == planned.report["evaluation"]
    assert (more.verdict, more.ran) == ("undecided", 2 * 6)
    assert more.report["cost"]["trials_reused"] == len(planned.trials)
    loss = more.metric("loss")
    assert loss["method"] == "t e-value"
    assert loss["look"] == 10
    assert loss["e_ni"] > 0.0
    assert loss["e_harm"] > 0.0
    assert "to 1" in more.out

    again = judge(laptop, repository, "--more", "6")
    assert (again.ran, again.report["modes"]) == (0, more.report["modes"])


@pytest.mark.soak
def test_a_branch_has_only_as_many_evaluations_as_share_the_error_rate(
    laptop: Laptop, tmp_path: Path
) -> None:
    policy = quick_policy(seeds="[4]", rest="decision: {attempts: 2}\n")
    repository = build_quick(tmp_path / "repository", policy=policy)
    first = judge(laptop, repository)
    assert counted(first) == (1, 2)
    assert first.metric("loss")["level"] == pytest.approx(0.025)

    commit_behaviour(repository, HEAD, Behaviour(noise="second"))
    second = judge(laptop, repository)
    assert (second.code, counted(second)) == (0, (2, 2))
    assert "evaluation 2 of at most 2" in " ".join(second.out.split())
    resumed = judge(laptop, repository)
    assert (resumed.code, resumed.ran, counted(resumed)) == (0, 0, (2, 2))

    commit_behaviour(repository, HEAD, Behaviour(noise="third"))
    third = judge(laptop, repository)
    assert (third.code, third.verdict, third.ran) == (2, "undecided", 0)
    (spent,) = third.because("attempts_spent")
    assert (spent["evidence"]["attempt"], spent["evidence"]["attempts"]) == (3, 2)
    assert "used up" in third.out


def counted(told: Told) -> tuple[object, object]:
    (one,) = told.because("evaluations_counted")
    return one["evidence"]["attempt"], one["evidence"]["attempts"]


@pytest.mark.soak
def test_losses_that_landed_are_added_up_and_held_against_the_pinned_release(
    laptop: Laptop, tmp_path: Path
) -> None:
    policy = quick_policy(seeds="[4]", rest="anchor: v1\ntolerance_budget: 0.5\n")
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=Behaviour(spread=0.002),
        branch_behaviour=Behaviour(mean=1.03, spread=0.002),
        policy=policy,
    )
    Git(repository)("tag", "v1", BASE)
    small = judge(laptop, repository)
    assert (small.code, small.metric("loss")["reason"]) == (0, "tolerated_loss")
    assert arms(small) == {"baseline", "branch"}

    land(repository, HEAD)
    add_branch(repository, "next", Behaviour(mean=1.07, spread=0.002))
    held = judge(laptop, repository)
    (spent,) = held.because("tolerance_spent")
    assert spent["evidence"]["spent"] == pytest.approx(0.6, abs=0.1)
    assert spent["evidence"]["anchor"] == "v1"
    (kept,) = held.because("anchor_kept")
    assert kept["evidence"]["d"] == pytest.approx(-0.07, abs=0.01)
    assert kept["evidence"]["baseline_mean"] == pytest.approx(1.0, abs=0.01)
    assert held.code == 0
    assert arms(held) == {"baseline", "branch", "anchor"}

    land(repository, "next")
    add_branch(repository, "last", Behaviour(mean=1.11, spread=0.002))
    lost = judge(laptop, repository)
    # The anchor's answer ends it, also where the base's last run is still on its way.
    assert lost.metric("loss")["reason"] in {"tolerated_loss", None}
    assert (lost.code, lost.verdict) == (1, "block")
    (found,) = lost.because("anchor_lost")
    assert found["evidence"]["d"] == pytest.approx(-0.11, abs=0.01)
    assert found["evidence"]["tolerance"] == pytest.approx(0.1)
    assert "v1" in found["message"]


@pytest.mark.soak
def test_history_chooses_the_test_and_plans_for_later_evaluations_only(
    laptop: Laptop, tmp_path: Path
) -> None:
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=Behaviour(correlation=0.0),
        branch_behaviour=Behaviour(correlation=0.0, noise="first"),
        policy=quick_policy(
            tolerance="0.02", seeds="[4, 40]", rest="decision: {alpha: 0.001}\n"
        ),
    )
    add_branch(repository, "second", Behaviour(correlation=0.0, noise="second"))
    first = judge(laptop, repository, "--head", HEAD)
    assert first.because("test_chosen") == []
    assert (first.metric("loss")["method"], first.ran) == ("paired t", 80)

    second = judge(laptop, repository, "--head", "second")
    (chosen,) = second.because("test_chosen")
    assert (chosen["evidence"]["test"], chosen["evidence"]["pairs"]) == ("welch", 40)
    assert abs(chosen["evidence"]["correlation"]) < chosen["evidence"]["break_even"]
    assert second.metric("loss")["method"] == "Welch t"

    resumed = judge(laptop, repository, "--head", HEAD)
    assert resumed.ran == 0
    assert resumed.report["modes"] == first.report["modes"]
    assert resumed.report["findings"] == first.report["findings"]

    strict = tmp_path / "strict.yml"
    strict.write_text(quick_policy(seeds="20", tolerance="0.001"))
    words = ("local", "--repo", repository, "--base", BASE, "--head", "second")
    refused = laptop.run(*words, "--policy", strict)
    assert (refused.code, refused.report) == (64, {})
    said = " ".join(refused.err.split())
    assert "The tolerance of `loss` in the mode `quick`, 0.001, is too small" in said
    assert "The smallest tolerance that can be policed is 0.0" in said

    allow = "decision: {tolerance_too_small: allow}\n"
    strict.write_text(quick_policy(seeds="20", tolerance="0.001", rest=allow))
    allowed = judge(laptop, repository, "--head", "second", "--policy", strict)
    (small,) = allowed.because("tolerance_small")
    assert small["evidence"]["passing"] < 0.7
    assert small["evidence"]["smallest"] > 0.001
    assert allowed.code in (1, 2)


@pytest.mark.soak
def test_stored_baselines_that_no_longer_hold_are_run_anew(
    laptop: Laptop, tmp_path: Path
) -> None:
    data, ledger = tmp_path / "data", tmp_path / "ledger"
    data.write_text("0")
    usual = Behaviour(outside=str(data), ledger=str(ledger))
    repository = build_quick(
        tmp_path / "repository",
        main_behaviour=usual,
        branch_behaviour=Behaviour(mean=0.99, outside=str(data)),
        policy=quick_policy(seeds="[4]"),
    )
    add_branch(repository, "later", Behaviour(mean=1.01, outside=str(data)))
    before = judge(laptop, repository, "--head", HEAD)
    assert before.code == 0
    ledger.unlink()

    data.write_text("10")
    after = judge(laptop, repository, "--head", "later")
    assert after.code == 0
    (outside,) = after.because("canary_outside")
    assert outside["evidence"]["stored"] == 4
    assert outside["evidence"]["value"] == pytest.approx(11.0, abs=0.1)
    assert outside["evidence"]["high"] < 11.0 - 0.1
    baseline = [one for one in after.trials if one["arm"] == "baseline"]
    assert {one["cached"] for one in baseline} == {False}
    assert after.metric("loss")["baseline_mean"] == pytest.approx(11.0, abs=0.05)
    old = {one["seed"] for one in before.trials}
    started = [line.split() for line in ledger.read_text().splitlines()]
    assert old & {int(word[2]) for word in started if word[:2] == ["start", "main"]}
