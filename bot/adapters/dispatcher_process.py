"""The dispatcher as a child process of ours, and the engine's heartbeat beside it.

It starts in an empty folder with a clean environment: a repository that has folders
named `bot/` or `workers/` or a `ray.py` is never imported by Ray or by us. The child
reads its standard input; when that ends, because we closed it or died, it ends every
trial and then itself.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import bot
from bot.domain.errors import MachineryFault
from workers.contract import Node

PASSED_ON = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH"),
    *("CUDA_VISIBLE_DEVICES", "CUDA_HOME", "ATEN_CPU_CAPABILITY"),
    *("RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"),
    *("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS"),
    *("PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"),
    *("PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"),
)
"""All that the dispatcher may see of our environment; a trial sees less.

No password is among it: what is secret goes through the pipe.
"""

ENTRY = "from bot.compose.dispatcher import dispatch; dispatch()"
NODE_FILE = "node.json"
"""In the child's own folder: what it says of its machine as it starts."""
POLL_S = 0.2
FAREWELL_S = 30.0
FEW_BYTES = 1024 * 1024


class DispatcherProcess:
    """A running dispatcher; leaving the `with` block ends it and all its trials.

    `dismiss` says earlier that it may go, so that it ends while others still work.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        log: Path,
        secrets: Mapping[str, str] | None = None,
        *,
        entry: str = ENTRY,
        farewell_s: float = FAREWELL_S,
    ) -> None:
        """Prepare a dispatcher with `options` (JSON values); its output goes to log.

        Everybody on the machine can read the options. `secrets` are the first line of
        the child's standard input, as JSON.
        `entry` is the Python text that the child runs; one that has not ended
        `farewell_s` after it was told to is killed.
        """
        self._options = json.dumps(options)
        self._secrets = json.dumps(dict(secrets or {})).encode() + b"\n"
        self._log = log
        self._entry = entry
        self._farewell_s = farewell_s
        self._folder = Path()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "DispatcherProcess":
        """Start the child in a session of its own: Ctrl-C reaches us alone."""
        self._folder = Path(tempfile.mkdtemp(prefix="seedgate-"))
        command = [sys.executable, "-P", "-c", self._entry, self._options]
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd=self._folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                bufsize=0,  # nothing unsent is in the way when the pipe is closed
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._tell(self._child)
        return self

    def _tell(self, child: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError):  # `wait` will say that it died
            if child.stdin is not None:
                child.stdin.write(self._secrets)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the lifeline, wait for a clean end, and insist after a while."""
        child = self._child
        if child is None:
            return
        self.dismiss()
        try:
            child.wait(self._farewell_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def dismiss(self) -> None:
        """Close the lifeline; the dispatcher starts to end. Safe to repeat."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()

    def node(self) -> Node | None:
        """This machine as our dispatcher announced it; None until it has.

        Not taken from the store: another dispatcher may have registered the same host
        with another environment.
        """
        try:
            text = (self._folder / NODE_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        plain = json.loads(text)
        return Node(**{**plain, "editables": tuple(plain["editables"])})

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def wait(self) -> None:
        """A short wait; raises `MachineryFault` once the dispatcher has died."""
        time.sleep(POLL_S)
        self.require()

    def require(self) -> None:
        """Raises `MachineryFault` once the dispatcher has died."""
        child = self._child
        if child is not None and child.poll() is not None:
            problem = f"The dispatcher ended with status {child.returncode}."
            problem += self._last_words()
            mend = f"Run the same command again to go on. Its log: {self._log}"
            raise MachineryFault(problem, self._room() + mend)

    def _room(self) -> str:
        """A first mend where the disk is full: the log could not say it either."""
        if shutil.disk_usage(self._log.parent).free >= FEW_BYTES:
            return ""
        return f"The disk that holds {self._log.parent} is full. Free some space. "

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f" It said: {lines[-1]}" if lines else ""


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    package_root = Path(bot.__file__).parent.parent
    return {**passed, "PYTHONPATH": str(package_root), "PYTHONUNBUFFERED": "1"}
