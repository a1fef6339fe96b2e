"""The name that git would give to what lies on disk.

Git names content by hash (Git documentation, "Git Internals - Git Objects"): a file is
hashed behind the header `blob SIZE NUL`, a folder behind `tree SIZE NUL` as its sorted
entries `MODE NAME NUL DIGEST`. The same tree name means the same bytes, the same names,
the same executable bits and nothing more or less.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from workers.checkout.objects import CHUNK

_SHA1_HEX = 40


class ForeignError(Exception):
    """Something lies in the folder that no tree can hold, or it cannot be read."""


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


_NewHash = Callable[[bytes], _Hash]


def holds(folder: Path, tree: str) -> bool:
    """Whether `folder` holds exactly `tree`; every byte of it is read for that."""
    try:
        return _folder(os.fsencode(folder), _hash_of(tree)).hex() == tree
    except (ForeignError, OSError):
        return False


def _hash_of(tree: str) -> _NewHash:
    if len(tree) == _SHA1_HEX:
        return lambda head: hashlib.sha1(head, usedforsecurity=False)
    return hashlib.sha256


def _folder(folder: bytes, new: _NewHash) -> bytes:
    with os.scandir(folder) as found:
        entries = sorted((_entry(one, new) for one in found), key=_order)
    body = b"".join(
        b"%b %b\0%b" % (mode, name, digest) for mode, name, digest in entries
    )
    return new(b"tree %d\0%b" % (len(body), body)).digest()


def _order(entry: tuple[bytes, bytes, bytes]) -> bytes:
    mode, name, _ = entry
    return name + b"/" if mode == b"40000" else name  # a folder sorts as if it ended so


def _entry(one: os.DirEntry[bytes], new: _NewHash) -> tuple[bytes, bytes, bytes]:
    status = one.stat(follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(one.path)  # noqa: PTH115 - a Path would tidy it
        digest = new(b"blob %d\0%b" % (len(target), target)).digest()
        return b"120000", one.name, digest
    if stat.S_ISDIR(status.st_mode):
        return b"40000", one.name, _folder(one.path, new)
    if not stat.S_ISREG(status.st_mode):
        raise ForeignError
    mode = b"100755" if status.st_mode & stat.S_IXUSR else b"100644"
    return mode, one.name, _file(one.path, status.st_size, new)


def _file(path: bytes, size: int, new: _NewHash) -> bytes:
    """Digest of a file; a size that is not what was read gives a wrong digest."""
    digest = new(b"blob %d\0" % size)
    with open(path, "rb", buffering=0) as source:  # noqa: PTH123 - names are bytes
        while piece := source.read(CHUNK):
            digest.update(piece)
    return digest.digest()
