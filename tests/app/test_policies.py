"""Which policy rules a pull request, and what it says when that is in doubt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.stage import POLICY, Stage, behaving, plain, staged
from tests.fakegithub.records import Pull
from tests.samples.quick import BETTER, TRAIN, WORSE, Behaviour, quick_policy

BROKEN = quick_policy().replace("direction: minimize", "direction: sideways")
PINNED = quick_policy(rest="anchor: v1.0\n")
ANEW = TRAIN.read_text() + "# Measured anew.\n"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"


def test_a_repository_without_a_policy_hears_nothing(tmp_path: Path) -> None:
    with staged(tmp_path, policy="") as stage:
        pull = stage.proposes("idea", WORSE)
        stage.quiet()
        assert stage.runs(pull.head.sha) == []
        assert stage.comments(pull) == []
        assert stage.crew.ran == []


def test_a_policy_that_a_branch_brings_along_does_not_rule_it(tmp_path: Path) -> None:
    with staged(tmp_path, policy="") as stage:
        stage.bob.pushes(stage.quick, "idea", {POLICY: quick_policy()})
        pull = stage.bob.opens_pull(stage.quick, "idea")
        stage.quiet()
        assert stage.runs(pull.head.sha) == []


def test_a_policy_that_cannot_be_read_asks_its_owner_to_mend_it(tmp_path: Path) -> None:
    with staged(tmp_path, policy=BROKEN) as stage:
        pull = stage.proposes("idea", BETTER)
        run = stage.concluded(pull.head.sha, "action_required")
        assert "sideways" in run.output["summary"]
        assert stage.crew.ran == []
        stage.page(pull)


def test_the_last_good_policy_rules_where_the_base_has_a_broken_one(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        stage.ann.pushes(stage.quick, "main", {POLICY: BROKEN})
        pull = stage.proposes("idea", BETTER)
        run = stage.concluded(pull.head.sha, "success")
        for text in (run.output["summary"], stage.sticky(pull).body):
            assert "the last one that can be rules" in text
            assert "sideways" in text
        stage.page(pull)


def test_a_branch_that_loosens_its_own_policy_is_blocked_until_it_is_accepted(
    tmp_path: Path,
) -> None:
    loose = quick_policy(tolerance="0.5")
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", {POLICY: loose})
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "failure")
        assert "1 protected file changed" in run.output["summary"]
        stage.says(stage.ann, pull, stage.acceptance(run, "protected-"))
        run = stage.concluded(pull.head.sha, "success")
        assert "accepted finding" in run.output["title"]
        assert "a good reason" in stage.sticky(pull).body
        stage.page(pull)


def test_a_branch_that_defines_the_metric_anew_waits_for_a_person(
    tmp_path: Path,
) -> None:
    policy = quick_policy(rest="evaluation: {paths: [train.py]}\n")
    with staged(tmp_path, policy) as stage:
        stage.bob.pushes(stage.quick, "idea", {"train.py": ANEW})
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "action_required")
        assert "/gate more" not in run.output["summary"]
        stage.says(stage.ann, pull, stage.acceptance(run, "metric_version-"))
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_prose_alone_needs_no_trial(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", {"README.md": "Read me.\n"})
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "success")
        assert "not needed" in run.output["title"].lower()
        assert stage.crew.ran == []
        stage.page(pull)


def test_a_conflict_asks_for_a_rebase_and_is_judged_after_it(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        moved = behaving("main", Behaviour(mean=1.1))
        stage.ann.pushes(stage.quick, "main", moved)
        head = stage.bob.pushes(stage.quick, "idea", {"config.json": "[]\n"})
        run = stage.concluded(head, "action_required")
        assert "rebase" in run.output["summary"].lower()
        assert "config.json" in plain(run.output["summary"])
        rebased = stage.bob.force_pushes(stage.quick, "idea", behaving("idea", BETTER))
        stage.concluded(rebased, "success")
        stage.page(pull)


def test_a_branch_without_common_history_is_told_to_be_rebased(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        head = stage.bob.begins_anew(stage.quick, "idea", behaving("idea", BETTER))
        run = stage.concluded(head, "action_required")
        assert "no history in common" in plain(run.output["summary"])
        assert "--base" not in stage.sticky(pull).body
        said = stage.says(stage.bob, pull, f"/gate run {head}")
        assert [one.content for one in said.reactions] == ["eyes", "+1"]
        stage.bob.clicks(stage.quick, stage.run(head), "run")
        stage.quiet()
        stage.concluded(head, "action_required")
        rebased = stage.bob.force_pushes(stage.quick, "idea", behaving("idea", BETTER))
        stage.concluded(rebased, "success")
        stage.page(pull)


def test_a_conflict_is_no_edit_of_the_policy(tmp_path: Path) -> None:
    """Who writes may order what is in conflict, by a command or the button."""
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER))
        stage.ann.pushes(stage.quick, "main", behaving("main", Behaviour(mean=1.1)))
        pull = stage.bob.opens_pull(stage.quick, "idea")
        stage.concluded(pull.head.sha, "action_required")
        said = stage.says(stage.bob, pull, "/gate run")
        assert [one.content for one in said.reactions] == ["eyes", "+1"]
        run = stage.concluded(pull.head.sha, "action_required")
        stage.bob.clicks(stage.quick, run, "run")
        stage.quiet()
        assert len(stage.app_now.pulls.acts(stage.key(pull))) == 2
        assert not stage.said(pull, "maintain access")
        stage.concluded(pull.head.sha, "action_required")
        stage.page(pull)


def test_an_advisory_policy_lets_the_undecided_pass_and_says_so(tmp_path: Path) -> None:
    rest = "evaluation: {paths: [train.py]}\nenforcement: advisory\n"
    with staged(tmp_path, quick_policy(rest=rest)) as stage:
        stage.bob.pushes(stage.quick, "idea", {"train.py": ANEW})
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "neutral")
        assert "advisory" in run.output["title"]
        assert stage.merges(pull)
        stage.page(pull)


def test_an_advisory_policy_still_blocks_what_is_worse(tmp_path: Path) -> None:
    policy = quick_policy(rest="enforcement: advisory\n")
    with staged(tmp_path, policy) as stage:
        pull = stage.blocked()
        stage.page(pull)


def test_an_advisory_policy_lets_nothing_pass_that_was_not_judged(
    tmp_path: Path,
) -> None:
    advisory = "enforcement: advisory\n"
    loose = quick_policy(tolerance="0.5", rest=advisory)
    with staged(tmp_path, quick_policy(rest=advisory)) as stage:
        rule = (stage.quick, "main", "seedgate", stage.app.id)
        stage.ann.requires_check(*rule, seen=False)
        files = {**behaving("idea", WORSE), POLICY: loose, "big.bin": POINTER}
        stage.bob.pushes(stage.quick, "idea", files)
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "action_required")
        assert "big.bin" in plain(run.output["summary"])
        assert "and nothing else" in stage.sticky(pull).body
        assert not stage.merges(pull)
        assert stage.crew.ran == []
        stage.page(pull)


def test_a_stage_that_waits_for_a_label_runs_once_it_is_there(tmp_path: Path) -> None:
    policy = quick_policy().replace(
        "  fast: {seeds: {min: 4, max: 8}}\n",
        "  fast: {seeds: {min: 4, max: 8}}\n"
        "  full: {seeds: {min: 4, max: 8}, when: label:full}\n",
    )
    with staged(tmp_path, policy) as stage:
        pull = stage.passed()
        ran = len(stage.crew.ran)
        stage.ann.labels(stage.quick, pull, "nice")
        stage.quiet()
        assert len(stage.crew.ran) == ran
        assert stage.run(pull.head.sha).conclusion == "success"
        stage.ann.labels(stage.quick, pull, "full")
        stage.quiet()
        run = stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) > ran
        assert "`full`" in run.output["text"]
        stage.page(pull)


def test_a_release_that_the_policy_pins_by_its_tag_is_found_on_github(
    tmp_path: Path,
) -> None:
    with staged(tmp_path, PINNED) as stage:
        pull = stage.proposes("idea", BETTER)
        run = stage.concluded(pull.head.sha, "action_required")
        assert "v1.0" in run.output["summary"]
        assert "Name a tag that GitHub has" in run.output["summary"]
        stage.ann.tags(stage.quick, "v1.0", "main")
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


@contextmanager
def released(folder: Path) -> Iterator[Stage]:
    """A stage whose main is the release that its policy pins."""
    with staged(folder, PINNED) as stage:
        stage.ann.tags(stage.quick, "v1.0", "main")
        yield stage


def test_harm_that_was_mended_before_it_landed_is_not_held_against_those_that_follow(
    tmp_path: Path,
) -> None:
    with released(tmp_path) as stage:
        for way in ("merge", "rebase"):
            pull = stage.blocked(way)
            mended = behaving(f"{way}, mended")
            head = stage.bob.pushes(stage.quick, way, mended)
            stage.concluded(head, "success")
            stage.bob.merges(stage.quick, pull, way)
            stage.quiet()
            stage.page(pull)
        pull = stage.proposes("next")
        stage.concluded(pull.head.sha, "success")
        assert spent(stage, pull) == []
        stage.page(pull)


def test_a_loss_that_was_accepted_and_landed_is_held_against_those_that_follow(
    tmp_path: Path,
) -> None:
    with released(tmp_path) as stage:
        pull = stage.blocked()
        run = stage.run(pull.head.sha)
        stage.says(stage.ann, pull, stage.acceptance(run, "regression-"))
        stage.concluded(pull.head.sha, "success")
        stage.ann.merges(stage.quick, pull)
        stage.quiet()
        stage.page(pull)
        follows = stage.proposes("next", WORSE)
        stage.concluded(follows.head.sha, "failure")
        (lost,) = spent(stage, follows)
        assert lost == pytest.approx(4.0, abs=0.5)
        stage.page(follows)


def spent(stage: Stage, pull: Pull) -> list[float]:
    """What was lost since the release, where a verdict says that it was too much."""
    kept = stage.app_now.pulls.standing(stage.key(pull))
    assert kept is not None
    report = json.loads(stage.app_now.store.load_evaluation(kept.evaluation) or "")
    told = [one["evidence"] for one in report["findings"]]
    return [one["spent"] for one in told if one["reason"] == "tolerance_spent"]
