"""`seedgate serve` as a process beside a stage, to be killed and begun anew."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bot.adapters.store import SqlInbox, SqlPulls
from bot.compose.database import store_url
from bot.web import HOOK_PATH
from tests.app.stage import SECRET, Stage, keys
from tests.waiting import until
from tests.web.wire import headers, post

SEEDGATE = Path(sys.executable).with_name("seedgate")
BEGINS_S = 60.0
ENDS_S = 30.0
"""Seconds within which SIGTERM is to have ended it."""
SERVES = re.compile(r"Seedgate serves on 127\.0\.0\.1:(\d+)")


@dataclass
class Serving:
    """One process; `said` is all that it wrote on standard error."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def port(self) -> int:
        """Where it takes requests, once it does."""
        until(self._spoke, f"it to serve; it said: {self.said[-2000:]}", BEGINS_S)
        found = SERVES.search(self.said)
        assert found is not None, self.said
        return int(found[1])

    def _spoke(self) -> bool:
        return bool(SERVES.search(self.said)) or self.process.poll() is not None

    @property
    def hook(self) -> str:
        return f"http://127.0.0.1:{self.port}{HOOK_PATH}"

    def leads(self) -> None:
        until(lambda: "This instance leads" in self.said, "it to lead", BEGINS_S)

    def kill(self) -> None:
        """As a machine that loses its power, as far as this process goes."""
        self.process.kill()
        self.process.wait(10)

    def ends(self) -> float:
        """SIGTERM; seconds until it had ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - began

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@dataclass
class Processes:
    """Processes of one stage; what is left is killed at the end."""

    stage: Stage
    folder: Path
    changes: Mapping[str, str] = field(default_factory=dict)
    begun: list[Serving] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        stage = self.stage
        config = stage.config()
        url = stage.database
        ours = {
            "SEEDGATE_CACHE_DIR": str(stage.cache),
            "SEEDGATE_SEED_SECRET": "a secret of tests",
            "SEEDGATE_APP_ID": str(config.app),
            "SEEDGATE_PRIVATE_KEY": keys()[0],
            "SEEDGATE_WEBHOOK_SECRET": SECRET,
            "SEEDGATE_API_URL": config.api_url,
            "SEEDGATE_PUBLIC_URL": "http://127.0.0.1:9",
            "SEEDGATE_LISTEN": "127.0.0.1:0",
            "SEEDGATE_DATABASE_URL": url.get_secret_value() if url else "",
            "COLUMNS": "200",
        }
        return {**os.environ, **ours, **self.changes}

    def start(self, *words: str, **changes: str) -> Serving:
        """Begin one; nothing is waited for."""
        log = self.folder / f"serve-{len(self.begun)}.log"
        words = words or ("serve", "--no-dispatch")
        with log.open("ab") as file:
            process = subprocess.Popen(
                [str(SEEDGATE), *words],
                env={**self.environment(), **changes},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
        one = Serving(process, log)
        self.begun.append(one)
        return one

    def serve(self) -> Serving:
        """Begin one, let it lead, and have GitHub deliver to it."""
        one = self.start()
        one.leads()
        self.stage.deliveries.settle()
        self.stage.app.hook_url = one.hook
        return one

    def quiet(self) -> None:
        """Wait until nothing is left to be worked on, looked at or sent."""
        url = store_url(self.stage.settings())
        inbox, pulls = SqlInbox(url, time.time), SqlPulls(url, time.time)
        self.stage.deliveries.settle()

        def idle() -> bool:
            return not (
                inbox.pending(1)
                or pulls.remarks(1)
                or pulls.due(time.time(), 1)
                or pulls.waiting(1e12, 1)
            )

        try:
            until(lambda: idle() and not pause() and idle(), "all to be done")
        finally:
            inbox.close()
            pulls.close()

    def reads(self) -> None:
        """Wait until all is said, and read it."""
        self.quiet()
        for pull in list(self.stage.quick.pulls.values()):
            self.stage.page(pull)

    def close(self) -> None:
        for one in self.begun:
            if one.process.poll() is None:
                one.kill()


def pause() -> bool:
    """What is on its way from one part to the next needs a moment."""
    threading.Event().wait(0.5)
    return False


@contextmanager
def processes(stage: Stage, folder: Path) -> Iterator[Processes]:
    """Beside a stage whose own App has ended."""
    stage.end()
    many = Processes(stage, folder)
    try:
        yield many
    finally:
        many.close()


def deliver(port: int, event: str, payload: Mapping[str, object]) -> int:
    """One webhook, as GitHub sends it; the status of the answer."""
    body = json.dumps(payload).encode()
    given = {**headers(body, secret=SECRET), "X-GitHub-Event": event}
    return post(port, body, given).status
