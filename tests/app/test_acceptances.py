"""Findings that a maintainer accepts: shown, taken back, ended, and outgrown."""

import json
import time
from dataclasses import replace
from pathlib import Path

from bot.domain.commands import Accept, Unaccept, UntilDays
from tests.app.stage import Stage, behaving, staged
from tests.fakegithub.faults import Fault
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, WORSE
from tests.waiting import until

DAY_S = 86_400.0


def accepted(stage: Stage) -> tuple[Pull, str]:
    """One that is blocked, and passes since Ann accepts its finding; which one."""
    pull = stage.blocked()
    line = stage.acceptance(stage.run(pull.head.sha), "regression-")
    stage.says(stage.ann, pull, line)
    stage.concluded(pull.head.sha, "success")
    return pull, line.split()[2]


def test_an_accepted_finding_lets_the_merge_pass_and_is_shown(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, _ = accepted(stage)
        run = stage.run(pull.head.sha)
        assert "1 accepted finding" in run.output["title"]
        for text in (run.output["summary"], stage.sticky(pull).body):
            assert "a good reason" in text
            assert "ann" in text
        kept = stage.app_now.pulls.standing(stage.key(pull))
        assert kept is not None
        html = stage.app_now.pages.page(stage.quick.id, kept.evaluation) or ""
        assert "Accepted by @ann, until " in html
        assert ": a good reason</p>" in html
        text = stage.app_now.store.load_evaluation(kept.evaluation) or "{}"
        given = [one["accepted"] for one in json.loads(text)["findings"]]
        assert [one["by"] for one in given if one] == ["ann"]
        stage.page(pull)


def cost_of(stage: Stage, pull: Pull) -> dict[str, float]:
    """What the report says that the evaluation has cost."""
    kept = stage.app_now.pulls.standing(stage.key(pull))
    assert kept is not None
    text = stage.app_now.store.load_evaluation(kept.evaluation) or "{}"
    found: dict[str, float] = json.loads(text)["cost"]
    return found


def test_judging_again_adds_to_the_cost_and_forgets_none_of_it(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        first = cost_of(stage, pull)
        line = stage.acceptance(stage.run(pull.head.sha), "regression-")
        stage.says(stage.ann, pull, line)
        stage.concluded(pull.head.sha, "success")
        after = cost_of(stage, pull)
        assert first["trials_run"] > 0
        assert first["cpu_hours"] > 0.0
        for what in ("trials_run", "trials_cancelled", "cpu_hours"):
            assert after[what] >= first[what]
        assert after["trials_reused"] == first["trials_reused"]
        assert after["elapsed_s"] > first["elapsed_s"]
        said = f"{after['trials_run']} trials run, {after['trials_reused']} reused"
        assert said in stage.sticky(pull).body
        stage.page(pull)


def test_who_may_only_write_accepts_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        run = stage.run(pull.head.sha)
        stage.says(stage.bob, pull, stage.acceptance(run, "regression-"))
        assert stage.run(pull.head.sha).conclusion == "failure"
        stage.page(pull)


def test_what_is_taken_back_blocks_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, finding = accepted(stage)
        ran = len(stage.crew.ran)
        stage.says(stage.ann, pull, f"/gate unaccept {finding}")
        stage.concluded(pull.head.sha, "failure")
        assert len(stage.crew.ran) == ran
        stage.page(pull)


def test_what_is_taken_back_stays_so_where_the_acceptance_is_handled_last(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        line = stage.acceptance(stage.run(pull.head.sha), "regression-")
        permission = "repos/get-collaborator-permission-level"
        stage.fake.faults.plan(Fault(permission, "502"))
        stage.ann.comments(stage.quick, pull, line)
        until(lambda: not stage.fake.faults.pending, "the fault strikes")
        stage.says(stage.ann, pull, f"/gate unaccept {line.split()[2]}")
        assert stage.run(pull.head.sha).conclusion == "failure"
        told = [one.command for one in stage.app_now.pulls.acts(stage.key(pull))]
        assert isinstance(told[-1], Unaccept)
        stage.page(pull)


def test_an_acceptance_ends_by_itself(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, _ = accepted(stage)
        (first,) = stage.app_now.pulls.acts(stage.key(pull))
        assert isinstance(first.command, Accept)
        order = replace(first.command, until=UntilDays(1))
        given = time.time() - DAY_S + 3.0
        again = {"source": "comment:1:1", "remark": first.remark + 1}
        stage.app_now.pulls.act([replace(first, command=order, at=given, **again)])
        stage.looks(pull)
        stage.ends(pull.head.sha, "failure")
        stage.quiet()
        stage.page(pull)


def test_a_worse_effect_outgrows_the_acceptance(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, _ = accepted(stage)
        old = pull.head.sha
        much = behaving("idea", replace(WORSE, mean=2.0))
        head = stage.bob.pushes(stage.quick, "idea", much)
        stage.concluded(head, "failure")
        assert stage.run(old).conclusion == "success"
        stage.page(pull)


def test_an_acceptance_that_lifts_nothing_is_not_counted(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, _ = accepted(stage)
        head = stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER))
        run = stage.concluded(head, "success")
        assert "accepted" not in run.output["title"]
        assert "a good reason" not in stage.sticky(pull).body
        stage.page(pull)


def test_an_acceptance_survives_a_restart(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull, _ = accepted(stage)
        writes = stage.calls("checks/create", "checks/update")
        stage.end()
        stage.begin()
        stage.looks(pull)
        stage.quiet()
        assert stage.run(pull.head.sha).conclusion == "success"
        assert stage.calls("checks/create", "checks/update") == writes
        stage.page(pull)
