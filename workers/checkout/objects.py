"""Reading a tree out of a git directory, and nothing else that git can do."""

import os
import re
import subprocess
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from workers.checkout.faults import CheckoutFault, readable

CHUNK = 1 << 20
_TREE_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone must not fetch behind our back
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of a tree; `path` is bytes from the top of it, parted by `/`."""

    mode: str
    object_name: str
    path: bytes


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of one object: `size` bytes, to be read from `stream` at once."""

    size: int
    stream: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """The content piece by piece, so that a huge file needs no huge memory."""
        left = self.size
        while left:
            piece = self.stream.read(min(left, CHUNK))
            if not piece:
                raise CheckoutFault("git stopped in the middle of a file.")
            left -= len(piece)
            yield piece


def require_tree_name(tree: str) -> None:
    """Refuse anything but a full object name, which is also a safe file name."""
    if _TREE_NAME.fullmatch(tree) is None:
        raise CheckoutFault(f"{tree!r} is not the full name of a tree.")


def list_tree(objects: Path, tree: str) -> tuple[Entry, ...]:
    """All leaves of `tree` in git's order; `CheckoutFault` if it is not there."""
    arguments = ("ls-tree", "-r", "-z", "--full-tree", tree)
    try:
        with _git(objects, arguments) as stream:
            rows = stream.read().split(b"\0")
    except CheckoutFault as fault:
        raise CheckoutFault(f"The tree {tree} cannot be listed. {fault}") from fault
    return tuple(_entry(row) for row in rows if row)


def read_blobs(objects: Path, entries: Sequence[Entry]) -> Generator[Blob, None, None]:
    """The contents of `entries` in their order; each is read before the next one."""
    names = "".join(f"{entry.object_name}\n" for entry in entries).encode()
    with _git(objects, ("cat-file", "--batch", "--buffer"), names) as stream:
        for entry in entries:
            yield _blob(stream, entry, objects)
            stream.read(1)  # the newline after each object


def _blob(stream: IO[bytes], entry: Entry, objects: Path) -> Blob:
    head = stream.readline().split()
    match head:
        case [_, b"blob", size]:
            return Blob(int(size), stream)
        case _:
            raise CheckoutFault(
                f"The file {readable(entry.path)} ({entry.object_name}) is missing "
                f"from {objects}. If that is a partial clone, run "
                "`git fetch --refetch --no-filter` in it."
            )


def _entry(row: bytes) -> Entry:
    head, path = row.split(b"\t", 1)
    mode, _, object_name = head.decode().split(" ")
    return Entry(mode, object_name, path)


@contextmanager
def _git(
    objects: Path, arguments: Iterable[str], feed: bytes = b""
) -> Iterator[IO[bytes]]:
    """git's output as a stream; it is checked once all of it was read."""
    command = ("git", f"--git-dir={objects}", *arguments)
    with TemporaryFile() as source, TemporaryFile() as words:
        source.write(feed)
        source.seek(0)
        with _start(command, source, words) as child:
            assert child.stdout is not None  # noqa: S101 - asked for below
            yield child.stdout
            child.stdout.close()
        if child.returncode != 0:
            words.seek(0)
            said = words.read(2000).decode("utf-8", "replace").strip()
            raise CheckoutFault(f"git could not read {objects}: {said}")


def _start(
    command: Sequence[str], source: IO[bytes], words: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=words,
            cwd="/",  # never in a repository
            env=_environment(),
        )
    except FileNotFoundError as fault:
        raise CheckoutFault(
            "There is no git program on the PATH of this node. Install git there."
        ) from fault


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return {**kept, **_VARIABLES}
