"""New trees out of old ones: three-way merges, replays, and single files changed.

git 2.38 merges commits, not trees, so each merge gets commits of its own: one with the
tree of the base and no parent, and on top of it the two sides. They lie in the scratch
repository, and say nothing but their trees.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bot.adapters.repository.command import GitCommand
from bot.adapters.repository.identity import commit_of
from bot.adapters.repository.merging import merge_tree
from bot.adapters.repository.plain import Entry
from bot.app.ports import Conflicted, Merged, MergeOutcome
from bot.domain.changes import Run

Edits = Mapping[bytes, Entry | None]
"""What is to be at a path; None for nothing."""


def three_way(git: GitCommand, base: str, ours: str, theirs: str) -> MergeOutcome:
    """The tree `ours` with what turns the tree `base` into the tree `theirs`."""
    if theirs in {base, ours}:
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    root = commit_of(git, base)
    return merge_tree(git, commit_of(git, ours, root), commit_of(git, theirs, root))


def replayed(git: GitCommand, tree: str, runs: Iterable[Run]) -> MergeOutcome:
    """The tree with what each run did, one after the other."""
    for run in runs:
        outcome = three_way(git, run.before, tree, run.after)
        if isinstance(outcome, Conflicted):
            return outcome
        tree = outcome.tree
    return Merged(tree)


def taken_back(git: GitCommand, tree: str, runs: Iterable[Run]) -> MergeOutcome:
    """The tree without what each run did, the last one first."""
    back = [Run(run.after, run.before, run.last) for run in runs]
    return replayed(git, tree, reversed(back))


def edited(git: GitCommand, tree: str, edits: Edits) -> str:
    """The tree with other files at some paths.

    No path that is put there may be a folder of another one; the caller sees to it.
    """
    if not edits:
        return tree
    rows = sorted(edits.items(), key=lambda row: row[1] is not None)  # first make room
    feed = b"".join(_row(path, entry, len(tree)) for path, entry in rows)
    with tempfile.TemporaryDirectory(dir=git.folder, prefix=".index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        aside = replace(git, variables={**git.variables, **index})
        aside.run("read-tree", tree)
        aside.run("update-index", "-z", "--index-info", feed=feed)
        return aside.run("write-tree").line


def _row(path: bytes, entry: Entry | None, digits: int) -> bytes:
    mode, name = (entry.mode, entry.object_name) if entry else ("0", "0" * digits)
    return f"{mode} {name}\t".encode() + path + b"\0"


def empty_tree(git: GitCommand) -> str:
    """The name of the tree that holds nothing."""
    return git.run("mktree").line
