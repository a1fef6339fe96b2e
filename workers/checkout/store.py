"""Trees of repositories on disk, each extracted once and verified before every use."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from workers.checkout.content import holds
from workers.checkout.copies import private_copy, write_all
from workers.checkout.faults import CheckoutFault, disk_fault, readable
from workers.checkout.listing import LINK, PROGRAM, require_links_inside, require_safe
from workers.checkout.objects import (
    Blob,
    Entry,
    list_tree,
    read_blobs,
    require_tree_name,
)
from workers.checkout.unused import BUILDING, LOCKS, remove_unused, used

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class TreeStore:
    """Extracted trees below `root`, a folder for this store alone.

    Any number of threads and processes may share one root: a tree is built in a folder
    of its own and renamed into place, under a lock that a dead process gives back.
    """

    def __init__(self, root: Path) -> None:
        """Keep trees in `root`, which is made on first use."""
        self._root = root.absolute()

    def copy(self, objects: Path, tree: str, destination: Path) -> None:
        """A private copy of `tree` at `destination`: see `private_copy`.

        Nobody removes the tree meanwhile. Raises `CheckoutFault`.
        """
        with self._at_hand(objects, tree) as place:
            private_copy(place, destination)

    def materialise(self, objects: Path, tree: str) -> Path:
        """The folder that holds `tree` of the git directory `objects`.

        Its files are read-only and belong to everyone: copy before you run anything
        there. Whatever was damaged since it was built is noticed, because every byte
        is hashed again, and built anew. Raises `CheckoutFault`.
        """
        with self._at_hand(objects, tree) as place:
            return place

    def remove_unused(self, now: float) -> None:
        """Remove trees that nobody used for 30 days: see `unused.remove_unused`."""
        remove_unused(self._root, now)

    @contextmanager
    def _at_hand(self, objects: Path, tree: str) -> Iterator[Path]:
        require_tree_name(tree)
        place = self._root / tree
        try:
            with used(self._root, tree):
                with self._alone(tree):
                    self._clear_leftovers(tree)
                    if place.is_symlink() or not holds(place, tree):
                        self._build(objects, tree, place)
                yield place
        except OSError as fault:
            raise disk_fault(f"extract the tree {tree}", self._root, fault) from fault

    @contextmanager
    def _alone(self, tree: str) -> Iterator[None]:
        """One builds, of those who use the tree: nobody removes it while they do."""
        with (self._root / LOCKS / f"{tree}{BUILDING}").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _clear_leftovers(self, tree: str) -> None:
        for dead in self._root.glob(f".{tree}-*"):  # their builder held our lock
            shutil.rmtree(dead, ignore_errors=True)

    def _build(self, objects: Path, tree: str, place: Path) -> None:
        aside = Path(tempfile.mkdtemp(dir=self._root, prefix=f".{tree}-"))
        try:
            fresh = aside / "fresh"
            fresh.mkdir()
            _extract(objects, tree, fresh)
            if not holds(fresh, tree):
                raise _unfaithful(tree, self._root)
            if os.path.lexists(place):
                place.rename(aside / "damaged")
            fresh.rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _unfaithful(tree: str, root: Path) -> CheckoutFault:
    return CheckoutFault(
        f"The tree {tree} came out differently at {root} than its name says. Either "
        "the repository is damaged or was not written by git (`git fsck` tells), or "
        "the disk folds upper and lower case or keeps no executable bits."
    )


def _extract(objects: Path, tree: str, top: Path) -> None:
    entries = list_tree(objects, tree)
    require_safe(entries)
    links = [entry for entry in entries if entry.mode == LINK]
    files = [entry for entry in entries if entry.mode != LINK]
    targets = _targets(objects, links)
    _make_folders(top, entries)
    with closing(read_blobs(objects, files)) as blobs:
        for entry, blob in zip(files, blobs, strict=True):
            _write(top, entry, blob)
    # Links come last, so that nothing is ever written through one.
    for path, target in targets.items():
        with _no_clash(path):
            _at(top, path).symlink_to(os.fsdecode(target))


def _targets(objects: Path, links: Sequence[Entry]) -> dict[bytes, bytes]:
    with closing(read_blobs(objects, links)) as blobs:
        pairs = zip(links, blobs, strict=True)
        targets = {link.path: b"".join(blob.chunks()) for link, blob in pairs}
    require_links_inside(targets)
    return targets


def _make_folders(top: Path, entries: Sequence[Entry]) -> None:
    folders = {entry.path.rpartition(b"/")[0] for entry in entries} - {b""}
    for folder in sorted(folders):
        _at(top, folder).mkdir(parents=True, exist_ok=True)


def _write(top: Path, entry: Entry, blob: Blob) -> None:
    with _no_clash(entry.path):
        descriptor = os.open(_at(top, entry.path), _NEW_FILE, 0o600)
    try:
        for chunk in blob.chunks():
            write_all(descriptor, chunk)
        os.fchmod(descriptor, 0o555 if entry.mode == PROGRAM else 0o444)
    finally:
        os.close(descriptor)


@contextmanager
def _no_clash(path: bytes) -> Iterator[None]:
    try:
        yield
    except FileExistsError as fault:
        raise CheckoutFault(
            f"{readable(path)} clashes with another name of the tree: this disk cannot "
            "tell them apart. Rename one of them."
        ) from fault


def _at(top: Path, path: bytes) -> Path:
    return top / os.fsdecode(path)
