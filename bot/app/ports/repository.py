"""What is asked of a git repository: revisions, merges, files, changes of a branch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Protocol

from bot.domain.changes import ChangedLines, Cut, Leaf, PlannedChange, Touched
from bot.domain.landed import Step
from bot.domain.policy import Ablation


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision that was resolved: what was typed, the commit, and its tree."""

    name: str
    commit: str
    tree: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The tree that would land."""

    tree: str


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Head does not merge into base: the files, sorted.

    `tree` is what git made of them: what merged is in it as it would land, and the rest
    with marks or as one side has it. Empty where nobody knows.
    """

    files: tuple[str, ...]
    tree: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Unrelated:
    """Head and base have no history in common, so there is nothing to merge by."""


MergeOutcome = Merged | Conflicted


class ChangeSource(Protocol):
    """The changes of one branch; trees are made when they are asked for."""

    def cut(self) -> Cut:
        """The changes as the policy cuts them, grouped where there are too many."""
        ...

    def halved(self, change: str) -> tuple[PlannedChange, ...]:
        """The two halves of a group, each with its trees; none for a single change."""
        ...

    def parts(self, typed: str) -> tuple[str, ...]:
        """The ids of the single changes that somebody means; empty for none.

        By an id as it is (also of a group), or the first digits of a commit in one.
        """
        ...

    def without(self, changes: Sequence[str]) -> Merged | Conflicted:
        """The merged tree without these changes (ids, also of parts of groups).

        `Conflicted` where it cannot be made. Raises `UserFault` for an unknown id.
        """
        ...


class SourceRepository(Protocol):
    """A git repository, read by revision; never the working copy.

    Every method raises `UserFault` with a mend for what the caller can mend.
    """

    @property
    def path(self) -> PurePath:
        """The top folder of the repository."""
        ...

    @property
    def objects(self) -> PurePath:
        """A git directory that holds every tree that this object made or resolved."""
        ...

    @property
    def identity(self) -> str:
        """What evaluations of this repository are remembered under."""
        ...

    def default_base(self, head: str | None = "HEAD") -> str:
        """The name of the branch to compare `head` with if none is given.

        It is never a guess that `head` would pass against as itself. With None nothing
        is compared: the base is wanted by itself.
        """
        ...

    def has_remotes(self) -> bool:
        """Whether there may be branches elsewhere that are not here."""
        ...

    def branch_name(self, revision: str) -> str:
        """The name of the branch that `revision` names; itself if it names none."""
        ...

    def resolve(self, revision: str) -> Revision:
        """The commit and tree that `revision` names."""
        ...

    def dirty(self) -> tuple[str, ...]:
        """Paths that differ from HEAD in index or working copy, or are untracked.

        Outputs of ours that lie there, such as reports, do not count.
        """
        ...

    def commit_dirty(self) -> tuple[Revision, str]:
        """Commit the working copy to a scratch ref; the revision and the ref's name."""
        ...

    def read_file(self, commit: str, path: str) -> bytes | None:
        """A file's content at a commit, or in a tree, or None if there is none."""
        ...

    def merge(self, base: str, head: str) -> MergeOutcome | Unrelated:
        """The tree of merging commit `head` into commit `base`."""
        ...

    def changes(
        self, base: str, head: str, merged: str, rule: Ablation
    ) -> ChangeSource:
        """The changes between two commits, whose merge is the tree `merged`."""
        ...

    def touched(self, before: str, after: str) -> tuple[Touched, ...]:
        """The files in which two trees differ, sorted by path; renames are two."""
        ...

    def changed_lines(self, before: str, after: str) -> tuple[ChangedLines, ...]:
        """The lines of text files in which two trees differ, sorted by path."""
        ...

    def matching(self, tree: str, patterns: Sequence[str]) -> Mapping[str, str]:
        """The files of a tree that a pattern matches: path and object name, sorted.

        Patterns are those of the policy: `*` within a folder, `**` across folders.
        """
        ...

    def leaves(self, tree: str) -> Sequence[Leaf]:
        """All files of a tree, symbolic links with what they point at."""
        ...

    def overlay(self, tree: str, source: str, patterns: Sequence[str]) -> str:
        """A tree with all files that match taken from the tree `source` instead.

        Files that match and are only in `tree` are left out.
        """
        ...

    def read_object(self, name: str) -> bytes | None:
        """The content of a file by its object name (see `Touched`); None if missing."""
        ...

    def messages(self, base: str, head: str) -> tuple[str, ...]:
        """The messages of the commits that head has and base has not, newest first."""
        ...

    def versions(self, path: str, commit: str, most: int) -> Sequence[str]:
        """The last `most` commits, newest first, that changed a file on the way here.

        The way is that of first parents: a merge stands for all that it brought.
        Those that removed the file are among them.
        """
        ...

    def offer(self, tree: str, parent: str, message: str, branch: str) -> str:
        """Commit a tree on top of a commit as a new branch of the user; its name.

        The one writing method besides `commit_dirty`; refuses a branch that exists.
        """
        ...

    def landed(self, since: str, until: str) -> Mapping[str, Step]:
        """Commits of `until` that `since` does not have, each before its parents."""
        ...

    def require_plain(self, tree: str) -> None:
        """Refuse, by path, what a trial could not see: submodules, LFS pointers."""
        ...
