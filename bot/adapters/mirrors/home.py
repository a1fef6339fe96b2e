"""The bare repository in which a mirror lies: made whole, swept, looked after."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.repository.command import GitCommand, GitError

_LEFTOVERS = ("tmp_", ".tmp-", "incoming-")
_PID = "gc.pid"
_OF_CLEARING = (
    "*.lock",
    _PID,
    "objects/info/*.lock",
    "objects/info/commit-graphs/*.lock",
    "objects/info/commit-graphs/tmp_*",
    "objects/pack/*.lock",
    "objects/pack/tmp_*",
    "objects/pack/.tmp-*",
)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of a mirror; all but `refs` is for who holds its lock."""

    folder: Path

    @property
    def git(self) -> GitCommand:
        """git here, off the network."""
        return GitCommand(self.folder, {"GIT_DIR": str(self.folder)}, isolated=True)

    @property
    def scratch(self) -> Path:
        """The folder beside it for what is made of its commits."""
        return self.folder.with_suffix(".scratch")

    def is_there(self) -> bool:
        """Whether there is a repository that git would open."""
        return (
            (self.folder / "HEAD").is_file()
            and (self.folder / "config").is_file()
            and (self.folder / "objects").is_dir()
            and (self.folder / "refs").is_dir()
        )

    def make(self) -> None:
        """Make it empty, in place of what was there."""
        self.remove()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self._aside() as made:
            fresh = Path(made) / "fresh.git"
            fresh.mkdir()
            asked = ("init", "--bare", "--template=", "--object-format=sha1")
            Home(fresh).git.run(*asked)
            fresh.rename(self.folder)

    def remove(self) -> None:
        """Take it away at once; what is left of it afterwards is nobody's."""
        if not self.folder.exists():
            return
        with self._aside() as aside:
            self.folder.rename(Path(aside) / "gone.git")

    def _aside(self) -> "tempfile.TemporaryDirectory[str]":
        return tempfile.TemporaryDirectory(
            dir=self.folder.parent,
            prefix=f".{self.folder.name}-",
            ignore_cleanup_errors=True,
        )

    def sweep(self) -> None:
        """Remove what a git that was killed has left: its locks, and half a pack."""
        for path in _leftovers(self.folder):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def sweep_cleared(self) -> None:
        """Remove what is left of a clearing up alone: others may write meanwhile."""
        for pattern in _OF_CLEARING:
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)

    def drop_graph(self) -> None:
        """Remove what git worked out from the commits, and makes again in time."""
        info = self.folder / "objects" / "info"
        (info / "commit-graph").unlink(missing_ok=True)
        shutil.rmtree(info / "commit-graphs", ignore_errors=True)

    def refs(self, prefix: str) -> Mapping[str, str]:
        """The refs below a prefix with the commits that they name."""
        answer = self.git.run(
            "for-each-ref", "--format=%(objectname) %(refname)", prefix
        )
        rows = (line.split(" ", 1) for line in answer.line.split("\n") if line)
        return {name: sha for sha, name in rows}

    def update(self, wanted: Mapping[str, str | None]) -> None:
        """Set refs, or delete those that are None, all or none of them."""
        lines = [
            f"update {name} {sha}\n" if sha else f"delete {name}\n"
            for name, sha in wanted.items()
        ]
        if lines:
            self.git.run("update-ref", "--stdin", feed="".join(lines).encode())

    def commit_of(self, name: str) -> str | None:
        """The commit that an object is, or leads to as a tag does; None for any other.

        Raises `GitError` where that is missing.
        """
        feed = f"{name}^{{}}\n".encode()
        answer = self.git.run("cat-file", "--batch-check", feed=feed)
        words = answer.line.split()
        if words[-1:] == ["missing"]:
            raise GitError(answer)
        return words[0] if words[1] == "commit" else None

    def holds(self, commits: Sequence[str]) -> bool:
        """Whether each of these commits is here with its top folder."""
        feed = "".join(f"{one}^{{commit}}\n{one}^{{tree}}\n" for one in commits)
        answer = self.git.run("cat-file", "--batch-check", feed=feed.encode())
        return not any(
            line.endswith(b" missing") for line in answer.output.split(b"\n")
        )


def scratches(home: Home) -> list[Home]:
    """The repositories for what was made of the commits of a mirror: one, or none."""
    found = [Home(one) for one in sorted(home.scratch.glob("*.git"))]
    return [one for one in found if one.is_there()]


def _leftovers(folder: Path) -> Iterator[Path]:
    yield from folder.parent.glob(f".{folder.name}-*")
    yield folder / _PID
    for at, folders, files in os.walk(folder):
        within = Path(at)
        yield from (within / name for name in files if name.endswith(".lock"))
        if "objects" in within.relative_to(folder).parts:
            halves = [one for one in (*folders, *files) if one.startswith(_LEFTOVERS)]
            yield from (within / name for name in halves)
            folders[:] = [name for name in folders if name not in halves]
