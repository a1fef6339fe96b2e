"""Webhooks that are forged, doubled, late, out of order, lost, or of no use."""

from pathlib import Path
from urllib.parse import urlsplit

from tests.app.stage import SECRET, Stage, behaving, staged
from tests.fakegithub.fates import Fate
from tests.fakegithub.records import Delivery
from tests.samples.quick import BETTER, WORSE
from tests.web.wire import headers, post


def told(stage: Stage, event: str, body: bytes, **given: str) -> int:
    """Somebody posts to the App's hook; the status of the answer."""
    port = urlsplit(stage.app.hook_url).port
    assert port is not None
    known = {"secret": SECRET, **given}
    said = {**headers(body, **known), "X-GitHub-Event": event}
    return post(port, body, said).status


def test_a_forged_delivery_is_refused_and_kept_nowhere(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.deliveries.policy = lambda _: Fate("forge")
        pull = stage.proposes("idea", WORSE)
        stage.deliveries.settle()
        with stage.town.world.lock:
            answered = {one.status_code for one in stage.town.world.deliveries}
        assert answered == {401}
        assert sum(stage.app_now.inbox.counts().values()) == 0
        assert stage.runs(pull.head.sha) == []


def test_a_delivery_that_was_changed_on_its_way_is_refused(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.deliveries.policy = lambda _: Fate("tamper")
        pull = stage.proposes("idea", WORSE)
        stage.quiet()
        opened = [
            one for one in stage.town.world.deliveries if one.event == "pull_request"
        ]
        assert {one.status_code for one in opened} == {401}
        assert stage.runs(pull.head.sha) == []


def test_what_comes_twice_is_done_once(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.deliveries.policy = lambda _: Fate("duplicate")
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        assert len(stage.comments(pull)) == 1
        assert len(stage.crew.ran) == len(set(stage.crew.ran))
        assert stage.calls("checks/create") == 1
        stage.page(pull)


def test_a_push_that_is_told_of_before_the_opening_is_judged(tmp_path: Path) -> None:
    held: list[str] = []

    def late(delivery: Delivery) -> Fate:
        first = delivery.action == "opened" and not held
        if first:
            held.append(delivery.guid)
        return Fate("reorder") if first else Fate()

    with staged(tmp_path) as stage:
        stage.deliveries.policy = late
        pull = stage.proposes("idea", WORSE)
        old = pull.head.sha
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(new, "success")
        assert [run.conclusion for run in stage.runs(old)] in ([], ["cancelled"])
        for run in stage.runs(old):
            stage.town.reader.read_run(run)
        stage.page(pull)


def test_a_stale_push_after_a_newer_one_changes_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.quiet()
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(new, "success")
        with stage.town.world.lock:
            stale = [
                one
                for one in stage.town.world.deliveries
                if one.event == "pull_request" and one.action == "opened"
            ]
        writes = stage.calls("checks/create", "checks/update")
        for one in stale:
            stage.deliveries.redeliver(one)
        stage.quiet()
        assert stage.calls("checks/create", "checks/update") == writes
        assert stage.run(new).conclusion == "success"
        assert stage.run(stale[0].payload["pull_request"]["head"]["sha"])
        stage.page(pull)


def test_what_nobody_knows_is_taken_and_left(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        bodies = [b"{}", b"[]", b"null", b'{"action": 7}', b"\xff\xfe", b"not json"]
        for event in ("pull_request", "issue_comment", "comet", "check_run", "push"):
            assert {told(stage, event, body) for body in bodies} == {202}
        stage.quiet()
        pull = stage.proposes("idea", BETTER)
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_redelivery_of_what_was_never_worked_off_is_worked_off(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        stage.deliveries.policy = lambda _: Fate("drop")
        pull = stage.proposes("idea", BETTER)
        stage.quiet()
        assert stage.runs(pull.head.sha) == []
        stage.deliveries.policy = lambda _: Fate()
        with stage.town.world.lock:
            lost = [d for d in stage.town.world.deliveries if d.event == "pull_request"]
        for one in lost:
            stage.deliveries.redeliver(one)
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)


def test_a_secret_that_is_being_changed_counts_beside_the_new_one_and_not_after(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        signs_with(stage, "another secret", former=SECRET)
        old = stage.proposes("idea", BETTER)  # GitHub still signs with the former one
        stage.concluded(old.head.sha, "success")
        stage.app.webhook_secret = "another secret"
        new = stage.proposes("other", WORSE)
        stage.concluded(new.head.sha, "failure")
        assert told(stage, "ping", b"{}", secret="a third secret") == 401
        signs_with(stage, "another secret", former="")
        assert told(stage, "ping", b"{}", secret="another secret") == 202
        stage.quiet()
        kept = sum(stage.app_now.inbox.counts().values())
        assert told(stage, "ping", b"{}", secret=SECRET) == 401
        assert sum(stage.app_now.inbox.counts().values()) == kept
        for pull in (old, new):
            stage.page(pull)


def signs_with(stage: Stage, secret: str, former: str) -> None:
    """The App is started anew with these secrets of webhooks."""
    stage.end()
    stage.secret, stage.former = secret, former
    stage.begin()


def test_a_fork_that_is_gone_runs_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        carl = stage.carl()
        fork = carl.forks(stage.quick)
        carl.pushes(fork, "idea", behaving("idea", BETTER))
        pull = carl.opens_pull(stage.quick, "idea", source=fork)
        stage.concluded(pull.head.sha, "action_required")
        carl.deletes(fork)
        stage.quiet()
        assert stage.run(pull.head.sha).conclusion == "action_required"
        assert stage.crew.ran == []
        stage.page(pull)
