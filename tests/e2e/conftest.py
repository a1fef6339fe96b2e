"""A laptop for stories: a cache of its own, a secret, and the real command."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.ray.head import TOKEN, standing

PATIENCE_S = 240.0
TOGETHER = "xdist_group"
"""The mark of stories that share what was trained: one process tells all of them."""
SEEDGATE = Path(sys.executable).with_name("seedgate")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever tells many stories begins first, so that nobody waits for it at last."""
    items.sort(key=lambda one: one.get_closest_marker(TOGETHER) is None)


@dataclass(frozen=True)
class Told:
    """What one call of the command said."""

    code: int
    out: str
    err: str
    report: Mapping[str, object]

    @property
    def verdict(self) -> object:
        return self.report.get("verdict")

    def findings(self, kind: str) -> list[Mapping[str, object]]:
        many = self.report["findings"]
        assert isinstance(many, list)
        return [one for one in many if one["kind"] == kind]

    def because(self, reason: str) -> list[Mapping[str, object]]:
        """The findings that were made for this reason, in any mode."""
        many = self.report["findings"]
        assert isinstance(many, list)
        return [one for one in many if one["evidence"]["reason"] == reason]

    def metric(self, name: str, mode: str = "quick") -> Mapping[str, object]:
        modes = self.report["modes"]
        assert isinstance(modes, dict)
        return modes[mode]["metrics"][name]

    @property
    def ran(self) -> int:
        """How many trials this call ran itself."""
        cost = self.report["cost"]
        assert isinstance(cost, dict)
        return cost["trials_run"]

    @property
    def trials(self) -> list[Mapping[str, object]]:
        many = self.report["trials"]
        assert isinstance(many, list)
        return many


class Laptop:
    """Runs `seedgate` with a cache and a secret that nobody else has."""

    def __init__(self, home: Path, secret: str = "a secret of tests") -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.cache = home / "cache"
        self.environment = {
            **os.environ,
            "SEEDGATE_CACHE_DIR": str(self.cache),
            "SEEDGATE_SEED_SECRET": secret,
            "COLUMNS": "100",
        }

    def command(self, *words: str | Path) -> list[str]:
        return [str(SEEDGATE), *(str(word) for word in words)]

    def run(self, *words: str | Path, cwd: Path | None = None) -> Told:
        """Run to the end; a report is read if the call writes one."""
        target = self.home / "report.json"
        target.unlink(missing_ok=True)
        json_option = ("--json", target) if words[0] in ("local", "judge") else ()
        done = self._ended(self.command(*words, *json_option), cwd)
        report = json.loads(target.read_text()) if target.exists() else {}
        return Told(done.returncode, done.stdout, done.stderr, report)

    def paste(self, line: str) -> Told:
        """Run a line as it was printed, in a shell that finds `seedgate`."""
        places = f"{SEEDGATE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        shell = ["env", f"PATH={places}", "bash", "--norc", "-c", line]
        done = self._ended(shell, None)
        return Told(done.returncode, done.stdout, done.stderr, {})

    def _ended(
        self, words: list[str], cwd: Path | None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self.environment,
            cwd=cwd or self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """Start and do not wait; in a session of its own, so that kills are exact."""
        return subprocess.Popen(
            self.command(*words),
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        """Every process that works for this laptop: dispatcher, Ray, trials."""
        mine = os.getpid()
        marks = (str(self.cache), str(self.home))
        return [
            process
            for process in psutil.process_iter()
            if process.pid != mine and _belongs(process, marks)
        ]


def _belongs(process: psutil.Process, marks: tuple[str, ...]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = " ".join([*process.cmdline(), *process.environ().values()])
        folder = process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return any(mark in words or folder.startswith(mark) for mark in marks)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A Ray that many stories join: to start one of their own costs each seconds."""
    with standing() as address:
        yield address


@pytest.fixture
def laptop(tmp_path: Path, cluster: str) -> Iterator[Laptop]:
    """One that joins a cluster on the same machine."""
    made = Laptop(tmp_path / "home")
    made.environment.update({**TOKEN, "RAY_ADDRESS": cluster})
    yield made
    assert not made.processes(), "a process was left over"


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Laptop]:
    """One that starts a Ray of its own each time, and ends it."""
    made = Laptop(tmp_path / "home")
    yield made
    assert not made.processes(), "a process was left over"
