"""What no webhook told of, and a sweep finds."""

from pathlib import Path

import pytest

from bot.app.pulls.sweeping import redelivering
from bot.compose.serving import service
from tests.app.stage import POLICY, Stage, staged
from tests.app.test_queue import queued
from tests.fakegithub.fates import Fate, nothing
from tests.fakegithub.records import Delivery, Pull
from tests.samples.quick import BETTER, quick_policy
from tests.waiting import until

TWO = quick_policy(rest="branches: [main, release]\n")


def group_lost(delivery: Delivery) -> Fate:
    """What tells of a merge group never arrives, unless it is asked for."""
    is_lost = delivery.event == "merge_group" and not delivery.redelivery
    return Fate("drop" if is_lost else "deliver")


def all_lost(delivery: Delivery) -> Fate:
    """Nothing arrives, unless it is asked for."""
    return Fate("deliver" if delivery.redelivery else "drop")


def passed(stage: Stage) -> Pull:
    """Judged; from here on no webhook comes, and a sweep has gone through all."""
    pull = stage.proposes("idea", BETTER)
    stage.concluded(pull.head.sha, "success")
    stage.deliveries.policy = lambda _: Fate("drop")
    stage.app_now.reconciler.sweep()
    return pull


def test_a_command_in_a_review_whose_webhook_was_lost_is_carried_out(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = passed(stage)
        stage.bob.reviews(stage.quick, pull, "COMMENTED", "/gate run")
        stage.app_now.reconciler.sweep()
        until(lambda: stage.app_now.pulls.acts(stage.key(pull)), "the order is kept")
        stage.concluded(pull.head.sha, "success")
        assert stage.app_now.reconciler.sweep().remarks == 0
        stage.page(pull)


def test_a_review_that_was_changed_before_it_was_found_orders_nothing(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        pull = passed(stage)
        review = stage.bob.reviews(stage.quick, pull, "COMMENTED", "Fine.")
        stage.bob.edits_review(stage.quick, review, "/gate more 2")
        stage.app_now.reconciler.sweep()
        until(lambda: stage.said(pull, "edited"), "it is refused")
        stage.quiet()
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        stage.page(pull)


def test_pointing_it_elsewhere_takes_the_old_base_s_answer_back_first(
    tmp_path: Path,
) -> None:
    """Also where git cannot be asked: nobody merges by what another base said."""
    with staged(tmp_path, TWO) as stage:
        strict = quick_policy(tolerance="0.04", rest="branches: [main, release]\n")
        stage.ann.pushes(stage.quick, "release", {POLICY: strict})
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        stage.ann.requires_check(stage.quick, "release", "seedgate", stage.app.id)
        stage.crew.going.clear()
        stage.bob.retargets(stage.quick, pull, "release")
        stage.shows(pull.head.sha, "queued")
        assert not stage.merges(pull)
        stage.crew.going.set()
        run = stage.concluded(pull.head.sha, "success")
        assert "tolerance 0.04" in run.output["summary"]
        assert stage.merges(pull)
        stage.page(pull)


def test_a_pull_request_whose_webhook_vanished_is_found_and_judged(
    tmp_path: Path,
) -> None:
    """Never attempted and never listed: nobody can ask for it again."""
    with staged(tmp_path) as stage:
        stage.quiet()
        stage.deliveries.policy = nothing
        pull = stage.proposes("idea", BETTER)
        stage.quiet()
        assert stage.runs(pull.head.sha) == []
        swept = stage.app_now.reconciler.sweep()
        assert (swept.woken, swept.redelivered) == (1, 0)
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_group_whose_webhook_was_lost_is_asked_for_once_more_and_answered(
    tmp_path: Path,
) -> None:
    """What the queue asked for is begun by the sweep; the webhook tells no news."""
    with queued(tmp_path) as stage:
        pull = stage.passed()
        stage.deliveries.policy = group_lost
        group = stage.bob.queues(stage.quick, pull)
        stage.quiet()
        assert stage.runs(group.head_sha) == []
        sweep = stage.app_now.reconciler.sweep
        assert [sweep().redelivered, sweep().redelivered] == [1, 0]
        stage.concluded(group.head_sha, "success")
        told = [
            one for one in stage.town.world.deliveries if one.event == "merge_group"
        ]
        assert [one.status for one in told] == ["failed to connect to host", "OK"]
        assert told[0].guid == told[1].guid


def test_what_was_lost_beyond_a_minute_s_share_follows_without_a_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivering, "A_MINUTE", 1)
    monkeypatch.setattr(redelivering, "MINUTE_S", 0.05)
    monkeypatch.setattr(service, "REDELIVER_S", 0.02)
    with staged(tmp_path) as stage:
        stage.quiet()
        told = stage.town.world.deliveries
        before = len(told)
        stage.deliveries.policy = all_lost
        pull = stage.proposes("idea", BETTER)
        stage.quiet()
        lost = {one.guid for one in told[before:]}
        assert len(lost) > 1
        assert stage.app_now.reconciler.sweep().redelivered == 1
        until(
            lambda: lost <= {one.guid for one in told if one.redelivery},
            "all were sent once more",
        )
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_group_whose_webhook_vanished_is_found_by_its_branch_and_answered(
    tmp_path: Path,
) -> None:
    """As while the App is suspended: nothing is sent, nor can it be asked for later."""
    with queued(tmp_path) as stage:
        pull = stage.passed()
        stage.deliveries.policy = nothing
        group = stage.bob.queues(stage.quick, pull)
        stage.quiet()
        assert stage.runs(group.head_sha) == []
        stage.app_now.reconciler.sweep()
        stage.concluded(group.head_sha, "success")
