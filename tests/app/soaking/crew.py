"""The crew as a process of its own: it trains what the store wants, and may be killed.

    python -m tests.app.soaking.crew sqlite:///STORE NODE DIARY

What it was paid for stands in the diary, apart from the store: `begun KEY NUMBER`,
`ended KEY NUMBER OUTCOME` (a class name), `kept KEY NUMBER OUTCOME`, a line each.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from tests.app.soaking.serving import START_S
from tests.app.stage import Crew
from tests.waiting import until
from workers.contract import Attempt, Claim

ROOT = Path(__file__).resolve().parents[3]


class Diarist(Crew):
    """A crew that writes down what it does before and after it does it."""

    def __init__(self, url: str, root: Path, diary: Path) -> None:
        super().__init__(url, time.time, root)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._diary = os.open(diary, flags, 0o644)

    @override
    def _run(self, claim: Claim) -> None:
        attempt = claim.attempt
        self._note("begun", attempt)
        result = self._agent.run(attempt, claim.spec)
        outcome = type(result.outcome).__name__
        self._note("ended", attempt, outcome)
        self._store.finish(attempt, result)
        self._note("kept", attempt, outcome)

    def _note(self, what: str, attempt: Attempt, outcome: str = "") -> None:
        line = f"{what} {attempt.key} {attempt.number} {outcome}".rstrip()
        os.write(self._diary, f"{line}\n".encode())


@dataclass(frozen=True)
class Entry:
    """One line of the diary."""

    what: str
    key: str
    number: int
    outcome: str = ""


@dataclass
class Crews:
    """One crew after the other, with one store, one folder and one diary."""

    url: str
    root: Path
    diary: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """A new one; what an earlier one left is its to clear away."""
        self.diary.touch()
        words = [sys.executable, "-m", "tests.app.soaking.crew"]
        words += [self.url, str(self.root), str(self.diary)]
        with self.diary.with_suffix(".log").open("ab") as log:
            self._up.unlink(missing_ok=True)
            self.process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log)
        until(self._is_up, f"the crew trains; {log.name} says why not", START_S)

    @property
    def _up(self) -> Path:
        return self.diary.with_suffix(".up")

    def _is_up(self) -> bool:
        assert self.alive, self.diary.with_suffix(".log").read_text()[-2000:]
        return self._up.exists()

    def kill(self) -> None:
        """End it between any two instructions; what it had begun to train is left."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_S)
            self.process = None

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        return self.process is not None and self.process.poll() is None

    def entries(self) -> list[Entry]:
        """The whole diary."""
        lines = self.diary.read_text().splitlines()
        told = (line.split() for line in lines)
        return [Entry(one[0], one[1], int(one[2]), "".join(one[3:])) for one in told]


def main(url: str, root: str, diary: str) -> None:
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    crew = Diarist(url, Path(root), Path(diary))
    crew.start()
    Path(diary).with_suffix(".up").touch()
    ended.wait()
    crew.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
