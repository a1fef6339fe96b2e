"""Git on paper: commits, trees and refs in dictionaries, for tests alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakegithub.records import Repository
from tests.fakegithub.state import Comparison, Entry, GitCommit, GitFile, GitPerson

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Tree = dict[str, bytes]


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


@dataclass(slots=True)
class PaperGit:
    """All repositories share one set of commits; refs are by repository id."""

    commits: dict[str, GitCommit] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)  # by commit
    refs: dict[tuple[int, str], str] = field(default_factory=dict)

    def write(
        self,
        repository: Repository,
        branch: str,
        tree: Tree,
        *,
        message: str = "work",
        start: str | None = None,
        author: str = "ann",
    ) -> str:
        """One commit on a branch, from its tip or from `start`."""
        name = f"refs/heads/{branch}"
        parent = start or self.refs.get((repository.id, name))
        sha = _sha(f"{parent} {message} {sorted(tree.items())} {len(self.commits)}")
        person = GitPerson(author, f"{author}@example.org", WHEN)
        parents = (parent,) if parent else ()
        self.commits[sha] = GitCommit(
            sha, _sha(f"tree {sorted(tree.items())}"), parents, message, person, person
        )
        self.trees[sha] = dict(tree)
        self.refs[repository.id, name] = sha
        return sha

    def resolve(self, repository: Repository, name: str) -> str | None:
        for full in (name, f"refs/{name}", f"refs/heads/{name}", f"refs/tags/{name}"):
            if found := self.refs.get((repository.id, full)):
                return found
        return next(
            (s for s in self.commits if len(name) > 6 and s.startswith(name)), None
        )

    def ref(self, repository: Repository, full: str) -> str | None:
        return self.refs.get((repository.id, full))

    def create_ref(self, repository: Repository, full: str, sha: str) -> bool:
        if (repository.id, full) in self.refs:
            return False
        self.refs[repository.id, full] = sha
        return True

    def commit(self, repository: Repository, sha: str) -> GitCommit | None:
        return self.commits.get(sha)

    def log(
        self, repository: Repository, start: str, path: str | None = None
    ) -> Sequence[str]:
        found, waiting = [], [start]
        while waiting:
            sha = waiting.pop(0)
            if sha not in found:
                found.append(sha)
                waiting += self.commits[sha].parents
        if path is None:
            return found
        return [
            s for s in found if path in {f.path for f in self.changes(repository, s)}
        ]

    def changes(self, repository: Repository, sha: str) -> Sequence[GitFile]:
        parents = self.commits[sha].parents
        before = self.trees[parents[0]] if parents else {}
        return _differences(before, self.trees[sha])

    def compare(
        self, repository: Repository, base: str, head: str
    ) -> Comparison | None:
        ours, theirs = self.log(repository, base), self.log(repository, head)
        common = next((sha for sha in theirs if sha in set(ours)), None)
        if common is None:
            return None
        shared = set(self.log(repository, common))
        ahead = tuple(reversed([s for s in theirs if s not in shared]))
        behind = len([s for s in ours if s not in shared])
        files = tuple(_differences(self.trees[common], self.trees[head]))
        return Comparison(common, ahead, behind, files)

    def read(
        self, repository: Repository, sha: str, path: str
    ) -> Entry | Sequence[Entry] | None:
        tree = self.trees[sha]
        if path in tree:
            return _entry(path, tree[path])
        inside = [p for p in tree if not path or p.startswith(f"{path}/")]
        if not inside:
            return None
        return [Entry(p, "file", _sha(p), len(tree[p])) for p in sorted(inside)]

    def is_ancestor(self, repository: Repository, older: str, newer: str) -> bool:
        return older in self.log(repository, newer)


def _entry(path: str, data: bytes) -> Entry:
    return Entry(path, "file", _sha(data.hex()), len(data), data)


def _differences(before: Tree, after: Tree) -> list[GitFile]:
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        status = "modified" if old and new else ("added" if new else "removed")
        sha = _sha(new.hex()) if new is not None else None
        found.append(
            GitFile(path, status, sha, int(new is not None), int(old is not None), "@@")
        )  # type: ignore[arg-type]
    return found
