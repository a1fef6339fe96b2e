"""The changes of a branch, and the trees on which each is taken alone or left out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a commit, several with one trailer, or a file.

    `id` names it in arms and reports (see `CHANGE_RULE`): a short commit name, the
    trailer's name or the path. `commits` are full names, oldest first; `parts` the ids
    of the changes that a group holds, in the branch's order.
    """

    id: str
    title: str = ""
    commits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    insertions: int = 0
    deletions: int = 0
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change with its trees: the merged tree without it, the base with only it.

    A tree is None where it cannot be made, and `why_not` (`why_not_alone`) says why.
    `inert`: the merged tree is the same without it, so there is nothing to train.
    """

    change: Change
    without: str | None = None
    only: str | None = None
    why_not: str = ""
    why_not_alone: str = ""
    inert: bool = False

    @property
    def id(self) -> str:
        """The id of the change."""
        return self.change.id


@dataclass(frozen=True, slots=True)
class Cut:
    """A branch cut into changes; `found` is how many there were before grouping.

    `notes` are sentences on what could not be taken apart (a merge whose conflicts were
    resolved by hand, and the like).
    """

    changes: tuple[PlannedChange, ...] = ()
    found: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A file in which two trees differ; line counts are None for binary files.

    `before` and `after` are object names, None where the file was added or removed.
    """

    path: str
    before: str | None
    after: str | None
    insertions: int | None = None
    deletions: int | None = None


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """Lines of one file that differ: numbers in the old tree, and in the new one."""

    path: str
    old: tuple[int, ...] = ()
    new: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of a tree: path, git's mode (`100755`) and the name of its content.

    `target` is what a symbolic link points at, as it is written; None for other files.
    """

    path: str
    mode: str
    name: str
    target: str | None = None
