"""Processes that take webhooks, on cores of theirs: the App, and its receiver alone."""

import os
import socket
import subprocess
import sys
from collections.abc import Collection

import psutil

from tests.app.processes import Processes
from tests.app.stage import SECRET
from tests.benchmarks.sending import Target
from tests.web import wire


def free_port() -> int:
    """One that no connection gets as its own end while nobody listens there."""
    for port in range(20_000, 32_000):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


class Pinned:
    """A process and those that follow it, on cores; its processor time adds up."""

    def __init__(self, cores: Collection[int], secret: str) -> None:
        """Nothing is started yet; the port stays the same."""
        self._cores = cores
        self._before = 0.0
        self._now: psutil.Process | None = None
        self.target = Target(free_port(), secret)

    @property
    def worked(self) -> float:
        """Seconds of processor time, with those of children that have ended."""
        if self._now is None:
            return self._before
        times = self._now.cpu_times()
        own = times.user + times.system
        return self._before + own + times.children_user + times.children_system

    def _begun(self, pid: int) -> None:
        os.sched_setaffinity(pid, self._cores)
        self._now = psutil.Process(pid)

    def _ends(self) -> None:
        self._before, self._now = self.worked, None


class Alone(Pinned):
    """The receiver and its inbox."""

    def __init__(self, url: str, cores: Collection[int]) -> None:
        """It keeps what comes in the store at `url`."""
        super().__init__(cores, wire.SECRET)
        self._words = [sys.executable, "-m", "tests.web.hook_server", url]

    def start(self) -> None:
        """Begin; it takes webhooks when this returns."""
        words = [*self._words, str(self.target.port)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE)
        self._begun(self._process.pid)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def kill(self) -> None:
        """SIGKILL."""
        self._ends()
        self._process.kill()
        self._process.wait()


class Whole(Pinned):
    """`seedgate serve`, beside the fake GitHub and without a dispatcher."""

    def __init__(self, many: Processes, cores: Collection[int]) -> None:
        """It is one of `many`."""
        super().__init__(cores, SECRET)
        self._many = many

    def start(self) -> None:
        """Begin; it takes webhooks and works them off when this returns."""
        self._many.changes = {"SEEDGATE_LISTEN": f"127.0.0.1:{self.target.port}"}
        self._serving = self._many.start()
        self._begun(self._serving.process.pid)
        assert self._serving.port == self.target.port
        self._serving.leads()

    @property
    def hook(self) -> str:
        """Where GitHub is to deliver."""
        return self._serving.hook

    def kill(self) -> None:
        """SIGKILL."""
        self._ends()
        self._serving.kill()
