"""`seedgate serve` as a process of its own, to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.waiting import until

START_S = 240.0
"""How long a start may take on a machine that has much else to do."""
SEEDS, LINKS = "a secret of seeds", "a secret of links that is long"


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Served:
    """The process; its port and its cache stay when it is started again."""

    cache: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    started: list[float] = field(default_factory=list)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        """All that it ever wrote."""
        return self.cache.parent / "serve.log"

    @property
    def hook(self) -> str:
        """Where GitHub's webhooks go."""
        return f"http://127.0.0.1:{self.port}/webhook"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.started.append(time.time())
        words = [sys.executable, "-m", "bot", "serve", "--no-dispatch"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                words, env=self._environment(), stdout=log, stderr=log
            )
        until(self._answers, f"seedgate serves; {self.log} says why not", START_S)

    def kill(self) -> None:
        """End it as nothing else does: between any two instructions."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """Ask it to end; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int | None:
        if self.process is None:
            return None
        self.process.send_signal(how)
        status = self.process.wait(START_S)
        self.process = None
        return status

    def sweeps(self) -> int:
        """How often everything was gone through by now, by its log."""
        return self.log.read_text().count(" Swept ")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SEEDGATE_")}
        return kept | {
            "SEEDGATE_CACHE_DIR": str(self.cache),
            "SEEDGATE_LISTEN": f"127.0.0.1:{self.port}",
            "SEEDGATE_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SEEDGATE_SEED_SECRET": SEEDS,
            "SEEDGATE_LINK_SECRET": LINKS,
            **self.settings,
        }
