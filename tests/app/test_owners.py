"""What owners do with the App and with their repositories, as webhooks tell of it."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bot.adapters.github import ConnectedGitHub
from bot.adapters.mirrors.locking import held
from bot.app.hooks import DeliveryState
from bot.app.pulls import forgetting
from bot.domain.github import Place, Repository
from tests.app.stage import PERMISSIONS, Stage, behaving, staged
from tests.app.test_hooks import told
from tests.samples.quick import BETTER, WORSE, Behaviour
from tests.waiting import until

SIGNED = re.compile(r"http://127\.0\.0\.1:9(/evaluations/[^)\s]*signature=[^)\s]*)")


def asked(stage: Stage) -> list[str]:
    """What the App asked by now in installations, what they reach apart.

    What it asks as itself, as for its deliveries, it may ask whoever has it.
    """
    with stage.town.world.lock:
        log = list(stage.fake.gateway.log)
    ours, listing = f"app {stage.app.id}", "apps/list-repos-accessible-to-installation"
    return [
        f"{one.caller}: {one.operation}"
        for one in log
        if one.caller != ours and one.operation != listing
    ]


@dataclass
class Run:
    """A pull request whose trials wait for a file, and are told of in another one."""

    stage: Stage
    hold: Path
    ledger: Path
    began: int = 0

    @property
    def behaviour(self) -> Behaviour:
        """How it trains."""
        return replace(BETTER, hold=str(self.hold), ledger=str(self.ledger))

    def goes_on(self) -> None:
        """Wait until one more trial of the branch itself runs."""
        until(lambda: self._begun() > self.began, "a trial runs")
        self.stage.deliveries.settle()

    def stops(self, deed: Callable[[], object]) -> None:
        """By this deed its trials are stopped, and nothing is asked there any more."""
        stage = self.stage
        stopped = len(stage.crew.cancelled)
        deed()
        until(lambda: len(stage.crew.cancelled) > stopped, "trials are stopped")
        stage.quiet()
        before = asked(stage)
        stage.app_now.reconciler.sweep()
        stage.quiet()
        assert asked(stage) == before
        self.began = self._begun()

    def _begun(self) -> int:
        told = self.ledger.read_text() if self.ledger.exists() else ""
        return told.count("start idea")


def test_whatever_keeps_the_app_out_stops_its_trials_until_it_is_let_in_again(
    tmp_path: Path,
) -> None:
    """Suspended, not chosen any more, archived, uninstalled: each while trials run."""
    with staged(tmp_path) as stage:
        ann, quick, here = stage.ann, stage.quick, stage.installation
        run = Run(stage, tmp_path / "hold", tmp_path / "ledger")
        pull = stage.proposes("idea", run.behaviour)
        run.goes_on()
        run.stops(lambda: ann.suspends(here))
        ann.unsuspends(here)
        run.goes_on()
        run.stops(lambda: ann.chooses(here, removed=[quick]))
        ann.chooses(here, added=[quick])
        run.goes_on()
        run.stops(lambda: ann.archives(quick))
        ann.archives(quick, archived=False)
        run.goes_on()
        run.stops(lambda: ann.uninstalls(here))
        run.hold.touch()
        ann.installs(stage.app, [quick])
        stage.concluded(pull.head.sha, "success")
        assert stage.said(pull, "safe to merge")
        stage.page(pull)


@pytest.mark.parametrize("action", ["suspend", "removed", "archived", "deleted"])
def test_a_hint_of_what_an_owner_undid_long_ago_stops_no_trial(
    tmp_path: Path, action: str
) -> None:
    """GitHub sends what it sent before once more, while trials run."""
    with staged(tmp_path) as stage:
        run = Run(stage, tmp_path / "hold", tmp_path / "ledger")
        pull = stage.proposes("idea", run.behaviour)
        run.goes_on()
        assert told(stage, *hint(stage, action)) == httpx.codes.ACCEPTED
        looked_at_anew(stage)
        assert stage.crew.cancelled == []
        standing = stage.app_now.pulls.standing(stage.key(pull))
        assert standing is not None
        assert standing.open
        run.hold.touch()
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))
        stage.page(pull)


def hint(stage: Stage, action: str) -> tuple[str, bytes]:
    """The event, and what GitHub says of it."""
    account = {"id": stage.ann.id, "login": "ann"}
    through = {"id": stage.installation.id, "account": account}
    quick = {"id": stage.quick.id, "full_name": "ann/quick"}
    body: dict[str, object] = {"action": action, "installation": through}
    match action:
        case "removed":
            event = "installation_repositories"
            body |= {"repositories_added": [], "repositories_removed": [quick]}
        case "archived":
            event = "repository"
            body["repository"] = {**quick, "default_branch": "main"}
        case _:
            event = "installation"
    return event, json.dumps(body).encode()


def looked_at_anew(stage: Stage) -> None:
    """All webhooks are worked off, and everything was gone through."""
    app = stage.app_now
    worked_off(stage)
    app.reconciler.sweep()
    until(lambda: not (app.pulls.due(time.time(), 1) or app.looks.busy()), "looks")


def worked_off(stage: Stage) -> None:
    """Wait until no webhook waits, nor one that failed."""
    stage.deliveries.settle()
    counts = stage.app_now.inbox.counts
    until(lambda: not counts()[DeliveryState.PENDING], "webhooks are worked off")
    assert not counts()[DeliveryState.FAILED]


def test_what_is_taken_out_and_put_back_while_the_app_is_down_goes_on(
    tmp_path: Path,
) -> None:
    """Both webhooks failed: they come again once the sweep has found it all well."""
    with staged(tmp_path) as stage:
        run = Run(stage, tmp_path / "hold", tmp_path / "ledger")
        pull = stage.proposes("idea", run.behaviour)
        run.goes_on()
        stage.end()
        stage.ann.chooses(stage.installation, removed=[stage.quick])
        stage.ann.chooses(stage.installation, added=[stage.quick])
        stage.deliveries.settle()
        stage.begin()
        until(lambda: again(stage) == {"removed", "added"}, "they come again")
        looked_at_anew(stage)
        assert stage.crew.cancelled == []
        run.hold.touch()
        stage.concluded(pull.head.sha, "success")
        assert len(stage.crew.ran) == len(set(stage.crew.ran))
        stage.page(pull)


def again(stage: Stage) -> set[str | None]:
    """What was delivered at last, of what is told of chosen repositories."""
    with stage.town.world.lock:
        return {
            one.action
            for one in stage.town.world.deliveries
            if one.event == "installation_repositories"
            and one.status_code == httpx.codes.ACCEPTED
        }


def test_no_webhook_waits_until_what_was_taken_away_is_fetched(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        stage.page(stage.passed())
        lock = stage.cache / "mirrors" / f"{stage.quick.id}.lock"
        with held(lock, 0.0):  # as a long fetch holds it
            stage.ann.chooses(stage.installation, removed=[stage.quick])
            worked_off(stage)


@contextmanager
def forgetful(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage where a pull request passed, and what is gone is forgotten at once."""
    monkeypatch.setattr(forgetting, "RESTS_S", 0.0)
    with staged(folder) as stage:
        stage.page(stage.passed())
        yield stage


def mirrored(stage: Stage) -> bool:
    """Whether the App has a mirror of the repository."""
    place = Place(stage.installation.id, stage.quick.id)
    return stage.app_now.mirrors.known(place) is not None


def test_nothing_is_left_of_a_repository_that_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forgetful(tmp_path, monkeypatch) as stage:
        assert mirrored(stage)
        before = asked(stage)
        stage.ann.deletes(stage.quick)
        stage.quiet()
        stage.app_now.reconciler.sweep()
        assert asked(stage) == before
        assert not mirrored(stage)


SHUT = {
    "suspended": lambda stage: stage.ann.suspends(stage.installation),
    "archived": lambda stage: stage.ann.archives(stage.quick),
}


@pytest.mark.parametrize("how", SHUT)
def test_nothing_is_left_of_what_was_shut_long_before_it_was_uninstalled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Until then its mirror stays: it may be opened again."""
    with forgetful(tmp_path, monkeypatch) as stage:
        SHUT[how](stage)
        looked_at_anew(stage)
        assert mirrored(stage)
        stage.ann.uninstalls(stage.installation)
        looked_at_anew(stage)
        assert not mirrored(stage)


def test_nothing_is_left_of_what_github_listed_a_moment_longer_than_it_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forgetful(tmp_path, monkeypatch) as stage:
        github = stage.app_now.github
        stale = [github.repositories(stage.installation.id)]
        listed = type(github).repositories

        def repositories(mine: ConnectedGitHub, through: int) -> Sequence[Repository]:
            return stale.pop() if stale else listed(mine, through)

        monkeypatch.setattr(type(github), "repositories", repositories)
        stage.ann.chooses(stage.installation, removed=[stage.quick])
        looked_at_anew(stage)
        assert stale == []
        assert not mirrored(stage)


def test_nothing_is_left_of_what_was_taken_away_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The App was down, and GitHub has dropped the webhook meanwhile."""
    with forgetful(tmp_path, monkeypatch) as stage:
        stage.end()
        stage.ann.chooses(stage.installation, removed=[stage.quick])
        stage.deliveries.settle()
        with stage.town.world.lock:
            stage.town.world.deliveries.clear()
        stage.begin()
        looked_at_anew(stage)
        assert not mirrored(stage)


def test_a_repository_is_the_same_one_by_another_name_and_of_another_owner(
    tmp_path: Path,
) -> None:
    """Renamed while trials run, and transferred: what was said stands and goes on."""
    with staged(tmp_path) as stage:
        stage.crew.going.clear()
        pull = stage.proposes("idea", BETTER)
        stage.shows(pull.head.sha, "in_progress")
        stage.ann.renames(stage.quick, "fast")
        stage.crew.going.set()
        stage.concluded(pull.head.sha, "success")
        stage.bob.installs(stage.app)
        stage.ann.transfers(stage.quick, stage.bob)
        stage.quiet()
        head = stage.bob.pushes(stage.quick, "idea", behaving("second", WORSE))
        stage.concluded(head, "failure")
        stage.says(stage.bob, pull, "/gate status")
        assert stage.sticky(pull)
        assert report(stage, stage.page(pull)) == httpx.codes.OK


def report(stage: Stage, page: str) -> int:
    """What the App's web answers to the link in its last reply on a page."""
    port = urlsplit(stage.app.hook_url).port
    address = SIGNED.findall(page)[-1]
    return httpx.get(f"http://127.0.0.1:{port}{address}").status_code


def test_what_an_owner_has_not_allowed_is_named_and_said_once_it_is_allowed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The comment says it meanwhile; sweeps look after the check run."""
    with staged(tmp_path) as stage:
        stage.end()
        stage.installation.permissions = {**PERMISSIONS, "checks": "read"}
        stage.begin()
        pull = stage.proposes("idea", BETTER)
        until(lambda: stage.said(pull, "safe to merge"), "the comment says so")
        stage.quiet()
        assert stage.runs(pull.head.sha) == []
        assert "It takes the permission checks=write" in caplog.text
        stage.ann.accepts_permissions(stage.installation)
        stage.quiet()
        for _ in range(4):
            stage.app_now.reconciler.sweep()
            stage.quiet()
        stage.concluded(pull.head.sha, "success")
        stage.page(pull)
