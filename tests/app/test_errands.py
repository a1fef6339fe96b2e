"""Orders whose answer is long work: split, scan, runs added to a baseline."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.app.pulls import remembered
from bot.domain.github import Place
from bot.web import HOOK_PATH
from tests.app.stage import Stage, behaving, staged, sweeps
from tests.fakegithub.people import Person
from tests.fakegithub.records import Comment, Pull
from tests.samples.quick import BETTER, WORSE, Behaviour, quick_policy
from tests.waiting import until


def scannable_policy(**changes: str) -> str:
    """The policy of the sample, whose training takes a parameter."""
    text = quick_policy(**changes)
    text = text.replace('"{output_dir}"]', '"{output_dir}", --lr, "{lr}"]')
    return text.replace("  fast: {", "  fast: {params: {lr: 0.1}, ")


@contextmanager
def read(
    folder: Path, policy: str | None = None, files: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """A stage of which every page is read before its end."""
    with staged(folder, policy, files=files) as stage:
        yield stage
        stage.quiet()
        for pull in list(stage.quick.pulls.values()):
            stage.page(pull)
        for run in list(stage.quick.runs.values()):
            stage.town.reader.read_run(run)


def replies(stage: Stage, pull: Pull, said: Comment) -> list[str]:
    """What was answered to a comment, in the order in which it came."""
    mark = f"<!-- seedgate reply:comment:{said.id}"
    return [one.body for one in stage.comments(pull) if one.body.startswith(mark)]


def scan_that_waits(stage: Stage) -> tuple[Pull, Comment]:
    """A branch that has passed, and the order of a scan whose trials nobody takes."""
    pull = stage.proposes("idea", BETTER)
    stage.concluded(pull.head.sha, "success")
    stage.crew.going.clear()
    said = stage.bob.comments(stage.quick, pull, "/gate scan lr=0.2,0.3")
    until(stage.app_now.store.wishing, "the scan wants its trials")
    return pull, said


def faces(said: Comment) -> list[str]:
    return [one.content for one in said.reactions]


def seeds(stage: Stage, trials: Sequence[str], arm: str) -> set[int]:
    """The seeds of one arm among trials, which are given by their keys."""
    known = stage.app_now.store.find(trials).values()
    return {one.spec.seed for one in known if one.spec.arm == arm}


def two_changes(stage: Stage) -> Pull:
    """A branch of which the second commit alone is bad."""
    stage.bob.pushes(stage.quick, "idea", {"notes.txt": "good\n"}, "A note")
    stage.bob.pushes(stage.quick, "idea", behaving("idea", WORSE), "A bad step")
    return stage.bob.opens_pull(stage.quick, "idea")


def test_split_offers_a_bundle_that_can_be_pushed_and_is_judged(
    tmp_path: Path,
) -> None:
    with read(tmp_path) as stage:
        pull = two_changes(stage)
        stage.concluded(pull.head.sha, "failure")
        bad = pull.head.sha[:7]
        said = stage.says(stage.bob, pull, f"/gate split without={bad}")
        first, done = replies(stage, pull, said)
        assert faces(said) == ["eyes", "+1"]
        assert "Begun" in first
        assert "git bundle verify seedgate.bundle" in done
        branch = _pushed(stage, tmp_path, done)
        half = stage.bob.opens_pull(stage.quick, branch)
        stage.concluded(half.head.sha, "success")


def _pushed(stage: Stage, folder: Path, reply: str) -> str:
    """Do what the answer says, as Bob; only the App's own address is another here."""
    lines = re.search(r"```sh\n(.*)\n```", reply, re.DOTALL)
    assert lines is not None
    own = stage.app.hook_url.removesuffix(HOOK_PATH)
    script = lines[1].replace("http://127.0.0.1:9", own)
    with stage.town.world.lock:
        stage.town.world.personal_tokens["bobs-token"] = stage.bob.id
    web = stage.town.world.web_url.replace("//", "//bob:bobs-token@")
    home = f"{web}/ann/quick.git"
    told = f"set -e\ngit clone -q {home} clone\ncd clone\n{script}\n"
    env = {**os.environ, "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}
    subprocess.run(["bash", "-c", told], cwd=folder, check=True, env=env)
    return script.splitlines()[-1].split("refs/heads/")[1].strip("'")


def test_split_of_what_is_no_change_says_what_there_is(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = two_changes(stage)
        stage.concluded(pull.head.sha, "failure")
        said = stage.says(stage.bob, pull, "/gate split without=0000000")
        (answer,) = replies(stage, pull, said)
        assert faces(said) == ["eyes", "confused"]
        assert "The branch has no change `0000000`" in answer


def test_a_scan_compares_values_and_leaves_the_check_run_alone(tmp_path: Path) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull = stage.proposes("idea", BETTER)
        run = stage.concluded(pull.head.sha, "success")
        before = dict(run.output)
        said = stage.says(stage.bob, pull, "/gate scan lr=0.2,0.3")
        _, done = replies(stage, pull, said)
        assert "Scan of lr" in done
        assert "| 0.2 |" in done
        assert "exploration and no verdict" in done
        assert stage.run(pull.head.sha).output == before


def test_a_scan_of_what_is_no_parameter_is_answered_once(tmp_path: Path) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate scan speed=1,2")
        stage.looks(pull)
        stage.quiet()
        _, done = replies(stage, pull, said)
        assert "has no parameter" in done
        assert "It has" in done


def test_a_scan_that_was_stopped_trains_no_more(tmp_path: Path) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull, said = scan_that_waits(stage)
        store = stage.app_now.store
        stop = stage.bob.comments(stage.quick, pull, "/gate cancel")
        until(lambda: not store.wishing(), "nobody wants them")
        stage.crew.going.set()
        stage.quiet()
        _, done = replies(stage, pull, said)
        assert "Stopped by `bob`" in done
        assert faces(stop) == ["eyes", "+1"]
        assert stage.run(pull.head.sha).conclusion == "success"
        again = stage.says(stage.bob, pull, "/gate cancel")
        assert faces(again) == ["eyes", "confused"]


def test_an_errand_waits_while_the_app_is_suspended(tmp_path: Path) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull, said = scan_that_waits(stage)
        store = stage.app_now.store
        until(lambda: replies(stage, pull, said), "it is said that it is begun")
        stage.ann.suspends(stage.installation)
        until(lambda: not store.wishing(), "nobody wants them")
        stage.crew.going.set()
        stage.ann.unsuspends(stage.installation)
        until(lambda: len(replies(stage, pull, said)) == 2, "it is answered")
        stage.quiet()
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


def test_an_errand_is_gone_on_with_after_a_restart_and_answered_once(
    tmp_path: Path,
) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull, said = scan_that_waits(stage)
        stage.end()
        stage.begin()
        stage.crew.going.set()
        until(lambda: len(replies(stage, pull, said)) == 2, "it is answered")
        stage.looks(pull)
        stage.quiet()
        assert len(replies(stage, pull, said)) == 2
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


def test_a_baseline_gets_more_runs_and_loses_none(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        before = len(stage.crew.ran)
        said = stage.says(stage.bob, pull, "/gate baseline refresh")
        (done,) = replies(stage, pull, said)
        assert "2 runs added to the baseline of `main`" in done
        assert "quick / loss" in done
        assert len(stage.crew.ran) == before + 2
        again = stage.says(stage.bob, pull, "/gate baseline refresh")
        assert "2 runs added" in replies(stage, pull, again)[0]
        assert len(set(stage.crew.ran)) == before + 4


def test_runs_that_were_added_serve_the_next_branch(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        stage.bob.pushes(stage.quick, "docs", {"README.md": "Read me.\n"})
        first = stage.bob.opens_pull(stage.quick, "docs")
        stage.concluded(first.head.sha, "success")
        stage.says(stage.bob, first, "/gate baseline refresh")
        added = list(stage.crew.ran)
        assert len(seeds(stage, added, "baseline")) == len(added) == 2
        second = stage.proposes("other", Behaviour(mean=0.999))
        stage.concluded(second.head.sha, "success")
        run = stage.crew.ran[len(added) :]
        # The branch runs with the seeds of those that were there, which run no more.
        assert seeds(stage, added, "baseline") <= seeds(stage, run, "branch")
        assert not set(added) & set(run)


def test_a_stranger_orders_nothing(tmp_path: Path) -> None:
    with read(tmp_path, scannable_policy()) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        eve: Person = stage.town.person("eve")
        stage.ann.invites(stage.quick, eve, "read")
        said = stage.says(eve, pull, "/gate scan lr=0.2")
        (answer,) = replies(stage, pull, said)
        assert faces(said) == ["eyes", "confused"]
        assert "write" in answer


def test_a_new_base_is_run_ahead_once_nobody_waits(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        first = stage.proposes("idea", BETTER)
        stage.concluded(first.head.sha, "success")
        before = len(stage.crew.ran)
        stage.ann.pushes(stage.quick, "main", {"more.py": "x = 1\n"})
        stage.quiet()
        until(lambda: len(stage.crew.ran) == before + 2, "the base was run ahead")
        until(lambda: not stage.app_now.warming.busy(), "nothing is left to be run")
        second = stage.proposes("other", Behaviour(mean=0.85))
        stage.concluded(second.head.sha, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))
        assert len(stage.crew.ran) < before + 2 + 8


def test_a_base_that_waits_to_be_run_ahead_is_run_after_a_restart(
    tmp_path: Path,
) -> None:
    with read(tmp_path) as stage:
        first = stage.proposes("idea", BETTER)
        stage.concluded(first.head.sha, "success")
        before = len(stage.crew.ran)
        stage.crew.going.clear()
        new = stage.ann.pushes(stage.quick, "main", {"more.py": "x = 1\n"})
        stage.quiet()
        wanted = lambda: remembered.prewarms(stage.app_now.pulls, stage.quick.id)  # noqa: E731
        until(lambda: wanted() == {"main": new}, "the new base waits")
        stage.end()
        stage.crew.going.set()
        stage.begin()
        until(lambda: wanted() == {}, "nothing waits any more")
        assert len(stage.crew.ran) == before + 2
        stage.page(first)


def test_a_base_that_is_run_ahead_at_a_restart_is_paid_once(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        first = stage.proposes("idea", BETTER)
        stage.concluded(first.head.sha, "success")
        before, hold = len(stage.crew.ran), tmp_path / "hold"
        held = behaving("main", Behaviour(hold=str(hold)))
        stage.ann.pushes(stage.quick, "main", held)
        until(lambda: len(stage.crew.ran) == before + 1, "the new base is run")
        stage.end()
        stage.begin()
        swept = stage.calls("apps/list-installations")
        until(lambda: sweeps(stage) > swept + 5, "it sweeps, and sweeps again")
        hold.touch()
        until(lambda: len(stage.crew.ran) == before + 2, "it is gone on with")
        until(lambda: not stage.app_now.warming.busy(), "nothing is left to be run")
        assert stage.crew.cancelled == []
        stage.page(first)


def test_a_base_is_not_run_ahead_while_somebody_waits(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        until(stage.app_now.store.wishing, "trials are wanted")
        warming = stage.app_now.warming
        warming.prewarm(_place(stage), "main", pull.base.sha)
        assert warming.look() > 0
        assert warming.busy()
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "success")
        until(lambda: not warming.busy(), "nothing is left to be run ahead")
        ran = stage.app_now.store.find(stage.crew.ran).values()
        assert len({one.evaluation for one in ran}) == 1  # that of the pull request


def test_a_baseline_is_refreshed_by_its_policy_and_once_in_each_period(
    tmp_path: Path,
) -> None:
    with read(tmp_path, quick_policy(rest="baseline: {refresh: 1h}\n")) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        before, store = len(stage.crew.ran), stage.app_now.pulls
        remembered.keep_reached(store, {stage.quick.id: stage.installation.id})
        remembered.keep_tips(store, stage.quick.id, {"main": pull.base.sha})
        stage.end()
        stage.begin()
        what = f"refreshed:{stage.quick.id}:main"
        store = stage.app_now.pulls
        until(lambda: remembered.moment(store, what), "the baseline was refreshed")
        assert len(stage.crew.ran) == before + 2
        stage.end()
        stage.begin()
        until(lambda: stage.app_now.warming.asked, "it was asked again")
        assert len(stage.crew.ran) == before + 2


def _place(stage: Stage) -> Place:
    return Place(stage.installation.id, stage.quick.id)
