"""Processes that take webhooks, on cores of theirs: the App, and its receiver alone."""

import os
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

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
        return self._before + sum(map(_worked, [self._now, *_below(self._now)]))

    @contextmanager
    def _cores_of_ours(self) -> Iterator[None]:
        """What is begun within is on the cores, and all that it begins itself."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self._cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)

    def _ends(self) -> None:
        self._before, self._now = self.worked, None


def _below(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def _worked(process: psutil.Process) -> float:
    """With those that followed it and have ended; 0 of one that ended just now."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


class Alone(Pinned):
    """The receiver and its inbox."""

    def __init__(self, url: str, cores: Collection[int]) -> None:
        """It keeps what comes in the store at `url`."""
        super().__init__(cores, wire.SECRET)
        self._words = [sys.executable, "-m", "tests.web.hook_server", url]

    def start(self) -> None:
        """Begin; it takes webhooks when this returns."""
        words = [*self._words, str(self.target.port)]
        with self._cores_of_ours():
            self._process = subprocess.Popen(words, stdout=subprocess.PIPE)
        self._now = psutil.Process(self._process.pid)
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
        with self._cores_of_ours():
            self._serving = self._many.start()
        self._now = psutil.Process(self._serving.process.pid)
        assert self._serving.port == self.target.port
        self._serving.leads()

    @property
    def hook(self) -> str:
        """Where GitHub is to deliver."""
        return self._serving.hook

    def kill(self) -> None:
        """SIGKILL, of those that follow it too, as where a machine ends."""
        self._ends()
        below = self._serving.children()
        self._serving.kill()
        for one in below:
            with suppress(psutil.NoSuchProcess):
                one.kill()
                one.wait()
