"""`seedgate split`: a branch without some of its changes, as a branch of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.local import Comparison
from bot.app.ports import ChangeSource, Conflicted, Merged, SourceRepository
from bot.domain.changes import Change
from bot.domain.errors import UserFault
from bot.domain.plan import Trees

_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 60
_SHORT = 9


@dataclass(frozen=True, slots=True)
class Split:
    """A branch that was split off: its name and tree, what it left out and has kept.

    `pool` is the tree of the whole branch, whose seeds the split shares; `existed` says
    that an earlier call made the branch.
    """

    branch: str
    tree: str
    pool: str
    left_out: tuple[str, ...]
    kept: tuple[Change, ...]
    existed: bool = False


def split_off(
    repository: SourceRepository,
    comparison: Comparison,
    without: Sequence[str],
    branch: str = "",
) -> Split:
    """Offer the merged tree without these changes as a new branch on the base.

    Raises `UserFault` where there is no such tree, or nothing would be left of the
    branch. A branch that an earlier call made of the same tree is taken as it is.
    """
    trees = merged_trees(comparison)
    source = repository.changes(
        comparison.base.commit,
        comparison.head.commit,
        trees.merged_tree,
        comparison.policy.ablation,
    )
    tree = _made(source, without, trees)
    name = branch or _name(repository, comparison, without)
    kept = _kept(source, without)
    existed = _tree_at(repository, name) == tree
    if not existed:
        message = _message(comparison, without, kept)
        repository.offer(tree, comparison.base.commit, message, name)
    pool = trees.merged_tree
    return Split(name, tree, pool, tuple(without), kept, existed)


def merged_trees(comparison: Comparison) -> Trees:
    """The trees of a comparison; `UserFault` where the branch does not merge."""
    if comparison.trees is None:
        files = ", ".join(comparison.conflicts)
        problem = f"The branch does not merge into its base: conflicts in {files}."
        raise UserFault(problem, "Merge or rebase the base into it first.")
    return comparison.trees


def _made(source: ChangeSource, without: Sequence[str], trees: Trees) -> str:
    shown = ", ".join(without)
    match source.without(without):
        case Conflicted(files):
            where = f": conflicts in {', '.join(files)}" if files else ""
            problem = f"The branch cannot be had without {shown}{where}."
            mend = "Leave out what builds on it too, or take it out by hand."
            raise UserFault(problem, mend)
        case Merged(tree) if tree == trees.base_tree:
            problem = f"Without {shown} nothing is left of the branch."
            raise UserFault(problem, "Leave fewer changes out.")
        case Merged(tree) if tree == trees.merged_tree:
            problem = f"Without {shown} the branch is the same: it leaves no trace."
            raise UserFault(problem, "Judge the branch itself with `seedgate local`.")
        case Merged(tree):
            return tree


def _kept(source: ChangeSource, without: Sequence[str]) -> tuple[Change, ...]:
    """The changes of the first cut that are still in, as far as ids tell."""
    gone = set(without)
    return tuple(
        one.change
        for one in source.cut().changes
        if one.id not in gone
        and not any(
            commit.startswith(name) for commit in one.change.commits for name in gone
        )
    )


def _name(
    repository: SourceRepository, comparison: Comparison, without: Sequence[str]
) -> str:
    """`idea-without-abc1234`."""
    head = repository.branch_name(comparison.head.name)
    if head in {"HEAD", comparison.head.commit}:
        head = comparison.head.commit[:_SHORT]
    parts = "-".join(_UNUSUAL.sub("-", one).strip("-.") for one in without)
    return f"{head}-without-{parts}"[:_LONGEST].rstrip("-.")


def _tree_at(repository: SourceRepository, branch: str) -> str | None:
    try:
        return repository.resolve(branch).tree
    except UserFault:
        return None


def _message(
    comparison: Comparison, without: Sequence[str], kept: Sequence[Change]
) -> str:
    lines = [f"{one.id} {one.title}".strip() for one in kept]
    left = ", ".join(without)
    body = [f"Split off {comparison.head.commit} without {left}."]
    if lines:
        body += ["", "Kept:", *(f"- {line}" for line in lines)]
    return "\n".join([f"{comparison.head.name} without {left}", "", *body]) + "\n"
