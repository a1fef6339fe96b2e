"""A dispatcher process with real embedded Ray, and a desk to watch it from."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from bot.adapters.store import SqlStore, sqlite_url
from bot.app.ports import StoredTrial
from tests.waiting import PATIENCE_S, alive, until
from workers.contract import TERMINAL, Resources, TrialSpec

HERE = Path(__file__).parent
# Ray takes our word for two GPUs, and hands them out by number.
SERVE = """
import sys, time
from pathlib import Path
from double_agent import DoubleAgent
from bot.adapters.store import SqlStore
from workers.dispatcher import Capacity, Site, serve
root = Path(sys.argv[1])
site = Site(root, root / "leader.lock", Capacity(cpus=2, gpus=2), *sys.argv[3:])
sys.exit(serve(SqlStore(sys.argv[2], time.time), site, 0, DoubleAgent))
"""


@dataclass
class Desk:
    """One store, its dispatchers, and what they leave."""

    root: Path
    address: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    dispatchers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = sqlite_url(self.root / "store.sqlite")
        self.store = SqlStore(self.url, time.time)

    def start(self, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        """A dispatcher in a session of its own, with a home that cannot be written."""
        kept = ("PATH", "TMPDIR", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
        environ = {name: os.environ[name] for name in kept if name in os.environ}
        packages = f"{HERE.parent.parent}{os.pathsep}{HERE}"
        with (self.root / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", SERVE, self.root, self.url, *self.address],
                env={**environ, "HOME": "/dev/null", "PYTHONPATH": packages}
                | self.extra,
                cwd=cwd or self.root,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.dispatchers.append(process)
        return process

    def want(
        self, key: str, *argv: str, resources: Resources | None = None, mode: str = ""
    ) -> str:
        spec = TrialSpec(
            key=key,
            objects="",
            tree="",
            arm="baseline",
            mode=mode,
            stage="fast",
            seed=7,
            argv=argv,
            metrics=(),
            resources=resources or Resources(),
        )
        self.store.want("one", [spec])
        return key

    def trial(self, key: str) -> StoredTrial:
        return self.store.find([key])[key]

    def details(self, key: str) -> list[str]:
        """What was written down about the ends of its attempts."""
        query = "SELECT detail FROM attempts WHERE key = ? ORDER BY number"
        with closing(sqlite3.connect(self.root / "store.sqlite")) as connection:
            return [row[0] for row in connection.execute(query, [key])]

    def ended(self, *keys: str) -> list[StoredTrial]:
        """Wait for the ends of these trials."""
        until(
            lambda: all(self.trial(key).state in TERMINAL for key in keys),
            f"the end of {', '.join(keys)}",
        )
        return [self.trial(key) for key in keys]

    def journal(self, event: str, key: str | None = None) -> list[dict[str, Any]]:
        """What the agents wrote down."""
        path = self.root / "journal"
        lines = path.read_text().splitlines() if path.exists() else []
        events = [json.loads(line) for line in lines]
        return [
            one for one in events if one["event"] == event and key in (None, one["key"])
        ]

    def started(self, key: str) -> dict[str, Any]:
        """Wait for the start of a trial; the latest if there were several."""
        until(lambda: self.journal("start", key), f"the start of {key}")
        return self.journal("start", key)[-1]

    def close(self) -> None:
        for process in self.dispatchers:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE_S)
        self.store.close()


def session(pid: int) -> list[psutil.Process]:
    """Every live process of the session that `pid` led."""
    return [one for one in psutil.process_iter() if _session_of(one.pid) == pid]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid) if alive(pid) else None
    except ProcessLookupError:
        return None


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's repository with folders and files that are named like our packages."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("bot", "workers"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit('imported')")
    for name in ("ray.py", "json.py", "double_agent.py"):
        (folder / name).write_text("raise SystemExit('imported')")
    return folder


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, hostile: Path) -> Iterator[Desk]:
    """A dispatcher that serves all tests that do not kill it."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    made.start(cwd=hostile)
    yield made
    made.close()
    assert [process.returncode for process in made.dispatchers] == [0]


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose dispatchers a test starts and kills itself."""
    made = Desk(tmp_path)
    yield made
    made.close()
