"""The surroundings of an embedded cluster: its folder, its environment, its end.

Ray keeps sockets and logs in a folder and never removes it, reads its token from a
file under the home directory unless told otherwise, and puts the driver's working
directory first on the path of every worker. Each is taken in hand here.
"""

import fcntl
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

PREFIX = "seedgate-ray-"
LOCK = "lock"
LONGEST_PARENT = 24
"""Sockets below the folder must have paths of at most 107 characters."""


def embedded_environment() -> dict[str, str]:
    """What Ray reads as it is imported; the token lives as long as the cluster."""
    return {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        # Ray would end the agent, and with it every trial, where one takes too much.
        "RAY_memory_monitor_refresh_ms": "0",
        # Else trials are niced, and starve beside whatever else the machine does.
        "RAY_worker_niceness": "0",
        **joining_environment(),
    }


def joining_environment() -> dict[str, str]:
    """The same for joining a cluster that somebody else started."""
    return {
        "RAY_USAGE_STATS_ENABLED": "0",
        # Else Ray copies the folder in which `uv run` was called to every worker.
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
        # Seconds, by the name; tries of 40 s, by what Ray does. It makes 20 else.
        "RAY_gcs_server_port_wait_time_s": "2",
        # An agent reserves no GPU itself, and still has to see which there are.
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }


@contextmanager
def environment(settings: Mapping[str, str], *, inherit: bool) -> Iterator[None]:
    """Give this process `settings`; other RAY_ names go unless `inherit`."""
    before = dict(os.environ)
    if not inherit:
        for name in [name for name in before if name.startswith("RAY_")]:
            del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("RAY_")]:
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def session_folder(parent: Path | None = None) -> Iterator[Path]:
    """A private folder of our own, removed in the end; dead ones are swept first."""
    parent = parent or _parent()
    sweep(parent)
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
    with (made / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Only now may a sweep of another process see it.
        folder = made.rename(parent / made.name.removeprefix("."))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _parent() -> Path:
    parent = tempfile.gettempdir()
    return Path(parent if len(parent) <= LONGEST_PARENT else "/tmp")  # noqa: S108


def sweep(parent: Path) -> None:
    """Remove our folders whose process has died: nobody holds their lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use, somebody else's, or gone already
            _remove_if_dead(folder)


def _remove_if_dead(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return
    with (folder / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def working_directory(folder: Path) -> Iterator[None]:
    """Stand in the empty `folder` for a while."""
    folder.mkdir()
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def warden(folder: Path) -> Iterator[None]:
    """A small process that outlives a killed dispatcher, and cleans up after it.

    Only a session leader has one: everything in its session is Ray's and ours, so all
    of it can be ended. Ray alone would leave helpers behind for more than a minute.
    """
    if os.getsid(0) != os.getpid() or not sys.platform.startswith("linux"):
        yield
        return
    process = _start_warden(folder)
    try:
        yield
    finally:
        _dismiss(process)


def _start_warden(folder: Path) -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("warden.py")
    command = [sys.executable, "-I", "-S", str(script), str(os.getpid()), str(folder)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, cwd="/", env={}, start_new_session=True
    )


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    """Closing its input lets it do its work now."""
    stdin: IO[bytes] | None = process.stdin
    if stdin is not None:
        stdin.close()
    process.wait()
