"""A real repository that a test builds with git itself, commit by commit."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bot.adapters.repository import GitRepository

IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (
        ("NAME", "Ann"),
        ("EMAIL", "ann@example.org"),
        ("DATE", "1700000000 +0100"),
    )
}


def run_git(folder: Path, *arguments: str, feed: str = "", **variables: str) -> str:
    """git's output without the last newline; a failure shows git's words."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **IDENTITY, **variables},
        input=feed,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


class GitWorld:
    """The same story-telling words as `FakeRepository`, on disk."""

    def __init__(
        self, path: Path, scratch: Path, *, object_format: str = "sha1"
    ) -> None:
        self.path = path
        self.scratch = scratch
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main", f"--object-format={object_format}")

    def git(self, *arguments: str, feed: str = "", **variables: str) -> str:
        return run_git(self.path, *arguments, feed=feed, **variables)

    def open(self, inside: str = "") -> GitRepository:
        return GitRepository(self.path / inside, self.scratch)

    def commit(
        self, changes: Mapping[str, bytes | None], message: str = "a step"
    ) -> str:
        for path, content in changes.items():
            if content is None:
                (self.path / path).unlink()
            else:
                self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-F", "-", feed=message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str) -> None:
        self.git("switch", "-q", "-c", name)

    def orphan(self, name: str) -> None:
        self.git("switch", "-q", "--orphan", name)

    def switch(self, name: str) -> None:
        self.git("switch", "-q", name)

    def write(self, path: str, content: bytes) -> None:
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
