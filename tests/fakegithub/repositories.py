"""Real bare repositories behind the world's git port, and what moves their refs.

All forks of a repository share one store of objects, as on GitHub: a fork's commit
can be fetched by its SHA from the base, and outlives the fork.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.fakegithub import history, merging, plumbing
from tests.fakegithub.plumbing import Draft
from tests.fakegithub.records import Repository
from tests.fakegithub.state import Comparison, Entry, GitCommit, GitFile, GitPerson

Method = Literal["merge", "squash", "rebase"]
REMEMBERED = 1000


@dataclass(slots=True)
class Repositories:
    """All bare repositories below one folder."""

    root: Path
    _compared: dict[tuple[str, str], Comparison] = field(default_factory=dict)

    # Making and removing.

    def create(self, repository: Repository) -> None:
        """An empty repository."""
        objects = self.root / "objects" / str(repository.id)
        self._lay_out(repository, objects)

    def fork(self, parent: Repository, fork: Repository) -> None:
        """A fork with the parent's branches and tags."""
        self._lay_out(fork, (_at(parent) / "objects").resolve())
        refs = plumbing.refs_under(_at(parent), "refs/heads", "refs/tags")
        plumbing.move_refs(_at(fork), dict(refs))

    def remove(self, repository: Repository) -> None:
        """Takes the refs away; the objects stay with the other forks."""
        shutil.rmtree(_at(repository))

    def _lay_out(self, repository: Repository, objects: Path) -> None:
        repository.git_path = self.root / f"{repository.id}.git"
        plumbing.make_bare(repository.git_path, objects, repository.default_branch)

    def set_default_branch(self, repository: Repository, branch: str) -> None:
        """The branch that a clone checks out."""
        plumbing.set_head(_at(repository), branch)
        repository.default_branch = branch

    # Moving refs.

    def write(
        self, repository: Repository, ref: str, drafts: Sequence[Draft]
    ) -> list[str]:
        """Writes commits and moves the ref to the last; their SHAs in order.

        A draft without a parent continues from the draft before it; the first one
        starts a history of its own.
        """
        return plumbing.write(_at(repository), ref, drafts)

    def move(self, repository: Repository, ref: str, sha: str | None) -> None:
        """Sets a ref, or deletes it."""
        plumbing.move_refs(_at(repository), {ref: sha})

    def set_pull_head(self, repository: Repository, number: int, sha: str) -> None:
        """`refs/pull/N/head`, in the base repository whatever the head's is."""
        plumbing.place_ref(_at(repository), f"refs/pull/{number}/head", sha)

    def test_merge(
        self,
        repository: Repository,
        number: int,
        sides: tuple[str, str],
        person: GitPerson,
    ) -> str | None:
        """Computes `refs/pull/N/merge` of (base, head) anew; absent on conflict."""
        path, ref = _at(repository), f"refs/pull/{number}/merge"
        message = f"Merge {sides[1]} into {sides[0]}"
        made = merging.merge_commit(path, sides, message, person)
        if made is not None:
            plumbing.place_ref(path, ref, made)
        elif self.ref(repository, ref):
            self.move(repository, ref, None)
        return made

    def merge(
        self,
        repository: Repository,
        branch: str,
        how: tuple[Method, str],
        said: tuple[str, GitPerson],
    ) -> str | None:
        """Merges a head into a branch by a method; the new tip, or None on conflict."""
        method, head = how
        ref = f"refs/heads/{branch}"
        base = self.ref(repository, ref)
        if base is None:
            raise plumbing.GitError(f"there is no branch {branch}")
        made = self.merged(repository, (base, head), method, said)
        if made is not None:
            self.move(repository, ref, made)
        return made

    def merged(
        self,
        repository: Repository,
        sides: tuple[str, str],
        method: Method,
        said: tuple[str, GitPerson],
    ) -> str | None:
        """What a method makes of (base, head), on no ref yet; None on conflict."""
        path = _at(repository)
        match method:
            case "merge":
                return merging.merge_commit(path, sides, *said)
            case "squash":
                return merging.squash_commit(path, sides, *said)
            case "rebase":
                return merging.rebase_commits(path, sides, said[1])

    def rebase(
        self, repository: Repository, branch: str, onto: str, person: GitPerson
    ) -> str | None:
        """Replays a branch onto another; its new tip, or None on conflict."""
        base, head = (self.resolve(repository, name) for name in (onto, branch))
        if base is None or head is None:
            raise plumbing.GitError(f"there is no {onto} or no {branch}")
        made = merging.rebase_commits(_at(repository), (base, head), person)
        if made is not None:
            self.move(repository, f"refs/heads/{branch}", made)
        return made

    # Questions of those who write.

    def new_commits(
        self, repository: Repository, before: str | None, after: str | None
    ) -> list[str]:
        """What a push brought, oldest first; a new branch: what the default lacks."""
        if after is None:
            return []
        default = self.ref(repository, f"refs/heads/{repository.default_branch}")
        known = before or (None if default == after else default)
        return history.new_commits(_at(repository), known, after)

    def pulls_within(self, repository: Repository, sha: str) -> set[int]:
        """Numbers of the pull requests whose head this commit contains."""
        return history.pulls_within(_at(repository), sha)

    # The port.

    def resolve(self, repository: Repository, name: str) -> str | None:
        """The full SHA of a branch, tag, full ref (`refs/...`), or (short) SHA."""
        if name.startswith("-") or not name:
            return None
        for ref in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            if found := self.ref(repository, ref):
                return found
        answer = plumbing.ask(
            _at(repository), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"
        )
        return answer.stdout.decode().strip() or None

    def ref(self, repository: Repository, full: str) -> str | None:
        """The SHA of exactly this full ref (`refs/heads/main`)."""
        return plumbing.read_ref(_at(repository), full)

    def create_ref(self, repository: Repository, full: str, sha: str) -> bool:
        """Makes a ref; False when it exists."""
        if self.ref(repository, full):
            return False
        self.move(repository, full, sha)
        return True

    def commit(self, repository: Repository, sha: str) -> GitCommit | None:
        """A commit by its full SHA."""
        return history.read_commit(_at(repository), sha)

    def log(
        self, repository: Repository, start: str, path: str | None = None
    ) -> Sequence[str]:
        """SHAs from `start` back, newest first, or those that touch a path."""
        return history.log(_at(repository), start, path)

    def changes(self, repository: Repository, sha: str) -> Sequence[GitFile]:
        """The files that one commit changes against its first parent."""
        commit = self.commit(repository, sha)
        return history.changes_of(_at(repository), commit) if commit else ()

    def compare(
        self, repository: Repository, base: str, head: str
    ) -> Comparison | None:
        """Compares two SHAs; None without a common ancestor.

        Remembered, because every webhook of a pull request tells its size.
        """
        known = self._compared.get((base, head))
        if known is None and (known := history.compare(_at(repository), base, head)):
            if len(self._compared) >= REMEMBERED:
                self._compared.clear()
            self._compared[base, head] = known
        return known

    def read(
        self, repository: Repository, sha: str, path: str
    ) -> Entry | Sequence[Entry] | None:
        """A file with its bytes, or a folder's listing ("" is the root)."""
        return history.read_path(_at(repository), sha, path)

    def is_ancestor(self, repository: Repository, older: str, newer: str) -> bool:
        """Whether `newer` contains `older`."""
        return history.is_ancestor(_at(repository), older, newer)


def _at(repository: Repository) -> Path:
    if repository.git_path is None:
        raise plumbing.GitError(f"{repository.name} has no git repository")
    return repository.git_path
