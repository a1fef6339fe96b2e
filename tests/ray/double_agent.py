"""An agent that runs `spec.argv` and nothing more: the least that a cluster needs.

Its trials die with the agent's process (PDEATHSIG), as those of the real one do.
"""

import ctypes
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from workers.contract import (
    Attempt,
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Node,
    Ok,
    Point,
    Progress,
    TrialResult,
    TrialSpec,
    TrialState,
)

PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class DoubleAgent:
    """Writes what it does to `root/journal`, one JSON line an event."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._children: dict[Attempt, subprocess.Popen[bytes]] = {}
        self._cancelled: set[Attempt] = set()

    def describe(self) -> Node:
        return Node("double", "cpu", "env", 2.0, 0.0, 1, interpreter="python")

    def run(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...]
    ) -> TrialResult:
        if spec.mode == "bug":
            raise RuntimeError("a bug of the agent")
        started = time.time()
        child = self._launch(attempt, spec, devices)
        status = child.wait()
        with self._lock:
            del self._children[attempt]
            was_cancelled = attempt in self._cancelled
        ended = time.time()
        self._write("end", attempt, status=status)
        if was_cancelled:
            return TrialResult(Infra(InfraReason.AGENT, "cancelled on request"))
        if status:
            return TrialResult(Failed(FailureReason.EXCEPTION, f"status {status}"))
        return TrialResult(
            Ok(),
            metrics={"seed": float(spec.seed)},
            wall_s=ended - started,
            devices=devices,
            started_at=started,
            ended_at=ended,
        )

    def _launch(
        self, attempt: Attempt, spec: TrialSpec, devices: tuple[str, ...]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            child = subprocess.Popen(
                spec.argv,
                cwd=self._root,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call
            )
            self._children[attempt] = child
            if attempt in self._cancelled:
                child.kill()
        self._write("start", attempt, child=child.pid, devices=devices)
        return child

    def cancel(self, attempt: Attempt) -> None:
        with self._lock:
            self._cancelled.add(attempt)
            if attempt in self._children:
                self._children[attempt].terminate()

    def status(self) -> Mapping[Attempt, tuple[TrialState, Progress]]:
        with self._lock:
            progress = Progress(1.0, {"loss": Point(1, 0.5)})
            return dict.fromkeys(self._children, (TrialState.RUNNING, progress))

    def close(self) -> None:
        for attempt in list(self._children):
            self.cancel(attempt)

    def _write(self, event: str, attempt: Attempt, **more: object) -> None:
        line = {"event": event, "key": attempt.key, "number": attempt.number, **more}
        line |= {"agent": os.getpid(), "cwd": str(Path.cwd()), "at": time.time()}
        with self._lock, (self._root / "journal").open("a") as journal:
            journal.write(json.dumps(line) + "\n")
