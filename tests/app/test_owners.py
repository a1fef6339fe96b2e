"""What owners do with the App and with their repositories, as webhooks tell of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bot.domain.github import Place
from tests.app.stage import PERMISSIONS, Stage, behaving, staged
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


def test_nothing_is_left_of_a_repository_that_was_deleted(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.passed()
        stage.page(pull)
        place = Place(stage.installation.id, stage.quick.id)
        assert stage.app_now.mirrors.known(place) is not None
        before = asked(stage)
        stage.ann.deletes(stage.quick)
        stage.quiet()
        stage.app_now.reconciler.sweep()
        assert asked(stage) == before
        assert stage.app_now.mirrors.known(place) is None


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
