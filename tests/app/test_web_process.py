"""Who takes webhooks is a process of its own: what the App does holds up no answer."""

import fcntl
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bot.compose.database import FILE
from tests.app.processes import ENDS_S, Serving, deliver
from tests.app.stage import SECRET, keys
from tests.app.test_processes import town
from tests.databases.postgres import OWNER, Server, name_of
from tests.samples.quick import WORSE
from tests.waiting import alive, started_as, until
from tests.web.wire import ask

STARTED_S = 30.0
LOCK = f"{FILE}.lock"


def web_server(serving: Serving) -> psutil.Process:
    """The child that listens."""
    until(lambda: _listeners(serving), "the web server to run", STARTED_S)
    (found,) = _listeners(serving)
    return found


def _listeners(serving: Serving) -> list[psutil.Process]:
    below = serving.children()
    return [one for one in below if "bot.compose.front" in started_as(one)]


def stops(serving: Serving, store: Path) -> None:
    """What works stands still, not amid a write: that would be waited for."""
    process = psutil.Process(serving.process.pid)

    def between_writes() -> bool:
        serving.process.send_signal(signal.SIGSTOP)
        until(lambda: process.status() == psutil.STATUS_STOPPED, "it to stand still")
        with closing(sqlite3.connect(store, timeout=0)) as tried:
            try:
                tried.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                serving.process.send_signal(signal.SIGCONT)
                return False
        return True

    until(between_writes, "a moment without a write")


def test_webhooks_are_kept_while_the_app_stands_still(tmp_path: Path) -> None:
    """A hint is not lost: the App works on it as soon as it can."""
    with town(tmp_path) as many:
        one, stage = many.serve(), many.stage
        stops(one, stage.cache / FILE)
        try:
            pull = stage.proposes("idea", WORSE)
            stage.deliveries.settle()
            assert stage.town.world.deliveries[-1].status_code == 202
        finally:
            one.process.send_signal(signal.SIGCONT)
        stage.ends(pull.head.sha, "failure")


def test_a_web_server_that_was_killed_is_started_again_and_nobody_is_sent_away(
    tmp_path: Path,
) -> None:
    """The address is ours meanwhile: who calls waits, and is answered."""
    with town(tmp_path) as many:
        one = many.serve()
        first = web_server(one)
        first.kill()
        assert deliver(one.port, "ping", {}) == 202
        assert "The web server ended with status -9. It is started again." in one.said
        assert web_server(one).pid != first.pid


def test_one_that_is_interrupted_alone_ends_without_a_word(tmp_path: Path) -> None:
    """Nobody has to read a traceback, and another one is there."""
    with town(tmp_path) as many:
        one = many.serve()
        web_server(one).send_signal(signal.SIGINT)
        until(lambda: "The web server ended with status -2." in one.said, "its end")
        assert deliver(one.port, "ping", {}) == 202
        assert "Traceback" not in one.said


def test_one_that_finds_no_database_answers_503_until_it_is_back(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    """It is started once, and what works goes on; the log says it once as well."""
    with town(tmp_path, database_url) as many:
        one = many.serve()
        many.stage.crew.rests()
        assert [deliver(one.port, "ping", {}) for _ in range(3)] == [202] * 3
        with postgres.down():
            web_server(one).kill()
            assert [deliver(one.port, "ping", {}) for _ in range(3)] == [503] * 3
            assert ask(one.port, "GET /readyz").status == 503
            assert ask(one.port, "GET /healthz").status == 200
        many.stage.crew.going.set()
        until(lambda: deliver(one.port, "ping", {}) == 202, "webhooks to be kept")
        until(lambda: "Webhooks are kept again." in one.said, "it to say so")
        assert one.said.count("Webhooks cannot be kept") == 1
        assert one.said.count("The web server ended") == 1
        assert ask(one.port, "GET /readyz").status == 200


def test_it_finds_a_database_by_the_variables_that_the_app_finds_it_by(
    tmp_path: Path, postgres: Server, database_url: str
) -> None:
    place = f"host={postgres.folder}\nuser={OWNER}\ndbname={name_of(database_url)}\n"
    (tmp_path / "pg_service.conf").write_text(f"[gate]\n{place}")
    with town(tmp_path, database_url) as many:
        many.changes = {
            "SEEDGATE_DATABASE_URL": "postgresql://?service=gate",
            "PGSYSCONFDIR": str(tmp_path),
        }
        assert deliver(many.serve().port, "ping", {}) == 202


def test_one_whose_app_was_killed_leaves_the_address_to_the_next(
    tmp_path: Path,
) -> None:
    with town(tmp_path) as many:
        first = many.serve()
        port, left = first.port, web_server(first)
        first.kill()
        again = many.start(SEEDGATE_LISTEN=f"127.0.0.1:{port}")
        again.leads()
        assert again.port == port
        many.stage.app.hook_url = again.hook
        until(lambda: not alive(left.pid), "the one that was left to end")
        assert deliver(port, "ping", {}) == 202


def test_a_cache_folder_without_a_root_is_the_same_for_both(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        name = os.path.relpath(many.stage.cache, many.folder)
        one = many.start(SEEDGATE_CACHE_DIR=name)
        one.leads()
        many.stage.app.hook_url = one.hook
        pull = many.stage.proposes("idea", WORSE)
        many.stage.ends(pull.head.sha, "failure")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_waits_for_its_store_ends_when_it_is_told_to(
    tmp_path: Path, how: signal.Signals
) -> None:
    """Both wait: another process migrates the store, and takes its time."""
    cache = tmp_path / "another"
    cache.mkdir(0o700)
    with town(tmp_path) as many, (cache / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        one = many.start(SEEDGATE_CACHE_DIR=str(cache))
        child = web_server(one)
        until(lambda: holds(child, LOCK), "it to wait for the store")
        one.process.send_signal(how)
        one.process.wait(ENDS_S)
        until(lambda: not alive(child.pid), "the web server to end", ENDS_S)


def holds(process: psutil.Process, name: str) -> bool:
    """Whether it has opened a file of this name."""
    return any(Path(one.path).name == name for one in process.open_files())


def test_it_is_told_secrets_where_nobody_else_reads_and_no_more_than_it_needs(
    tmp_path: Path,
) -> None:
    """Neither the App's key, nor what trials are seeded with; the others by a pipe."""
    with town(tmp_path) as many:
        many.changes = {"RAY_AUTH_TOKEN": "a token", "CUDA_VISIBLE_DEVICES": "0"}
        child = web_server(many.serve())
        told = " ".join([started_as(child), *map(str, child.environ().items())])
        key = keys()[0].splitlines()[1]
        for secret in ("SEEDGATE_", key, "a secret of tests", SECRET, "RAY_", "CUDA"):
            assert secret not in told
