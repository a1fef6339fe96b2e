"""Pull requests that are closed, reopened, pointed elsewhere, or not ready yet."""

from pathlib import Path

from tests.app.stage import POLICY, behaving, plain, staged
from tests.samples.quick import BETTER, WORSE, quick_policy

TWO = quick_policy(rest="branches: [main, release]\n")


def test_closing_stops_the_trials_and_says_so(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        stage.bob.closes(stage.quick, pull)
        run = stage.concluded(pull.head.sha, "cancelled")
        assert "closed" in run.output["summary"].lower()
        assert "closed" in stage.sticky(pull).body.lower()
        assert stage.app_now.store.wishing() == []
        stage.crew.going.set()
        stage.page(pull)


def test_what_was_judged_stays_when_it_is_closed_and_reopened(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        stage.bob.closes(stage.quick, pull)
        stage.quiet()
        assert stage.run(pull.head.sha).conclusion == "failure"
        ran = len(stage.crew.ran)
        stage.bob.reopens(stage.quick, pull)
        stage.concluded(pull.head.sha, "failure")
        assert len(stage.crew.ran) == ran
        assert [one.body for one in stage.comments(pull) if "call-" in one.body]
        stage.page(pull)


def test_reopening_takes_up_what_closing_stopped(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        stage.bob.closes(stage.quick, pull)
        stage.concluded(pull.head.sha, "cancelled")
        stage.crew.going.set()
        stage.bob.reopens(stage.quick, pull)
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_pointing_it_at_a_base_without_a_gate_takes_everything_back(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        stage.ann.pushes(stage.quick, "playground", {"notes.md": "Play.\n"})
        pull = stage.blocked()
        stage.bob.retargets(stage.quick, pull, "playground")
        run = stage.concluded(pull.head.sha, "cancelled")
        assert "playground" in run.output["summary"]
        stage.bob.retargets(stage.quick, pull, "main")
        stage.concluded(pull.head.sha, "failure")
        stage.page(pull)


def test_a_lax_policy_on_another_base_never_turns_a_commit_green(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        lax = {POLICY: quick_policy(tolerance="10")}
        stage.ann.pushes(stage.quick, "lax", lax)
        pull = stage.blocked()
        stage.bob.retargets(stage.quick, pull, "lax")
        stage.concluded(pull.head.sha, "cancelled")
        stage.page(pull)


def test_another_base_with_a_gate_is_judged_by_its_own_policy(tmp_path: Path) -> None:
    with staged(tmp_path, TWO) as stage:
        rest = "branches: [main, release]\n"
        wide = {POLICY: quick_policy(tolerance="10", rest=rest)}
        stage.ann.pushes(stage.quick, "release", wide)
        pull = stage.blocked()
        stage.bob.retargets(stage.quick, pull, "release")
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_draft_runs_nothing_until_it_is_ready(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER))
        pull = stage.bob.opens_pull(stage.quick, "idea", draft=True)
        stage.concluded(pull.head.sha, "action_required")
        assert stage.crew.ran == []
        stage.bob.readies(stage.quick, pull)
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_draft_runs_when_somebody_asks_for_it(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER))
        pull = stage.bob.opens_pull(stage.quick, "idea", draft=True)
        stage.concluded(pull.head.sha, "action_required")
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_draft_again_keeps_its_verdict(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        before = stage.concluded(pull.head.sha, "success").output["title"]
        body, ran = stage.sticky(pull).body, len(stage.crew.ran)
        stage.bob.drafts(stage.quick, pull)
        stage.quiet()
        assert stage.run(pull.head.sha).output["title"] == before
        stage.end()
        stage.begin()  # nothing is left in memory
        stage.looks(pull)
        stage.quiet()
        assert stage.concluded(pull.head.sha, "success").output["title"] == before
        assert (stage.sticky(pull).body, len(stage.crew.ran)) == (body, ran)
        assert not stage.merges(pull)
        stage.bob.readies(stage.quick, pull)
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) == ran
        stage.page(pull)


def test_a_draft_again_with_a_new_head_runs_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        stage.bob.drafts(stage.quick, pull)
        stage.quiet()
        ran = len(stage.crew.ran)
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", WORSE))
        run = stage.concluded(new, "action_required")
        assert "draft" in plain(str(run.output["title"])).lower()
        assert len(stage.crew.ran) == ran
        stage.page(pull)
