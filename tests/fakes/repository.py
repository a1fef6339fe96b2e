"""A repository in memory: what `SourceRepository` promises, merged file by file."""

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from bot.app.ports import Conflicted, Merged, MergeOutcome, Revision, Unrelated
from bot.domain.changes import ChangedLines, Leaf, Touched, read_globs
from bot.domain.errors import UserFault
from bot.domain.landed import Step
from bot.domain.policy import Ablation
from tests.fakes.changes import FakeChanges, Files, Told, blob_name, changed, touched

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


class _Commit(NamedTuple):
    tree: str
    parents: tuple[str, ...]
    message: str = ""


class FakeRepository:
    """Tell a story with `commit`, `branch`, `switch`, `write`; read it by the port."""

    def __init__(self, path: str = "/home/ann/digits") -> None:
        self.path = PurePosixPath(path)
        self.objects = self.path / ".git"
        self._trees: dict[str, dict[str, bytes]] = {}
        self._commits: dict[str, _Commit] = {}
        self._names: dict[str, str] = {}
        self._current = "main"
        self._working: dict[str, bytes] = {}

    # The story.

    def commit(
        self, changes: Mapping[str, bytes | None], message: str = "a step"
    ) -> str:
        """Commit on the branch that is checked out; None deletes a file."""
        parent = self._names.get(self._current)
        files = dict(self._files(parent)) if parent else {}
        for path, content in changes.items():
            if content is None:
                files.pop(path, None)
            else:
                files[path] = content
        name = self._add(files, (parent,) if parent else (), message)
        self._names[self._current] = name
        self._working = files
        return name

    def branch(self, name: str) -> None:
        """A new branch where we stand, checked out."""
        self._names[name] = self._names[self._current]
        self._current = name

    def orphan(self, name: str) -> None:
        """A branch without history, checked out; its first commit will be a root."""
        self._current = name
        self._working = {}

    def switch(self, name: str) -> None:
        """Check another branch out."""
        self._current = name
        self._working = dict(self._files(self._names[name]))

    def write(self, path: str, content: bytes) -> None:
        """Change a file of the working copy without committing it."""
        self._working[path] = content

    # The port.

    @property
    def identity(self) -> str:
        return str(self.objects)

    def default_base(self, head: str | None = "HEAD") -> str:
        self._require_commits()
        for name in ("main", "master"):
            if name in self._names:
                return name
        choice = self._beside(head)
        if len(choice) == 1:
            return choice[0]
        raise UserFault("Cannot tell which branch to compare with.", "Name it.")

    def has_remotes(self) -> bool:
        return False

    def resolve(self, revision: str) -> Revision:
        wanted = self._current if revision == "HEAD" else revision
        commit = self._names.get(wanted, wanted)
        if commit in self._commits:
            return Revision(revision, commit, self._commits[commit].tree)
        self._require_commits()
        near = ", ".join(difflib.get_close_matches(revision, self._names))
        raise UserFault(f"There is no revision {revision!r}.", f"Perhaps: {near}.")

    def branch_name(self, revision: str) -> str:
        if revision == "HEAD":
            return self._current
        tips = [name for name, at in self._names.items() if at == revision]
        return tips[0] if len(tips) == 1 else revision

    def dirty(self) -> tuple[str, ...]:
        committed = self._files(self._names[self._current])
        return _differing(committed, self._working)

    def commit_dirty(self) -> tuple[Revision, str]:
        self._require_commits()
        head = self._names[self._current]
        name = self._add(self._working, (head,))
        ref = f"refs/seedgate/dirty/{name[:12]}"
        self._names[ref] = name
        return self.resolve(ref), ref

    def read_file(self, commit: str, path: str) -> bytes | None:
        tree = commit if commit in self._trees else self.resolve(commit).tree
        return self._trees[tree].get(path)

    def merge(self, base: str, head: str) -> MergeOutcome | Unrelated:
        ours, theirs = self.resolve(base).commit, self.resolve(head).commit
        common = self._fork(ours, theirs)
        if common is None:
            return Unrelated()
        fork = self._files(common)
        mine, other = self._files(ours), self._files(theirs)
        both = set(_differing(fork, mine)) & set(_differing(fork, other))
        conflicts = sorted(both & set(_differing(mine, other)))
        merged = dict(mine)
        for path in set(_differing(fork, other)).difference(conflicts):
            merged.pop(path, None)
            merged |= {path: other[path]} if path in other else {}
        tree = self._add_tree(merged)
        return Conflicted(tuple(conflicts), tree) if conflicts else Merged(tree)

    def changes(self, base: str, head: str, merged: str, rule: Ablation) -> FakeChanges:
        ends = self._files(self.resolve(base).commit), self._trees[merged]
        told = [self._story(name) for name in self._fresh(base, head)]
        return FakeChanges(told, ends, rule, self._add_tree)

    def touched(self, before: str, after: str) -> tuple[Touched, ...]:
        old, new = self._trees[before], self._trees[after]
        return tuple(touched(path, old, new) for path in _differing(old, new))

    def changed_lines(self, before: str, after: str) -> tuple[ChangedLines, ...]:
        old, new = self._trees[before], self._trees[after]
        found = (changed(path, old, new) for path in _differing(old, new))
        return tuple(one for one in found if one.old or one.new)

    def matching(self, tree: str, patterns: Sequence[str]) -> Mapping[str, str]:
        glob, files = read_globs(patterns), self._trees[tree]
        return {p: blob_name(files[p]) for p in sorted(files) if glob.matches(p)}

    def leaves(self, tree: str) -> tuple[Leaf, ...]:
        files = sorted(self._trees[tree].items())
        return tuple(Leaf(p, "100644", blob_name(c)) for p, c in files)

    def overlay(self, tree: str, source: str, patterns: Sequence[str]) -> str:
        glob = read_globs(patterns)
        kept = {p: c for p, c in self._trees[tree].items() if not glob.matches(p)}
        taken = {p: c for p, c in self._trees[source].items() if glob.matches(p)}
        return self._add_tree(kept | taken)

    def read_object(self, name: str) -> bytes | None:
        contents = (c for files in self._trees.values() for c in files.values())
        return next((c for c in contents if blob_name(c) == name), None)

    def messages(self, base: str, head: str) -> tuple[str, ...]:
        fresh = reversed(self._fresh(base, head))
        return tuple(self._commits[one].message.rstrip("\n") for one in fresh)

    def versions(self, path: str, commit: str, most: int) -> tuple[str, ...]:
        found, at = [], self.resolve(commit).commit
        while at and len(found) < most:
            parent = next(iter(self._commits[at].parents), "")
            before = self._files(parent).get(path) if parent else None
            found += [at] if self._files(at).get(path) != before else []
            at = parent
        return tuple(found)

    def offer(self, tree: str, parent: str, message: str, branch: str) -> str:
        above = self.resolve(parent).commit
        if not branch or ".." in branch or branch.startswith("-"):
            raise UserFault(f"{branch!r} cannot be the name of a branch.", "Another.")
        if branch in self._names:
            raise UserFault(f"There is a branch {branch!r} already.", "Another.")
        self._names[branch] = self._add(self._trees[tree], (above,), message)
        return branch

    def landed(self, since: str, until: str) -> Mapping[str, Step]:
        found = ((one, self._commits[one]) for one in self._fresh(since, until)[::-1])
        return {name: Step(one.tree, one.parents) for name, one in found}

    def require_plain(self, tree: str) -> None:
        files = self._trees[tree]
        pointers = [path for path in files if files[path].startswith(_POINTER)]
        if pointers:
            problem = f"LFS pointers in place of files: {', '.join(pointers)}."
            raise UserFault(problem, "Commit the files themselves.")

    def _beside(self, head: str | None) -> list[str]:
        """The branches that lack some of a head; without one, those not checked out."""
        if head is None:
            others = [name for name in self._names if name != self._current]
            return others or list(self._names)
        judged = self.resolve(head).commit
        tips = self._names.items()
        return [name for name, at in tips if judged not in self._ancestors(at)]

    def _require_commits(self) -> None:
        if not self._commits:
            raise UserFault("The repository has no commits yet.", "Commit something.")

    def _files(self, commit: str) -> Files:
        return self._trees[self._commits[commit].tree]

    def _add(self, files: Files, parents: tuple[str, ...], message: str = "") -> str:
        tree = self._add_tree(files)
        name = _digest("commit", tree, message, *parents)
        self._commits[name] = _Commit(tree, parents, message)
        return name

    def _fresh(self, base: str, head: str) -> list[str]:
        """The commits that head has and base has not, oldest first."""
        old = self._ancestors(self.resolve(base).commit)
        new = self._ancestors(self.resolve(head).commit) - old
        return sorted(new, key=lambda one: len(self._ancestors(one)))

    def _story(self, name: str) -> Told:
        one = self._commits[name]
        before = self._files(one.parents[0]) if one.parents else {}
        return Told(name, one.message, before, self._trees[one.tree])

    def _add_tree(self, files: Files) -> str:
        tree = _digest("tree", *(repr(pair) for pair in sorted(files.items())))
        self._trees[tree] = dict(files)
        return tree

    def _fork(self, ours: str, theirs: str) -> str | None:
        common = self._ancestors(ours) & self._ancestors(theirs)
        return max(common, key=lambda one: len(self._ancestors(one)), default=None)

    def _ancestors(self, commit: str) -> set[str]:
        parents = (self._ancestors(one) for one in self._commits[commit].parents)
        return {commit}.union(*parents)


def _differing(left: Files, right: Files) -> tuple[str, ...]:
    paths: Iterable[str] = left.keys() | right.keys()
    return tuple(sorted(p for p in paths if left.get(p) != right.get(p)))


def _digest(*parts: str) -> str:
    return hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()
