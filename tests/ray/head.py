"""A Ray cluster that somebody else started: one machine, two processors, a token."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.ray.conftest import HERE, kill, session
from tests.waiting import until

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 4}


@contextmanager
def standing() -> Iterator[str]:
    """Its address; whoever joins needs `TOKEN` in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="sgh-", dir="/tmp"))
    port, clients, agents = (_free() for _ in range(3))
    command = [
        *(str(Path(sys.executable).with_name("ray")), "start", "--head", "--block"),
        *("--node-ip-address=127.0.0.1", f"--port={port}", "--num-cpus=2"),
        *("--include-dashboard=false", "--no-monitor", f"--temp-dir={folder}"),
        # Else two on one machine want the same.
        f"--ray-client-server-port={clients}",
        f"--dashboard-agent-listen-port={agents}",
    ]
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            env=_environment(),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        until(lambda: "block" in log.read_text(), "the cluster to be up")
        yield f"127.0.0.1:{port}"
    finally:
        kill(process)
        for member in session(process.pid):
            member.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _free() -> int:
    """A port that nobody listens on by now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment() -> Mapping[str, str]:
    packages = f"{HERE.parent.parent}{os.pathsep}{HERE}"
    known = {"PATH": os.environ["PATH"], "HOME": "/dev/null", "PYTHONPATH": packages}
    return {**known, **TOKEN, "RAY_USAGE_STATS_ENABLED": "0"}
