"""A program of ours as a child process that ends when we do.

It starts with a clean environment, and most in an empty folder: a repository that has
folders named `bot/` or `workers/` or a `ray.py` is never imported by Ray or by us. The
child reads its standard input; when that ends, because we closed it or died, it ends
what it does and then itself.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import bot
from bot.domain.errors import MachineryFault

PASSED_ON = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ"),
    *("LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"),
    *("KRB5CCNAME", "KRB5_CONFIG", "KRB5_CLIENT_KTNAME"),
)
"""What every child may see of our environment, if it is there; a trial sees less.

With all by which PostgreSQL's library finds a server, so that it is the same one for
us and for a child. No password is among it: what is secret goes through the pipe.
"""
LIBPQ, PASSWORD = re.compile(r"PG(?:[A-Z]+|CONNECT_TIMEOUT)"), "PGPASSWORD"
"""How the variables of that library are named; those of other programs have a `_`."""

FAREWELL_S = 30.0
FEW_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """What a child is: its `name` for people, and the Python text that it runs.

    `options` are JSON values, which everybody on the machine can read; `handles` are
    files of ours that stay open in it; `sees` are variables of our environment that it
    needs beside those of every child. One that is not `apart` starts where we did. One
    that has not ended `farewell_s` after it was told to is killed.
    """

    name: str
    entry: str
    options: Mapping[str, object]
    handles: Sequence[int] = ()
    sees: Sequence[str] = ()
    apart: bool = True
    farewell_s: float = FAREWELL_S


class ChildProcess:
    """A running child; leaving the `with` block ends it and all that it began.

    `dismiss` says earlier that it may go, so that it ends while others still work.
    """

    def __init__(
        self,
        program: Program,
        log: Path | None = None,
        secrets: Mapping[str, object] | None = None,
    ) -> None:
        """Prepare one whose output goes to `log`, or to our own standard error.

        `secrets` are the first line of its standard input, as JSON.
        """
        self._program = program
        self._secrets = json.dumps(dict(secrets or {})).encode() + b"\n"
        self._log = log
        self.folder = Path()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the child in a session of its own: Ctrl-C reaches us alone."""
        if self._program.apart:
            self.folder = Path(tempfile.mkdtemp(prefix="seedgate-"))
        try:
            self._child = self._started()
        except OSError:
            self._tidy()
            raise
        self._tell(self._child)
        return self

    def _started(self) -> subprocess.Popen[bytes]:
        program = self._program
        options = json.dumps(dict(program.options))
        with self._output() as output:
            return subprocess.Popen(
                [sys.executable, "-P", "-c", program.entry, options],
                cwd=self.folder,
                env=_environment(program.sees),
                stdin=subprocess.PIPE,
                bufsize=0,  # nothing unsent is in the way when the pipe is closed
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=program.handles,
            )

    def _tidy(self) -> None:
        if self._program.apart:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _output(self) -> AbstractContextManager[IO[bytes]]:
        if self._log is not None:
            return self._log.open("ab")
        return os.fdopen(os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2), "wb")

    def _tell(self, child: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError):  # `require` will say that it died
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
            child.wait(self._program.farewell_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._tidy()

    def dismiss(self) -> None:
        """Close the lifeline; the child starts to end. Safe to repeat."""
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()

    def require(self) -> None:
        """Raises `MachineryFault` once the child has died."""
        child = self._child
        if child is not None and child.poll() is not None:
            problem = f"The {self._program.name} ended with status {child.returncode}."
            told = self._last_words()
            raise MachineryFault(problem + told, self._mend(told))

    def _mend(self, told: str) -> str:
        """With a first mend where the disk is full: the log could not say it either.

        Where what it `told` names a variable of ours, that is to be mended before.
        """
        again = "Run the same command again to go on."
        named = any(one in told for one in self._program.sees)
        mend = f"Then {again[0].lower()}{again[1:]}" if named else again
        if self._log is None:
            return mend
        mend += f" Its log: {self._log}"
        if shutil.disk_usage(self._log.parent).free >= FEW_BYTES:
            return mend
        return (
            f"The disk that holds {self._log.parent} is full. Free some space. {mend}"
        )

    def _last_words(self) -> str:
        if self._log is None:
            return ""
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return f" It said: {lines[-1]}" if lines else ""


def _environment(sees: Sequence[str]) -> dict[str, str]:
    known = {*PASSED_ON, *sees}
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in known or (LIBPQ.fullmatch(name) and name != PASSWORD)
    }
    package_root = Path(bot.__file__).parent.parent
    return {**passed, "PYTHONPATH": str(package_root), "PYTHONUNBUFFERED": "1"}
