"""A private copy of a tree: a trial may do with it whatever it likes."""

import errno
import os
import shutil
import stat
import sys
from pathlib import Path

from workers.checkout.faults import CheckoutFault, disk_fault, readable
from workers.checkout.objects import CHUNK

_CANNOT_SHARE = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def private_copy(source: Path, destination: Path) -> None:
    """Copy the folder `source` to `destination`, which must not exist yet.

    Files are copies of their own, never hard links, so that nothing written to the
    copy reaches the store; a file system that can share blocks until one side writes
    is asked to. All of it is writable by its owner. Raises `CheckoutFault`, and leaves
    nothing behind then.
    """
    doing = f"copy the tree {source.name}"
    try:
        destination.mkdir(parents=True)
    except OSError as fault:
        raise disk_fault(doing, destination, fault) from fault
    try:
        _copy_folder(os.fsencode(source), os.fsencode(destination))
    except OSError as fault:
        shutil.rmtree(destination, ignore_errors=True)
        raise disk_fault(doing, destination, fault) from fault
    except BaseException:
        shutil.rmtree(destination, ignore_errors=True)
        raise


def _copy_folder(source: bytes, destination: bytes) -> None:
    with os.scandir(source) as found:
        for one in found:
            target = destination + b"/" + one.name
            if one.is_symlink():
                # A Path would tidy what the link says.
                os.symlink(os.readlink(one.path), target)  # noqa: PTH115, PTH211
            elif one.is_dir(follow_symlinks=False):
                os.mkdir(target)  # noqa: PTH102 - names are bytes
                _copy_folder(one.path, target)
            else:
                _copy_file(one, target)


def _copy_file(one: os.DirEntry[bytes], target: bytes) -> None:
    mode = one.stat(follow_symlinks=False).st_mode
    if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
        raise CheckoutFault(f"{readable(one.path)} is neither file, folder nor link.")
    source = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        asked = 0o777 if mode & stat.S_IXUSR else 0o666
        copy = os.open(target, _NEW_FILE, asked)
        try:
            _copy_bytes(source, copy)
        finally:
            os.close(copy)
    finally:
        os.close(source)


def _copy_bytes(source: int, copy: int) -> None:
    """Copy all of it: inside the system where it can, piece by piece where not."""
    if sys.platform == "linux":
        try:
            while os.copy_file_range(source, copy, CHUNK):
                pass
        except OSError as fault:
            if fault.errno not in _CANNOT_SHARE:
                raise
    while piece := os.read(source, CHUNK):
        write_all(copy, piece)


def write_all(descriptor: int, piece: bytes) -> None:
    """Write all of `piece`; a full disk may take part of it before it says so."""
    left = memoryview(piece)
    while left:
        left = left[os.write(descriptor, left) :]
