"""A bench for trials: a folder as the tree, a real agent, and words to watch both."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import PATIENCE_S, until
from workers.agent import AgentSettings, NodeAgent
from workers.contract import (
    Attempt,
    MetricSource,
    Resources,
    SourceKind,
    Take,
    TrialResult,
    TrialSpec,
)

QUICK = {"grace_s": 0.5, "memory_every_s": 0.02, "files_every_s": 0.05}


def metric(
    kind: SourceKind,
    locator: str = "",
    *,
    name: str = "loss",
    key: str = "",
    take: Take = Take.LAST,
) -> MetricSource:
    return MetricSource(name, kind, locator, key, take)


def printed(take: Take = Take.LAST) -> MetricSource:
    return metric(SourceKind.STDOUT, r"loss: (?P<value>\S+)", take=take)


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


@dataclass
class Bench:
    """Where trials are run; `diary` is a folder that they may write to."""

    tmp: Path
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.source = self.tmp / "source"
        self.diary = self.tmp / "diary"
        self.source.mkdir(exist_ok=True)
        self.diary.mkdir(exist_ok=True)
        self.agent = self.new_agent()
        self._keys = 0

    def new_agent(self, **changes: object) -> NodeAgent:
        settings = AgentSettings(**{**QUICK, **self.settings, **changes})
        return NodeAgent(self.tmp / "agent", settings=settings, checkout=self.checkout)

    def checkout(self, objects: Path, tree: str, destination: Path) -> None:
        shutil.copytree(self.source, destination)

    def attempt(self) -> Attempt:
        self._keys += 1
        return Attempt(f"key{self._keys}", 1)

    def spec(self, *argv: str, **changes: object) -> TrialSpec:
        fixed = {
            "key": "key",
            "objects": "",
            "tree": "4b825dc",
            "arm": "branch",
            "mode": "mlp",
            "stage": "fast",
            "seed": 7,
            "argv": argv,
            "metrics": (),
        }
        return TrialSpec(**{**fixed, **changes})

    def run(self, *argv: str, **changes: object) -> TrialResult:
        return self.agent.run(self.attempt(), self.spec(*argv, **changes))

    def python(self, code: str, *metrics: MetricSource, **given: object) -> TrialResult:
        """Run a program whose variable `diary` is the bench's."""
        return self.run("python", "-c", self.told(code), metrics=metrics, **given)

    def told(self, code: str) -> str:
        return f"from pathlib import Path\ndiary = Path({str(self.diary)!r})\n{code}"

    @contextmanager
    def running(self, *argv: str, **changes: object) -> Iterator["Running"]:
        running = Running(self, self.attempt(), self.spec(*argv, **changes))
        try:
            yield running
        finally:
            self.agent.cancel(running.attempt)
            running.result()

    def wait_for(self, name: str) -> int:
        """The process id that a trial wrote to its diary."""
        path = self.diary / name
        until(lambda: path.exists() and path.read_text().strip(), name)
        return int(path.read_text())


class Running:
    """A trial that runs in a thread of its own."""

    def __init__(self, bench: Bench, attempt: Attempt, spec: TrialSpec) -> None:
        self.attempt = attempt
        self._future: Future[TrialResult] = Future()
        thread = threading.Thread(
            target=lambda: self._future.set_result(bench.agent.run(attempt, spec))
        )
        thread.start()

    def result(self) -> TrialResult:
        return self._future.result(PATIENCE_S)

    @property
    def done(self) -> bool:
        return self._future.done()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def within(seconds: float) -> Resources:
    return Resources(timeout_s=seconds)
