"""Checkpoints kept by the training that made them, to be scored again.

checkpoints/kept/TRAINING/  record.json, checkpoint/NAME (nobody may write to it)
checkpoints/kept/.locks/    one trains or removes, or many score

What is kept is bounded in number, bytes and age; what was used last stays longest.
Before each use every byte is hashed again: what somebody changed is trained anew.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from workers.contract import Point
from workers.launch.checkpoint import content, protect
from workers.launch.folders import lock, remove, unlock

_PAUSE_S = 0.05
_PRIVATE = 0o700
_SHELF = "kept"


@dataclass(frozen=True, slots=True)
class KeepLimits:
    """How many checkpoints are kept, in how many bytes, for how many seconds."""

    count: int = 200
    size: int = 32 * 1024**3
    age_s: float = 14 * 86400.0


@dataclass(frozen=True, slots=True)
class Showed:
    """What a training showed, as far as scoring its checkpoint again needs it.

    `metrics` are all numbers that were taken, those that it said of itself and those
    that were measured from outside; the fields are those of `TrialResult`.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    stream_digest: str | None = None
    wall_s: float = 0.0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept checkpoint: where it is, the hash of it, and what its training showed."""

    path: Path
    digest: str
    showed: Showed


class Place:
    """The place of one training, which nobody else changes while the lock is held.

    `kept` is what is kept here, None where it must be trained; then it is ours alone.
    """

    def __init__(self, folder: Path, lock: int | None, kept: Kept | None) -> None:
        """`lock` is a locked descriptor, None where the trial was given up."""
        self.kept = kept
        self._folder = folder
        self._lock = lock

    def keep(self, checkpoint: Path, showed: Showed) -> Kept:
        """Move a checkpoint here, with what its training showed; raises OSError."""
        remove(self._folder)
        aside = self._folder.with_name(f".new-{self._folder.name}")
        remove(aside)
        aside.mkdir(mode=_PRIVATE)
        (aside / "checkpoint").mkdir()
        moved = aside / "checkpoint" / checkpoint.name
        checkpoint.rename(moved)
        found = content(moved)
        protect(moved)
        record = {
            "name": checkpoint.name,
            "digest": found.digest,
            "size": found.size,
            "at": time.time(),
            "showed": asdict(showed),
        }
        (aside / "record.json").write_text(json.dumps(record))
        aside.rename(self._folder)
        if self._lock is not None:  # others may score it too, and nobody remove it
            fcntl.flock(self._lock, fcntl.LOCK_SH)
        path = self._folder / "checkpoint" / checkpoint.name
        self.kept = Kept(path, found.digest, showed)
        return self.kept


class Shelf:
    """All kept checkpoints of one agent; any number of threads may use it."""

    def __init__(self, root: Path, limits: KeepLimits) -> None:
        """`root` is the agent's own folder."""
        self._folder = root / "checkpoints" / _SHELF
        self._limits = limits

    @contextmanager
    def place(self, training: str, stop: Callable[[], bool]) -> Iterator[Place]:
        """The place of a training: ours alone, or shared where something is kept.

        Waits while somebody else trains the same, or until `stop()`.
        """
        self._folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        held = None
        while held is None and not stop():
            held = self._try(training)
            if held is None:
                time.sleep(_PAUSE_S)
        lock, kept = held or (None, None)
        try:
            yield Place(self._folder / training, lock, kept)
        finally:
            if lock is not None:
                os.close(lock)

    def trim(self) -> None:
        """Remove what is beyond the limits, used longest ago first; never raises."""
        count, size, now = 0, 0, time.time()
        for name, _, held, at in sorted(self._all(), key=lambda one: -one[1]):
            count, size = count + 1, size + held
            limits = self._limits
            if count > limits.count or size > limits.size or now - at > limits.age_s:
                count, size = count - 1, size - held
                self._drop(name)

    def _try(self, training: str) -> tuple[int, Kept | None] | None:
        lock = _lock(self._locks / training, fcntl.LOCK_EX)
        alone = lock is not None
        if lock is None:
            lock = _lock(self._locks / training, fcntl.LOCK_SH)
        if lock is None:
            return None
        kept = self._find(self._folder / training)
        if kept is None and not alone:  # damaged, and somebody still uses it
            os.close(lock)
            return None
        if kept is not None:
            fcntl.flock(lock, fcntl.LOCK_SH)
        return lock, kept

    def _find(self, folder: Path) -> Kept | None:
        """What is kept there, if every byte of it is as it was; None otherwise."""
        try:
            kept, at = _read(folder)
            fresh = time.time() - at < self._limits.age_s
            if fresh and content(kept.path).digest == kept.digest:
                os.utime(folder / "record.json")
                return kept
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # not there, damaged, or written by somebody else
        return None

    @property
    def _locks(self) -> Path:
        return self._folder / ".locks"

    def _all(self) -> Iterator[tuple[str, float, int, float]]:
        """Name, last use, bytes and age of all that is kept."""
        with suppress(OSError):
            for path in [one for one in self._folder.iterdir() if one != self._locks]:
                try:
                    plain = json.loads((path / "record.json").read_text())
                    used = (path / "record.json").stat().st_mtime
                    yield path.name, used, int(plain["size"]), float(plain["at"])
                except (OSError, ValueError, KeyError, TypeError):
                    yield path.name, 0.0, 0, 0.0  # half made, or damaged

    def _drop(self, name: str) -> None:
        training = name.removeprefix(".new-")
        with suppress(OSError):
            lock = _lock(self._locks / training, fcntl.LOCK_EX)
            if lock is None:
                return  # in use: it goes another time
            remove(self._folder / name)
            remove(self._locks / training)
            os.close(lock)


def forget(root: Path, before: float) -> None:
    """Remove what was kept for a next attempt that did not come; never raises.

    `root` is the agent's own folder, `before` in seconds since 1970: when the last
    attempt ended. What runs is left alone.
    """
    with suppress(OSError):
        for path in [*(root / "checkpoints").iterdir()]:
            if path.name != _SHELF:
                _forget(root, path, before)


def _forget(root: Path, path: Path, before: float) -> None:
    with suppress(OSError):
        if path.lstat().st_mtime >= before:
            return  # and nobody finds it locked who comes meanwhile
        held = lock(root, path.name, 0.0, lambda: False)
        if held is None:
            return
        try:
            if path.lstat().st_mtime < before:
                remove(path)
        finally:
            unlock(root, path.name, held)


def _lock(path: Path, how: int) -> int | None:
    """A locked descriptor, None where it is taken; raises OSError."""
    path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        if os.path.samestat(path.stat(), os.fstat(descriptor)):
            return descriptor
    except OSError:  # taken, or removed by the one who had it
        pass
    os.close(descriptor)
    return None


def _read(folder: Path) -> tuple[Kept, float]:
    plain = json.loads((folder / "record.json").read_text())
    showed = plain["showed"]
    series = {
        name: tuple(Point(float(one["step"]), float(one["value"])) for one in many)
        for name, many in showed.pop("series").items()
    }
    path = folder / "checkpoint" / plain["name"]
    kept = Kept(path, plain["digest"], Showed(series=series, **showed))
    return kept, float(plain["at"])
