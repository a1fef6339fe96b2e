"""Findings that a maintainer accepts: shown, taken back, ended, and outgrown."""

import time
from dataclasses import replace
from pathlib import Path

from bot.domain.commands import Accept, UntilDays
from bot.domain.pulls.acts import Act
from tests.app.stage import behaving, staged
from tests.samples.quick import WORSE

DAY_S = 86_400.0


def test_an_accepted_finding_lets_the_merge_pass_and_is_shown(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        line = stage.acceptance(run, "regression-")
        stage.says(stage.ann, pull, line)
        run = stage.concluded(pull.head.sha, "success")
        assert "1 accepted finding" in run.output["title"]
        for text in (run.output["summary"], stage.sticky(pull).body):
            assert "a good reason" in text
            assert "ann" in text
        stage.page(pull)


def test_who_may_only_write_accepts_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        stage.says(stage.bob, pull, stage.acceptance(run, "regression-"))
        assert stage.run(pull.head.sha).conclusion == "failure"
        stage.page(pull)


def test_what_is_taken_back_blocks_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        line = stage.acceptance(run, "regression-")
        stage.says(stage.ann, pull, line)
        stage.concluded(pull.head.sha, "success")
        ran = len(stage.crew.ran)
        finding = line.split()[2]
        stage.says(stage.ann, pull, f"/gate unaccept {finding}")
        stage.concluded(pull.head.sha, "failure")
        assert len(stage.crew.ran) == ran
        stage.page(pull)


def test_an_acceptance_ends_by_itself(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        stage.says(stage.ann, pull, stage.acceptance(run, "regression-"))
        stage.ends(pull.head.sha, "success")
        (accepted,) = stage.app_now.pulls.acts(stage.key(pull))
        assert isinstance(accepted.command, Accept)
        order = replace(accepted.command, until=UntilDays(1))
        given = time.time() - DAY_S + 3.0
        known = (stage.key(pull), pull.head.sha, order, stage.ann.id, "ann", given)
        stage.app_now.pulls.act([Act("comment:1:1", *known)])
        stage.looks(pull)
        stage.ends(pull.head.sha, "failure")
        stage.quiet()
        stage.page(pull)


def test_a_worse_effect_outgrows_the_acceptance(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        stage.says(stage.ann, pull, stage.acceptance(run, "regression-"))
        old = pull.head.sha
        stage.concluded(old, "success")
        much = behaving("idea", replace(WORSE, mean=2.0))
        head = stage.bob.pushes(stage.quick, "idea", much)
        stage.concluded(head, "failure")
        assert stage.run(old).conclusion == "success"
        stage.page(pull)


def test_an_acceptance_survives_a_restart(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        stage.says(stage.ann, pull, stage.acceptance(run, "regression-"))
        stage.concluded(pull.head.sha, "success")
        writes = stage.calls("checks/create", "checks/update")
        stage.end()
        stage.begin()
        stage.looks(pull)
        stage.quiet()
        assert stage.run(pull.head.sha).conclusion == "success"
        assert stage.calls("checks/create", "checks/update") == writes
        stage.page(pull)
