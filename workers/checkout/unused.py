"""Which trees somebody uses, and the removal of those that nobody used for long.

.locks/TREE  shared by all who use a tree, held alone by who removes it; its time is
             when the tree was last wanted, so that nothing is noted in the tree itself
.TREE-*      what is being built or removed, under that lock; what a dead process left
             is found by this name, and never taken for a tree
"""

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCKS = ".locks"
BUILDING = ".building"
"""What the name of a tree's other lock ends in: one builds it, of those who use it."""
UNUSED_S = 30 * 86400.0
"""How long a tree that nobody uses stays. The mirror gives out what was merged for 60
days, so whatever goes here can be extracted again; and a base that is worked on is run
again far sooner. Where a clock leaps by a month, that costs time and nothing else."""

log = logging.getLogger(__name__)
_NAMES = re.compile(r"\.?([0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")


@contextmanager
def used(root: Path, tree: str) -> Iterator[None]:
    """Nobody removes the tree meanwhile, nor for long after; raises OSError."""
    path = root / LOCKS / tree
    path.parent.mkdir(parents=True, exist_ok=True)
    while (lock := _lock(path, fcntl.LOCK_SH)) is None:
        pass  # whoever removed the tree took the file along: the next try makes it
    try:
        os.utime(lock)
        yield
    finally:
        os.close(lock)


def remove_unused(root: Path, now: float) -> None:
    """Remove what nobody used for 30 days, and what dead processes left; never raises.

    `now` is in seconds since 1970. A tree in use is passed over, and one that cannot
    be removed is named in the log.
    """
    for tree, aside in _known(root).items():
        try:
            _look_after(root, tree, aside, now)
        except OSError as fault:
            log.warning("The tree %s at %s cannot be removed: %s", tree, root, fault)


def _known(root: Path) -> dict[str, list[Path]]:
    """Trees of which anything is there, be it a lock alone; what lies aside of each."""
    known: dict[str, list[Path]] = {}
    for path in (*_listed(root), *_listed(root / LOCKS)):
        if found := _NAMES.match(path.name):
            aside = known.setdefault(found[1], [])
            aside += [path] if path.name.startswith(".") else []
    return known


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:  # nothing was extracted yet
        return []
    except OSError as fault:
        log.warning("Old trees cannot be looked for at %s: %s", folder, fault)
        return []


def _look_after(root: Path, tree: str, aside: Iterable[Path], now: float) -> None:
    path = root / LOCKS / tree
    path.parent.mkdir(exist_ok=True)
    lock = _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if lock is None:
        return
    try:
        for dead in aside:  # whoever made it held our lock
            _delete(dead)
        last = os.fstat(lock).st_mtime
        if now - last > UNUSED_S:
            _remove(root, tree)
        elif last > now:  # the clock was ahead: the days are counted from here
            os.utime(lock, (now, now))
    finally:
        os.close(lock)


def _remove(root: Path, tree: str) -> None:
    """At no moment is a part of the tree where the whole one is looked for."""
    away = root / f".{tree}-unused"
    with suppress(FileNotFoundError):
        (root / tree).rename(away)
    _delete(away)
    (root / LOCKS / f"{tree}{BUILDING}").unlink(missing_ok=True)
    (root / LOCKS / tree).unlink()  # last, for it is how the rest is found and guarded


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _lock(path: Path, how: int) -> int | None:
    """A locked descriptor; None where it is taken, or was removed while we waited."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(lock, how)
            if os.path.samestat(path.stat(), os.fstat(lock)):
                return lock
    except OSError:
        os.close(lock)
        raise
    os.close(lock)
    return None
