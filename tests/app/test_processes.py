"""`seedgate serve` killed, ended, begun anew: nothing is lost, and nothing doubled."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bot.adapters.store import AppLead
from bot.compose.database import store_url
from tests.app.processes import ENDS_S, Processes, deliver, processes
from tests.app.stage import HANDS, staged
from tests.databases.postgres import Server
from tests.fakegithub.faults import Fault
from tests.samples.quick import BETTER, WORSE
from tests.waiting import alive, until

MOST_GROWN_BYTES = 30 * 2**20


@contextmanager
def town(folder: Path, database: str | None = None) -> Iterator[Processes]:
    """A stage whose App is run as processes; at the end each trial was paid once."""
    with staged(folder, database=database) as stage, processes(stage, folder) as many:
        yield many
        many.reads()
        assert all(count == 1 for count in Counter(stage.crew.ran).values())
        assert not any("Traceback" in one.said for one in many.begun)


def test_a_delivery_that_was_taken_is_worked_on_after_a_kill(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        lead = AppLead(store_url(stage.settings()))
        assert lead.take()
        first = many.start()
        stage.app.hook_url = first.hook
        pull = stage.proposes("idea", WORSE)
        stage.deliveries.settle()
        assert stage.town.world.deliveries[-1].status_code == 202
        first.kill()
        lead.close()
        assert stage.runs(pull.head.sha) == []
        many.serve()
        stage.ends(pull.head.sha, "failure")
        many.quiet()
        stage.sticky(pull)


def test_a_check_run_that_was_made_before_a_kill_is_adopted(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        first = many.serve()
        stage.fake.faults.plan(Fault("checks/create", "504", when="after", seconds=30))
        pull = stage.proposes("idea", WORSE)
        until(lambda: stage.runs(pull.head.sha), "the check run to be made")
        first.kill()
        many.serve()
        stage.ends(pull.head.sha, "failure")
        many.quiet()
        stage.sticky(pull)


@pytest.mark.soak
def test_a_comment_that_was_made_before_a_kill_is_adopted(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        first = many.serve()
        made = Fault("issues/create-comment", "504", when="after", seconds=30)
        stage.fake.faults.plan(made)
        pull = stage.proposes("idea", WORSE)
        until(lambda: stage.comments(pull), "the comment to be made")
        first.kill()
        many.serve()
        stage.ends(pull.head.sha, "failure")
        many.quiet()
        stage.sticky(pull)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_an_evaluation_goes_on_after_a_kill(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sqlite = store == "sqlite"
    url = None if sqlite else request.getfixturevalue("database_url")
    with town(tmp_path, url) as many:
        stage, hold = many.stage, tmp_path / "hold"
        first = many.serve()
        pull = stage.proposes("idea", replace(WORSE, hold=str(hold)))
        until(lambda: stage.crew.ran, "a trial to run")
        first.kill()
        many.serve()
        hold.touch()
        stage.ends(pull.head.sha, "failure")
        many.quiet()
        stage.sticky(pull)
        assert len(stage.crew.ran) == len(set(stage.crew.ran))


def test_a_second_instance_follows_one_that_was_killed(
    tmp_path: Path, database_url: str
) -> None:
    with town(tmp_path, database_url) as many:
        stage, hold = many.stage, tmp_path / "hold"
        first = many.serve()
        second = many.start()
        pull = stage.proposes("idea", replace(WORSE, hold=str(hold)))
        until(lambda: stage.crew.ran, "a trial to run")
        stage.app.hook_url = second.hook
        first.kill()
        second.leads()
        hold.touch()
        stage.ends(pull.head.sha, "failure")


def test_a_fetch_that_was_killed_is_made_again(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        git, blocked, go = stage.fake.git, threading.Event(), threading.Event()

        async def slowly(scope: object, receive: object, send: object) -> None:
            blocked.set()
            await asyncio.to_thread(go.wait, 60)
            await git(scope, receive, send)  # type: ignore[arg-type, misc]

        first = many.serve()
        stage.fake.git = slowly  # type: ignore[assignment]
        pull = stage.proposes("idea", WORSE)
        assert blocked.wait(30)
        left = first.children()
        first.kill()
        stage.fake.git = git
        many.serve()
        assert stage.runs(pull.head.sha) == []
        go.set()  # the git that was left holds the mirror until it has ended
        stage.ends(pull.head.sha, "failure")
        until(lambda: not any(alive(one.pid) for one in left), "git to end")


def test_two_that_start_at_once_on_an_empty_database_both_serve(
    tmp_path: Path, postgres: Server, empty_database: str
) -> None:
    with staged(tmp_path) as stage, processes(stage, tmp_path) as many:
        url = {"SEEDGATE_DATABASE_URL": postgres.url(empty_database)}
        both = [many.start(**url) for _ in range(2)]
        ports = {one.port for one in both}
        assert len(ports) == 2
        until(
            lambda: sum("This instance leads" in one.said for one in both) == 1,
            "one to lead",
        )
        for one in both:
            assert "Traceback" not in one.said
            assert one.ends() < ENDS_S


def started(ledger: Path) -> int:
    """How many trials have begun, and written it down."""
    return ledger.read_text().count("start ") if ledger.exists() else 0


def test_many_deliveries_at_once_are_answered_while_workers_are_busy(
    tmp_path: Path,
) -> None:
    with town(tmp_path) as many:
        stage, hold, ledger = many.stage, tmp_path / "hold", tmp_path / "ledger"
        one = many.serve()
        held = replace(WORSE, hold=str(hold), ledger=str(ledger))
        pulls = [stage.proposes(f"idea{n}", held) for n in range(4)]
        until(lambda: started(ledger) == HANDS, "every hand of the crew to be held")
        payload = stage.town.world.deliveries[-1].payload
        event = stage.town.world.deliveries[-1].event
        with ThreadPoolExecutor(100) as pool:
            answers = pool.map(lambda _: deliver(one.port, event, payload), range(100))
        assert set(answers) == {202}
        assert started(ledger) == HANDS  # nobody waited for them
        hold.touch()
        for pull in pulls:
            stage.ends(pull.head.sha, "failure")


def test_sigterm_ends_it_soon_and_a_restart_goes_on(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage, hold = many.stage, tmp_path / "hold"
        first = many.serve()
        pull = stage.proposes("idea", replace(BETTER, hold=str(hold)))
        until(lambda: stage.crew.ran, "a trial to run")
        children = first.children()
        took = first.ends()
        print(f"SIGTERM ended it in {took:.1f} s")
        assert took < ENDS_S
        assert first.process.returncode == 0
        assert not any(alive(one.pid) for one in children)
        assert stage.crew.cancelled == []
        many.serve()
        hold.touch()
        stage.ends(pull.head.sha, "success")


@pytest.mark.soak
def test_memory_is_flat(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        one = many.serve()
        pull = stage.proposes("idea", WORSE)
        stage.ends(pull.head.sha, "failure")
        many.quiet()
        opened = next(
            one for one in stage.town.world.deliveries if one.event == "pull_request"
        )

        def comes(_: int = 0) -> int:
            return deliver(one.port, opened.event, opened.payload)

        def floods(webhooks: int, looks: int) -> int:
            with ThreadPoolExecutor(8) as pool:
                assert set(pool.map(comes, range(webhooks))) == {202}
            many.quiet()
            for _ in range(looks):
                before = stage.calls("pulls/get")
                comes()
                until(lambda before=before: stage.calls("pulls/get") > before, "a look")
            many.quiet()
            return psutil.Process(one.process.pid).memory_info().rss

        before = floods(300, 50)
        after = floods(2000, 200)
        print(f"{before / 2**20:.0f} MiB, then {after / 2**20:.0f} MiB")
        assert after - before < MOST_GROWN_BYTES
