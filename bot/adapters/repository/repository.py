"""The port `SourceRepository` on a real repository; a short method a question."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath, PurePosixPath

from bot.adapters.repository.base_branch import main_branch, only_base, only_other
from bot.adapters.repository.bundling import bundled
from bot.adapters.repository.command import Told, require_git
from bot.adapters.repository.cutting import Asked, BranchChanges, cut_branch
from bot.adapters.repository.differences import changed_lines, touched
from bot.adapters.repository.faults import explained
from bot.adapters.repository.history import messages, versions
from bot.adapters.repository.merging import merge_histories, require_history
from bot.adapters.repository.offering import (
    commit_on,
    hand_over,
    make_branch,
    require_new_branch,
)
from bot.adapters.repository.outputs import ours
from bot.adapters.repository.place import locate, scratch_git
from bot.adapters.repository.plain import leaves, require_plain
from bot.adapters.repository.revisions import (
    branches_with,
    find_commit,
    is_tree,
    is_unborn,
    list_refs,
    name_of_branch,
    no_commits,
    read_blob,
)
from bot.adapters.repository.selecting import matching, overlay
from bot.adapters.repository.working_copy import commit_working_copy, dirty_paths
from bot.app.bundling import Bundled
from bot.app.ports import MergeOutcome, Revision, Unrelated
from bot.domain.changes import ChangedLines, Leaf, Touched
from bot.domain.errors import UserFault
from bot.domain.landed import Step
from bot.domain.policy import Ablation


class GitRepository:
    """A repository of the user's, read by revision and never written to.

    Trees that are made go to a scratch repository that borrows its objects. There are
    two exceptions: `commit_dirty` adds a commit and a ref below `refs/seedgate/`, and
    `offer` adds a branch.
    """

    def __init__(
        self,
        path: Path,
        scratch: Path,
        outputs: Sequence[PurePath] = (),
        identity: str | None = None,
        *,
        own: Told | None = None,
    ) -> None:
        """Open the repository that `path` is in; `scratch` is a folder for our own.

        `outputs` are files that this call will write: they are no work of the user's.
        `identity` is what it is remembered under; else its git directory says that.
        Raises `UserFault` where there is no git or no repository to be read, and
        `MachineryFault` where `scratch` cannot be written to. `own` is there for a copy
        that we keep: where that cannot be read, it is told, and `GitFault` raised.
        """
        require_git()
        self._place = locate(path, own=own)
        self._git = self._place.git
        self._scratch_folder = scratch.absolute()
        self._scratch = scratch_git(self._place, self._scratch_folder)
        self._is_ours = ours(outputs)
        self._identity = identity

    @property
    def path(self) -> Path:
        """The top folder of the working copy, or the git directory of a bare one."""
        return self._place.top

    @property
    def objects(self) -> Path:
        """The scratch repository: it holds merged trees and borrows all the others."""
        return self._scratch.folder

    @property
    def identity(self) -> str:
        """What it was opened as, or the git directory that all working copies share."""
        if self._identity is not None:
            return self._identity
        name = str(self._place.shared).encode("utf-8", "backslashreplace")
        return name.decode()

    def default_base(self, head: str | None = "HEAD") -> str:
        """The name of the branch to compare `head` with if none is given.

        With None nothing is compared: the base is wanted by itself.
        """
        with explained(self._place):
            if is_unborn(self._git):
                raise no_commits()
            usual = self._git.ask("config", "--get", "init.defaultBranch").line
            refs = list_refs(self._git)
            known = main_branch(refs, (usual, "main", "master"))
            if known is not None:
                return known
            if head is None:
                return only_base(refs)
            commit = self._commit(head)
            return only_other(refs, commit, branches_with(self._git, commit))

    def has_remotes(self) -> bool:
        """Whether there may be branches elsewhere that are not here."""
        with explained(self._place):
            return bool(self._git.ask("remote").line)

    def resolve(self, revision: str) -> Revision:
        """The commit and tree that `revision` names."""
        commit = self._commit(revision)
        with explained(self._place):
            tree = self._scratch.run("rev-parse", "--verify", f"{commit}^{{tree}}")
        return Revision(revision, commit, tree.line)

    def branch_name(self, revision: str) -> str:
        """The name of the branch that `revision` names; itself if it names none."""
        with explained(self._place):
            return name_of_branch(self._git, revision)

    def dirty(self) -> tuple[str, ...]:
        """Paths that differ from HEAD in index or working copy, or are untracked.

        Reports that we wrote there do not count.
        """
        if not self._place.has_working_copy:
            return ()
        with explained(self._place):
            return dirty_paths(self._git, self._is_ours)

    def commit_dirty(self) -> tuple[Revision, str]:
        """Commit the working copy to a scratch ref; the revision and the ref's name."""
        if not self._place.has_working_copy:
            raise UserFault(
                f"{self.path} has no working copy.",
                "Leave --allow-dirty out, and name a revision with --head.",
            )
        head = self._commit("HEAD")
        with explained(self._place):
            aside = (self._scratch_folder, self._is_ours)
            ref = commit_working_copy(self._git, head, *aside)
        return self.resolve(ref), ref

    def read_file(self, commit: str, path: str) -> bytes | None:
        """A file's content at a commit, or in a tree, or None if there is none.

        `path` counts from the top folder; a link inside the tree is followed.
        """
        plain = PurePosixPath(path)
        if not plain.parts or plain.is_absolute() or ".." in plain.parts:
            return None
        whole = self._whole(commit)
        with explained(self._place):
            return read_blob(self._scratch, whole, str(plain))

    def merge(self, base: str, head: str) -> MergeOutcome | Unrelated:
        """The tree of merging commit `head` into commit `base`.

        A shallow clone is refused unless one of them is seen to contain the other.
        """
        ours, theirs = self._commit(base), self._commit(head)
        if self._place.shallow is not None:
            require_history(self._scratch, ours, theirs)
        with explained(self._place):
            return merge_histories(self._scratch, ours, theirs)

    def changes(
        self, base: str, head: str, merged: str, rule: Ablation
    ) -> BranchChanges:
        """The changes between two commits, whose merge is the tree `merged`."""
        old, new = self.resolve(base), self._commit(head)
        with explained(self._place):
            asked = Asked(old, new, merged, rule)
            return cut_branch(self._scratch, self._place, asked)

    def touched(self, before: str, after: str) -> tuple[Touched, ...]:
        """The files in which two trees differ, sorted by path; renames are two."""
        with explained(self._place):
            return touched(self._scratch, before, after)

    def changed_lines(self, before: str, after: str) -> tuple[ChangedLines, ...]:
        """The lines of text files in which two trees differ, sorted by path."""
        with explained(self._place):
            return changed_lines(self._scratch, before, after)

    def matching(self, tree: str, patterns: Sequence[str]) -> Mapping[str, str]:
        """The files of a tree that a pattern matches: path and object name, sorted."""
        with explained(self._place):
            return matching(self._scratch, tree, patterns)

    def leaves(self, tree: str) -> tuple[Leaf, ...]:
        """All files of a tree, symbolic links with what they point at."""
        with explained(self._place):
            return leaves(self._scratch, tree, self._place)

    def overlay(self, tree: str, source: str, patterns: Sequence[str]) -> str:
        """A tree with all files that match taken from the tree `source` instead.

        What stands in their way is left out, as are those that only `tree` has.
        """
        with explained(self._place):
            return overlay(self._scratch, tree, source, patterns)

    def read_object(self, name: str) -> bytes | None:
        """The content of a file by its object name; None if it is missing."""
        with explained(self._place):
            answer = self._scratch.ask("cat-file", "blob", name)
        return answer.output if answer.status == 0 else None

    def messages(self, base: str, head: str) -> tuple[str, ...]:
        """The messages of the commits that head has and base has not, newest first."""
        old, new = self._commit(base), self._commit(head)
        with explained(self._place):
            return messages(self._scratch, old, new)

    def versions(self, path: str, commit: str, most: int) -> tuple[str, ...]:
        """The last `most` commits, newest first, that changed a file on the way here.

        The way is that of first parents: a merge stands for all that it brought.
        """
        tip = self._commit(commit)
        with explained(self._place):
            return versions(self._scratch, path, tip, most)

    def offer(self, tree: str, parent: str, message: str, branch: str) -> str:
        """Commit a tree on top of a commit as a new branch of the user; its name."""
        above = self._commit(parent)
        with explained(self._place):
            require_new_branch(self._git, branch)
            commit = commit_on(self._scratch, tree, above, message)
            hand_over(self._scratch, self._git, commit, above)
            make_branch(self._git, branch, commit)
        return branch

    def bundle(self, tree: str, parent: str, message: str, branch: str) -> Bundled:
        """Commit a tree on top of a commit; a bundle with that as its one branch.

        The commit lies in the scratch repository; the user's gets nothing.
        """
        above = self._commit(parent)
        with explained(self._place):
            commit = commit_on(self._scratch, tree, above, message)
            return bundled(self._scratch, self._place, branch, (above, commit))

    def landed(self, since: str, until: str) -> Mapping[str, Step]:
        """Commits of `until` that `since` does not have, each before its parents.

        By commit or by tree a branch that was judged is found again: a merge or a
        rebase keeps one of them.
        """
        old, new = self._commit(since), self._commit(until)
        words = ("log", "--topo-order", "--format=%H %T %P", f"{old}..{new}", "--")
        with explained(self._place):
            rows = map(str.split, self._scratch.run(*words).line.splitlines())
        return {name: Step(tree, (*parents,)) for name, tree, *parents in rows}

    def require_plain(self, tree: str) -> None:
        """Refuse, by path, what a trial could not see: submodules, LFS pointers.

        Links that lead out of the repository and files that a partial clone does not
        hold are refused as well.
        """
        with explained(self._place):
            require_plain(self._scratch, tree, self._place)

    def _whole(self, name: str) -> str:
        """What holds files: a tree that we made or resolved, else a commit."""
        return name if is_tree(self._scratch, name) else self._commit(name)

    def _commit(self, revision: str) -> str:
        with explained(self._place):
            return find_commit(self._place, revision)
