"""Trees for tests: honest ones from files, hostile ones byte by byte."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Program(NamedTuple):
    """A file with the executable bit."""

    content: bytes


class Link(NamedTuple):
    """A symbolic link, kept as it is written."""

    target: str


class Trees:
    """A bare object store with git's own plumbing."""

    def __init__(self, folder: Path, object_format: str = "sha1") -> None:
        self.objects = folder / "trees.git"
        self.objects.mkdir(parents=True)
        self.git("init", "-q", "--bare", f"--object-format={object_format}")

    def git(self, *arguments: str, feed: bytes = b"", **variables: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.objects,
            env={**os.environ, "GIT_DIR": str(self.objects), **variables},
            input=feed,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", feed=content)

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """A tree of (mode, name, object name), in that order, whatever it says."""
        rows = [
            b"%b %b\0%b" % (mode.encode(), name, bytes.fromhex(object_name))
            for mode, name, object_name in entries
        ]
        options = ("-t", "tree", "-w", "--stdin", "--literally")
        return self.git("hash-object", *options, feed=b"".join(rows))

    def of(self, files: Mapping[str, bytes | Program | Link]) -> str:
        """The tree that git itself makes of these files."""
        lines = [self._line(path, content) for path, content in files.items()]
        index = {"GIT_INDEX_FILE": str(self.objects / "index")}
        (self.objects / "index").unlink(missing_ok=True)
        self.git("update-index", "-z", "--index-info", feed=_ends(lines), **index)
        return self.git("write-tree", **index)

    def lose(self, object_name: str) -> Path:
        """Delete an object; its path, so that a test can put rubbish there."""
        place = self.objects / "objects" / object_name[:2] / object_name[2:]
        place.chmod(0o644)
        place.unlink()
        return place

    def _line(self, path: str, content: bytes | Program | Link) -> bytes:
        match content:
            case Program(body):
                mode, data = "100755", body
            case Link(target):
                mode, data = "120000", os.fsencode(target)
            case _:
                mode, data = "100644", content
        return os.fsencode(f"{mode} {self.blob(data)}\t{path}")


def _ends(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\0" for line in lines)
