"""`seedgate serve` begun where something is wrong: it says so, goes on or ends."""

import asyncio
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bot.compose.database import store_url
from tests.app.processes import (
    ENDS_S,
    SEEDGATE,
    Processes,
    Serving,
    deliver,
    processes,
)
from tests.app.stage import Stage, other_key, staged
from tests.samples.quick import WORSE
from tests.waiting import until


@contextmanager
def town(folder: Path) -> Iterator[Processes]:
    with staged(folder) as stage, processes(stage, folder) as many:
        yield many
        many.reads()
        assert not any("Traceback" in one.said for one in many.begun)


def refused(one: Serving, *words: str) -> None:
    """It ends by itself, with a sentence that has these words."""
    until(lambda: one.process.poll() is not None, f"it to end: {one.said}")
    assert one.process.returncode not in (0, None)
    said = " ".join(one.said.split())
    assert "Traceback" not in said
    for word in words:
        assert said.count(word) == 1


def test_a_second_one_on_the_same_port_says_so(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        first = many.serve()
        again = many.start(SEEDGATE_LISTEN=f"127.0.0.1:{first.port}")
        refused(again, "Address already in use", "SEEDGATE_LISTEN")
        assert first.ends() < ENDS_S


def test_one_without_a_standard_input_serves_as_any_other(tmp_path: Path) -> None:
    """Its address does not take the place that a child's pipe has."""
    with town(tmp_path) as many:
        log = tmp_path / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                ["sh", "-c", 'exec "$0" serve --no-dispatch <&-', str(SEEDGATE)],
                env=many.environment(),
                stderr=file,
            )
        one = Serving(process, log)
        many.begun.append(one)
        one.leads()
        assert deliver(one.port, "ping", {}) == 202
        many.quiet()
        assert one.ends() < ENDS_S


def test_a_cache_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with town(tmp_path) as many:
        folder = tmp_path / "file" / "cache"
        refused(many.start(SEEDGATE_CACHE_DIR=str(folder)), str(folder))


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        path = many.stage.cache / "seedgate.sqlite"
        assert str(path) in store_url(many.stage.settings())
        with sqlite3.connect(path) as store:
            (was,) = store.execute("SELECT version_num FROM alembic_version").fetchone()
            store.execute("UPDATE alembic_version SET version_num = '9999'")
        store.close()
        refused(many.start(), "newer Seedgate", "Update Seedgate")
        with sqlite3.connect(path) as store:
            store.execute("UPDATE alembic_version SET version_num = ?", (was,))
        store.close()


def test_a_wrong_private_key_is_told_and_mended_by_the_right_one(
    tmp_path: Path,
) -> None:
    with town(tmp_path) as many:
        stage = many.stage
        wrong = many.start(SEEDGATE_PRIVATE_KEY=other_key())
        wrong.leads()
        stage.app.hook_url = wrong.hook
        pull = stage.proposes("idea", WORSE)
        until(lambda: "private key" in wrong.said, f"it to say so: {wrong.said}")
        assert wrong.ends() < ENDS_S
        many.serve()
        stage.ends(pull.head.sha, "failure")


def test_a_key_that_others_may_read_is_warned_of_once(tmp_path: Path) -> None:
    with town(tmp_path) as many:
        path = tmp_path / "key.pem"
        path.write_text(many.environment()["SEEDGATE_PRIVATE_KEY"])
        path.chmod(0o644)
        one = many.start(SEEDGATE_PRIVATE_KEY="", SEEDGATE_PRIVATE_KEY_FILE=str(path))
        one.leads()
        assert one.said.count("key.pem holds secrets and is open to others") == 1
        assert one.ends() < ENDS_S


def test_a_github_that_is_away_at_the_start_is_waited_for(tmp_path: Path) -> None:
    with town(tmp_path) as many, Line(many.stage) as line:
        stage = many.stage
        many.changes = {"SEEDGATE_API_URL": line.address}
        one = many.start()
        one.leads()
        stage.app.hook_url = one.hook
        pull = stage.proposes("idea", WORSE)
        away = "GitHub cannot be reached"
        until(lambda: away in one.said, f"it to say so: {one.said}")
        line.opens()
        stage.ends(pull.head.sha, "failure")
        assert "GitHub answers again." in one.said
        many.reads()


class Line:
    """An address at which nobody listens, until it is opened: then GitHub does."""

    def __init__(self, stage: Stage) -> None:
        self._there = urlsplit(stage.api)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._socket.close()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self._there.path}"

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def opens(self) -> None:
        begun = asyncio.start_server(self._lead, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(begun, self._loop).result(10)

    async def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for one in left:
            one.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _lead(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, port = self._there.hostname, self._there.port
        there_reads, there_writes = await asyncio.open_connection(host, port)
        await asyncio.gather(_carry(reader, there_writes), _carry(there_reads, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
