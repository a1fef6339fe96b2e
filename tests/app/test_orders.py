"""What people order of an evaluation, in comments, reviews and with buttons."""

import dataclasses
import json
import time
from pathlib import Path
from threading import Event

import pytest

from bot.app.pulls.ports import Remark
from bot.domain.commands import Ablate, Target
from bot.domain.plan.probing import FINGERPRINT
from tests.app.stage import PATIENCE_S, STRICT, WIDE, Stage, behaving
from tests.app.test_errands import faces, read, replies, two_changes
from tests.fakegithub.changes import Author, add_comment
from tests.fakegithub.records import Comment, Pull
from tests.samples.quick import BETTER, WORSE, quick_policy
from tests.waiting import until
from workers.contract import Infra, InfraReason


def one_reply(stage: Stage, pull: Pull, said: Comment) -> str:
    """The only answer to a comment."""
    (answer,) = replies(stage, pull, said)
    return answer


def evaluations(stage: Stage) -> set[str]:
    """The evaluations that trials were started for, which may end a little later."""
    known = stage.app_now.store.find(stage.crew.ran).values()
    return {one.evaluation for one in known}


# Runs ----------------------------------------------------------------------------


def test_a_part_of_the_plan_never_passes_until_all_of_it_is_run(tmp_path: Path) -> None:
    policy = quick_policy(modes=("quick", "other"))
    with read(tmp_path, policy) as stage:
        pull = stage.proposes("idea", BETTER)
        head = pull.head.sha
        stage.concluded(head, "success")
        said = stage.says(stage.bob, pull, "/gate run mode=quick stage=fast")
        part = stage.concluded(head, "action_required")
        assert "part" in part.output["summary"]
        assert faces(said) == ["eyes", "+1"]
        assert replies(stage, pull, said) == []
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(head, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


def test_an_unknown_mode_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate run mode=quik")
        assert faces(said) == ["eyes", "confused"]
        assert "Did you mean `quick`" in one_reply(stage, pull, said)
        assert stage.run(pull.head.sha).conclusion == "success"


def test_more_adds_seeds_past_the_last_look(tmp_path: Path) -> None:
    with read(tmp_path, STRICT) as stage:
        pull = stage.proposes("idea", WIDE)
        run = stage.concluded(pull.head.sha, "action_required")
        assert "More seeds" in {one["label"] for one in run.actions}
        before = len(stage.crew.ran)
        said = stage.says(stage.bob, pull, "/gate more 3")
        assert faces(said) == ["eyes", "+1"]
        assert before < len(stage.crew.ran) <= before + 6
        stage.run(pull.head.sha)


def test_retry_repeats_what_machines_lost_and_nothing_else(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        agent, lost = stage.crew._agent, set[str]()
        honest = agent.run

        def losing(attempt, spec):
            result = honest(attempt, spec)
            if len(lost) < 1 or spec.key in lost:
                lost.add(spec.key)
                gone = Infra(InfraReason.NODE_LOST, "the node went away")
                return dataclasses.replace(result, outcome=gone)
            return result

        agent.run = losing
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "failure")
        agent.run = honest
        before = list(stage.crew.ran)
        said = stage.says(stage.bob, pull, "/gate retry")
        stage.concluded(pull.head.sha, "success")
        assert faces(said) == ["eyes", "+1"]
        again = set(stage.crew.ran[len(before) :]) & set(before)
        assert again == lost


def test_cancel_stops_and_run_goes_on_with_what_is_finished(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        head = pull.head.sha
        stage.shows(head, "in_progress")
        store = stage.app_now.store
        until(store.wishing, "trials are wanted")
        said = stage.says(stage.bob, pull, "/gate cancel")
        stage.concluded(head, "cancelled")
        until(lambda: not store.wishing(), "nothing is wanted")
        assert faces(said) == ["eyes", "+1"]
        stage.crew.going.set()
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(head, "success")


def test_what_has_its_answer_cannot_be_stopped(tmp_path: Path) -> None:
    """Its author needs no role to stop it, and so cannot wipe a block away."""
    with read(tmp_path) as stage:
        pull = stage.blocked()
        head, sticky = pull.head.sha, stage.sticky(pull).body
        before = dict(stage.run(head).output)
        stage.ann.invites(stage.quick, stage.bob, "read")
        said = stage.says(stage.bob, pull, "/gate cancel")
        assert faces(said) == ["eyes", "confused"]
        assert "There is nothing to stop" in one_reply(stage, pull, said)
        run = stage.run(head)
        assert (run.conclusion, run.output) == ("failure", before)
        assert stage.sticky(pull).body == sticky
        assert stage.app_now.pulls.acts(stage.key(pull)) == []


def test_an_answer_comes_back_by_a_run_and_nothing_is_trained_twice(
    tmp_path: Path,
) -> None:
    """Not by the stop of what was ordered after it: somebody doubted that answer."""
    with read(tmp_path, STRICT) as stage:
        pull = stage.proposes("idea", WIDE)
        head, store = pull.head.sha, stage.app_now.store
        stage.concluded(head, "action_required")
        stage.crew.going.clear()
        stage.bob.comments(stage.quick, pull, "/gate more 3")
        until(store.wishing, "trials are wanted")
        stage.says(stage.bob, pull, "/gate cancel")
        stage.concluded(head, "cancelled")
        stage.crew.going.set()
        before = len(stage.crew.ran)
        stage.says(stage.bob, pull, "/gate run")
        stage.concluded(head, "action_required")
        assert len(stage.crew.ran) == len(set(stage.crew.ran)) > before


def test_a_draft_has_nothing_to_stop_until_somebody_runs_it(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        stage.crew.going.clear()
        stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER))
        pull = stage.bob.opens_pull(stage.quick, "idea", draft=True)
        head, store = pull.head.sha, stage.app_now.store
        stage.concluded(head, "action_required")
        early = stage.says(stage.bob, pull, "/gate cancel")
        assert faces(early) == ["eyes", "confused"]
        assert "draft" in one_reply(stage, pull, early)
        stage.bob.comments(stage.quick, pull, "/gate run")
        until(store.wishing, "trials are wanted")
        said = stage.says(stage.bob, pull, "/gate cancel")
        stage.concluded(head, "cancelled")
        assert faces(said) == ["eyes", "+1"]
        stage.crew.going.set()
        again = stage.says(stage.bob, pull, "/gate cancel")
        assert faces(again) == ["eyes", "confused"]
        assert "Cancelled" in one_reply(stage, pull, again)


def test_a_target_is_recorded_and_the_branch_is_judged_with_it(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate target mode=quick")
        assert faces(said) == ["eyes", "+1"]
        stage.concluded(pull.head.sha, "success")
        (act,) = stage.app_now.pulls.acts(stage.key(pull))
        assert act.command == Target(("quick",))


def test_orders_that_leave_nothing_to_run_are_told_so(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        before = list(stage.crew.ran)
        for line, told in (
            ("/gate more", "No seeds are added"),
            ("/Gate retry", "there is nothing to repeat"),
            ("/gate ablate", "The branch is one change"),
        ):
            said = stage.says(stage.bob, pull, line)
            assert faces(said) == ["eyes", "confused"]
            assert told in one_reply(stage, pull, said)
            stage.concluded(pull.head.sha, "failure")
        assert stage.crew.ran == before


# Changes apart -------------------------------------------------------------------


def test_ablate_judges_every_change_apart(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = three_changes(stage)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate ablate")
        run = stage.concluded(pull.head.sha, "success")
        assert faces(said) == ["eyes", "+1"]
        told = _plain(run.output["text"])
        for sha in _commits(stage, pull):
            assert sha[:7] in told


def attempt_of(stage: Stage, pull: Pull) -> int:
    """Which evaluation of its branch the shown one is, as its report says."""
    kept = stage.app_now.pulls.standing(stage.key(pull))
    assert kept is not None
    text = stage.app_now.store.load_evaluation(kept.evaluation) or "{}"
    told = [one["evidence"] for one in json.loads(text)["findings"]]
    (found,) = {one["attempt"] for one in told if "attempt" in one}
    return int(found)


def test_questions_about_a_green_branch_use_up_no_evaluation_of_it(
    tmp_path: Path,
) -> None:
    once = quick_policy(rest="decision: {attempts: 1}\n")
    with read(tmp_path, once) as stage:
        pull = three_changes(stage)
        stage.concluded(pull.head.sha, "success")
        for order in ("/gate ablate", "/gate target mode=quick", "/gate run"):
            said = stage.says(stage.bob, pull, order)
            stage.concluded(pull.head.sha, "success")
            assert faces(said) == ["eyes", "+1"]
            assert attempt_of(stage, pull) == 1
        stage.bob.pushes(stage.quick, "idea", behaving("idea", WORSE), "Another")
        stage.concluded(pull.head.sha, "action_required")
        assert attempt_of(stage, pull) == 2


def trained(stage: Stage, since: int) -> list[str]:
    """The trials that were run since so many, but those that only look at steps."""
    known = stage.app_now.store.find(stage.crew.ran[since:])
    return [key for key, one in known.items() if one.spec.stage != FINGERPRINT]


def test_a_target_gives_a_blocked_branch_no_second_chance(tmp_path: Path) -> None:
    once = quick_policy(rest="decision: {attempts: 1}\n")
    with read(tmp_path, once) as stage:
        pull = stage.blocked()
        before = len(stage.crew.ran)
        stage.says(stage.bob, pull, "/gate target mode=quick")
        told = _plain(stage.concluded(pull.head.sha, "failure").output["text"])
        assert "Behaviour" in told
        assert len(stage.crew.ran) > before
        assert trained(stage, before) == []
        assert attempt_of(stage, pull) == 1


def test_a_stage_that_is_run_alone_finds_the_trials_of_the_whole(
    tmp_path: Path,
) -> None:
    policy = quick_policy(rest="invasive: {steps: 4}\n")
    with read(tmp_path, policy) as stage:
        pull = stage.passed()
        before = len(stage.crew.ran)
        stage.says(stage.bob, pull, "/gate run stage=fast")
        stage.concluded(pull.head.sha, "action_required")
        assert trained(stage, before) == []


def test_who_looks_at_a_part_of_each_head_of_a_draft_has_used_up_an_evaluation(
    tmp_path: Path,
) -> None:
    policy = quick_policy(rest="decision: {attempts: 2}\n").replace(
        "stages:\n", "stages:\n  tests: {command: [python, -c, pass]}\n"
    )
    with read(tmp_path, policy) as stage:
        stage.bob.pushes(stage.quick, "idea", behaving("idea 1", BETTER))
        pull = stage.bob.opens_pull(stage.quick, "idea", draft=True)
        for number in (1, 2, 3):
            if number > 1:
                files = behaving(f"idea {number}", BETTER)
                stage.bob.pushes(stage.quick, "idea", files)
            stage.quiet()
            head, spent = pull.head.sha, number > 2
            part, whole = "action_required", "action_required" if spent else "success"
            stage.says(stage.bob, pull, f"/gate run {head[:9]} stage=fast")
            stage.concluded(head, part)
            assert attempt_of(stage, pull) == number
            stage.says(stage.bob, pull, f"/gate run {head[:9]}")
            stage.concluded(head, whole)
            assert attempt_of(stage, pull) == number


def test_ablate_of_one_change_trains_without_that_one_alone(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = three_changes(stage)
        stage.concluded(pull.head.sha, "success")
        before, (first, second, third) = len(stage.crew.ran), _commits(stage, pull)
        stage.says(stage.bob, pull, f"/gate ablate change={second[:9]}")
        run = stage.concluded(pull.head.sha, "success")
        told = _plain(run.output["text"])
        table = told[told.index("Effect in the branch") :]
        assert second[:7] in table
        assert first[:7] not in table.split("\n\n")[0]
        assert third[:7] not in table.split("\n\n")[0]
        few = len(stage.crew.ran) - before
        stage.says(stage.bob, pull, "/gate ablate")
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) > before + few


def test_ablate_of_what_is_no_change_is_refused(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = three_changes(stage)
        stage.concluded(pull.head.sha, "success")
        known = _commits(stage, pull)[1]
        wrong = known[:6] + ("0" if known[6] != "0" else "1")
        said = stage.says(stage.bob, pull, f"/gate ablate change={wrong}")
        assert faces(said) == ["eyes", "confused"]
        answer = _plain(one_reply(stage, pull, said))
        assert "The branch has no change" in answer
        assert known[:7] in answer


def three_changes(stage: Stage) -> Pull:
    """A branch that is good, of three steps that each could be trained without."""
    stage.bob.pushes(stage.quick, "idea", {"one.py": "x = 1\n"}, "One")
    stage.bob.pushes(stage.quick, "idea", behaving("idea", BETTER), "Two")
    stage.bob.pushes(stage.quick, "idea", {"three.py": "x = 3\n"}, "Three")
    return stage.bob.opens_pull(stage.quick, "idea")


def _commits(stage: Stage, pull: Pull) -> list[str]:
    """The commits of a branch, the first one first."""
    git = stage.town.world.git
    return list(git.compare(stage.quick, pull.base.sha, pull.head.sha).ahead)


def _plain(text: str) -> str:
    return text.replace("\u200b", "")


# Trust and acceptance ------------------------------------------------------------


def test_a_fork_is_trusted_by_commit_and_still_runs_nothing(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        eve = stage.town.person("eve")
        stage.ann.invites(stage.quick, eve, "read")
        fork = eve.forks(stage.quick)
        eve.pushes(fork, "idea", behaving("idea", BETTER))
        pull = eve.opens_pull(stage.quick, "idea", source=fork)
        head = pull.head.sha
        stage.concluded(head, "action_required")
        own = stage.says(eve, pull, f"/gate ok {head}")
        assert faces(own) == ["eyes", "confused"]
        said = stage.says(stage.bob, pull, f"/gate ok {head}")
        assert "no sandbox for untrusted code" in one_reply(stage, pull, said)
        stage.concluded(head, "action_required")
        scan = stage.says(stage.bob, pull, "/gate scan lr=1,2")
        assert "Nothing of this commit runs" in replies(stage, pull, scan)[-1]
        assert stage.crew.ran == []


def test_accepting_a_loss_lets_the_merge_pass_and_taking_it_back_does_not(
    tmp_path: Path,
) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        head = pull.head.sha
        stage.concluded(head, "failure")
        why = one_reply(stage, pull, stage.says(stage.bob, pull, "/gate why"))
        finding = next(w for w in why.split("`") if w.startswith("regression-"))
        order = f'/gate accept {finding} reason="the data is right now"'
        refused = stage.says(stage.bob, pull, order)
        assert faces(refused) == ["eyes", "confused"]
        assert "maintain" in one_reply(stage, pull, refused)
        said = stage.says(stage.ann, pull, order)
        assert faces(said) == ["eyes", "+1"]
        stage.concluded(head, "success")
        stage.says(stage.ann, pull, f"/gate unaccept {finding}")
        stage.concluded(head, "failure")
        unknown = stage.says(stage.ann, pull, f"/gate accept {finding}0 reason=x")
        assert faces(unknown) == ["eyes", "confused"]
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


# Questions -----------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["why", "status", "help", "help run", "baseline"])
def test_each_question_has_one_answer(tmp_path: Path, verb: str) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        before = evaluations(stage)
        said = stage.says(stage.bob, pull, f"/gate {verb}")
        assert faces(said) == ["eyes", "+1"]
        assert len(one_reply(stage, pull, said)) > 100
        assert evaluations(stage) == before
        assert stage.app_now.store.wishing() == []
        assert stage.run(pull.head.sha).conclusion == "failure"


def test_a_mistyped_verb_is_asked_about(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate retyr")
        assert faces(said) == ["eyes", "confused"]
        assert "`retry`" in one_reply(stage, pull, said)


# What is not listened to ---------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["```\n/gate run\n```", "> /gate run", "    /gate run", "`/gate run`", "run it"],
)
def test_code_and_quotes_are_not_heard(tmp_path: Path, text: str) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, text)
        assert faces(said) == []
        assert replies(stage, pull, said) == []


def test_too_many_commands_are_all_refused(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "\n".join(["/gate run"] * 11))
        assert faces(said) == ["eyes", "confused"]
        assert "11" in one_reply(stage, pull, said)
        assert stage.app_now.pulls.acts(stage.key(pull)) == []


def test_several_commands_have_one_reply(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "/gate status\n\n/gate why\n\n/gate run")
        answer = one_reply(stage, pull, said)
        assert "/gate status" in answer
        assert "/gate why" in answer


def test_an_edit_makes_no_command(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        said = stage.says(stage.bob, pull, "looks good")
        stage.bob.edits_comment(stage.quick, said, "/gate cancel")
        stage.quiet()
        assert faces(said) == []
        assert stage.app_now.pulls.acts(stage.key(pull)) == []


def test_a_review_is_answered_in_a_comment(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        review = stage.ann.reviews(stage.quick, pull, "COMMENTED", "/gate run")
        stage.quiet()
        mark = f"<!-- seedgate reply:review:{review.id}"
        found = [o for o in stage.comments(pull) if o.body.startswith(mark)]
        assert len(found) == 1
        assert len(stage.app_now.pulls.acts(stage.key(pull))) == 1


def test_a_head_that_moved_meanwhile_is_not_what_was_meant(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        commander, go, came = stage.app_now.commander, Event(), Event()
        handle = commander.handle

        def late(remark: Remark) -> None:
            came.set()
            go.wait(PATIENCE_S)
            handle(remark)

        commander.handle = late  # type: ignore[method-assign]
        said = stage.bob.comments(stage.quick, pull, "/gate more 2")
        until(came.is_set, "the comment is about to be handled")
        written = said.created_at.timestamp()
        until(lambda: time.time() > written + 2.0, "GitHub's seconds to be told apart")
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.ends(new, "success")
        go.set()
        stage.quiet()
        assert faces(said) == ["eyes", "confused"]
        assert new in _plain(one_reply(stage, pull, said))
        assert stage.app_now.pulls.acts(stage.key(pull)) == []


def test_a_bot_orders_nothing(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        world = stage.town.world
        with world.lock:
            author = Author(world.add_account("helper[bot]", "Bot").id)
            said = add_comment(world, stage.quick, pull.number, "/gate run", author)
        stage.quiet()
        assert faces(said) == []
        assert replies(stage, pull, said) == []


# Buttons -------------------------------------------------------------------------


def test_the_button_that_takes_apart_does_what_its_command_does(
    tmp_path: Path,
) -> None:
    with read(tmp_path) as stage:
        pull = two_changes(stage)
        head = pull.head.sha
        run = stage.concluded(head, "failure")
        labels = {one["label"]: one["identifier"] for one in run.actions}
        before = len(stage.crew.ran)
        stage.bob.clicks(stage.quick, run, labels["Ablate"])
        stage.quiet()
        run = stage.concluded(head, "failure")
        (act,) = stage.app_now.pulls.acts(stage.key(pull))
        assert act.command == Ablate()
        assert len(stage.crew.ran) > before


def test_a_double_click_is_one_order(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        head = pull.head.sha
        run = stage.concluded(head, "failure")
        again = next(o["identifier"] for o in run.actions if o["label"] == "Run again")
        with stage.town.world.lock:
            stage.bob.clicks(stage.quick, run, again)
            stage.bob.clicks(stage.quick, run, again)
        stage.quiet()
        stage.concluded(head, "failure")
        assert len(stage.app_now.pulls.acts(stage.key(pull))) == 1


def test_github_s_own_re_runs_are_heard(tmp_path: Path) -> None:
    with read(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        stage.bob.reruns(stage.quick, run)
        stage.quiet()
        run = stage.concluded(pull.head.sha, "failure")
        stage.bob.reruns_suite(stage.quick, run)
        stage.quiet()
        stage.concluded(pull.head.sha, "failure")
        assert len(stage.app_now.pulls.acts(stage.key(pull))) == 2
