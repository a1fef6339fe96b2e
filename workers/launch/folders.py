"""The folders of one run: made before it, tidied after it, recovered after a crash.

runs/KEY-ATTEMPT/  tree (a private copy), output, reported, stdout.log, stderr.log
  scoring/         the same of the process that scores its checkpoint, if there is one
checkpoints/KEY    the same for every attempt, removed with the trial's result, or
                   where no attempt came for long (`kept.forget`)
checkpoints/kept/  checkpoints of ended trainings, to be scored again (`kept`)
locks/KEY          locked while anything of any attempt may run
/tmp/sg-*          TMPDIR: short, because sockets are made there
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from workers.contract import Attempt
from workers.launch.leftovers import sweep

_LOCK_PAUSE_S = 0.05
_TEMPORARY = "sg-"
_SCORING = "scoring"
_KEPT_FILE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where everything of one attempt is; `root` is the agent's own folder.

    `part` names a folder of its own below the run's, "" for the run itself.
    """

    root: Path
    attempt: Attempt
    part: str = ""

    @property
    def path(self) -> Path:
        """The run's own folder."""
        run = self.root / "runs" / f"{self.attempt.key}-{self.attempt.number}"
        return run / self.part

    @property
    def scoring(self) -> "RunFolder":
        """The folder of the process that scores what this run has trained."""
        return RunFolder(self.root, self.attempt, _SCORING)

    @property
    def tree(self) -> Path:
        """The private writable copy of the tree: the working folder."""
        return self.path / "tree"

    @property
    def output(self) -> Path:
        """`{output_dir}`."""
        return self.path / "output"

    @property
    def reported(self) -> Path:
        """The JSONL file that a trial may write."""
        return self.path / "reported" / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        """What is kept over attempts; a part has its own, for itself alone."""
        if self.part:
            return self.path / "checkpoint"
        return self.root / "checkpoints" / self.attempt.key

    @property
    def temporary(self) -> Path:
        """A link to the run's TMPDIR."""
        return self.path / "tmp"

    @property
    def probe(self) -> Path:
        """Where a probe in the trial finds its request and writes what it sees."""
        return self.path / "probe"

    @property
    def named(self) -> Mapping[str, Path]:
        """What stands for these folders in a command that is shown or compared."""
        return {
            "{output_dir}": self.output,
            "{checkpoint}": self.checkpoint,
            "{tmp}": self.temporary,
            ".": self.tree,
        }

    @property
    def token(self) -> Path:
        """Holds the token of a run that has not been tidied up."""
        return self.path / "token"

    def make(self, token: str = "") -> str:
        """Make all folders but the tree; the run token, new unless it is given."""
        remove(self.path)
        self.output.mkdir(parents=True)
        self.reported.parent.mkdir()
        self.checkpoint.mkdir(parents=True, exist_ok=True)
        self.temporary.symlink_to(tempfile.mkdtemp(prefix=_TEMPORARY))
        token = token or token_hex(16)
        self.token.write_text(token)
        return token

    def tidy(self, keep: Iterable[Path] = ()) -> None:
        """Leave the logs and small copies of the files `keep`; never raises."""
        if not self.part and self.scoring.path.exists():
            self.scoring.tidy()
        kept = self.path / "metrics"
        for number, path in enumerate(keep):
            if path.is_relative_to(self.path) and path == path.resolve():
                _keep(path, kept / f"{number}-{path.name}")
        if self.temporary.is_symlink() and _is_ours(self.temporary.readlink()):
            remove(self.temporary.readlink())
        ours = (self.temporary, self.tree, self.output, self.reported.parent)
        for path in (*ours, self.probe):
            remove(path)
        if self.part:
            remove(self.checkpoint)
        with suppress(OSError):  # the next attempt has its time from now: see `forget`
            os.utime(self.checkpoint, follow_symlinks=False)
        remove(self.token)

    def used_bytes(self) -> int:
        """What the run's files take on the disk now."""
        tops = [self.path, self.checkpoint, self.temporary.resolve()]
        return sum(_used(top) for top in tops)


def lock(
    root: Path, key: str, patience_s: float, stop: Callable[[], bool]
) -> int | None:
    """A descriptor that holds the trial's lock; None if it stays taken, or `stop()`."""
    path = root / "locks" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + patience_s
    while not stop():
        descriptor = _try_lock(path)
        if descriptor is not None or time.monotonic() > give_up:
            return descriptor
        time.sleep(_LOCK_PAUSE_S)
    return None


def unlock(root: Path, key: str, descriptor: int) -> None:
    """Let go of the lock, and remove its file."""
    remove(root / "locks" / key)
    os.close(descriptor)


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
    except OSError:  # taken, or removed by the one who had it: the caller tries again
        pass
    os.close(descriptor)
    return None


def recover(root: Path) -> int:
    """End and tidy up what a dead agent left below `root`; how many runs it was."""
    found = 0
    for token in (root / "runs").glob("*/token"):
        key, _, number = token.parent.name.rpartition("-")
        held = lock(root, key, 0.0, lambda: False)
        if held is None:
            continue  # its supervisor is still ending it, or its agent lives
        sweep(token.read_text())
        RunFolder(root, Attempt(key, int(number))).tidy()
        unlock(root, key, held)
        found += 1
    return found


def prune(root: Path, keep: int) -> None:
    """Remove all but the `keep` newest tidied runs; never raises."""
    with suppress(OSError):
        runs = (root / "runs").iterdir()
        tidied = [path for path in runs if not (path / "token").exists()]
        tidied.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in tidied[keep:]:
            remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, if it can be done; never raises."""
    with suppress(OSError):
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        shutil.rmtree(path, ignore_errors=True)
        if path.exists():
            _open_folders(path)
            shutil.rmtree(path, ignore_errors=True)


def _open_folders(path: Path) -> None:
    path.chmod(stat.S_IRWXU)
    for below in path.iterdir():
        if below.is_dir() and not below.is_symlink():
            _open_folders(below)


def _is_ours(path: Path) -> bool:
    """Whether a link, which a trial may have changed, leads to a TMPDIR of ours."""
    there = Path(tempfile.gettempdir())
    return path.parent == there and path.name.startswith(_TEMPORARY)


def _keep(path: Path, place: Path) -> None:
    try:
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= _KEPT_FILE_BYTES:
            place.parent.mkdir(exist_ok=True)
            path.rename(place)
    except OSError:
        return  # kept for people to look at, not for the result


def _used(top: Path) -> int:
    total = 0
    for folder, _, names in os.walk(top):
        for name in names:
            try:
                total += os.lstat(f"{folder}/{name}").st_blocks * 512
            except OSError:
                continue
    return total
