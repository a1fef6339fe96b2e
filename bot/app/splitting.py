"""`seedgate split`: a branch without some of its changes, as a branch of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.app.branch_names import branch_of
from bot.app.local import Comparison
from bot.app.ports import ChangeSource, Conflicted, Merged, SourceRepository
from bot.domain.changes import Change
from bot.domain.errors import UserFault
from bot.domain.plan import Trees


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


@dataclass(frozen=True, slots=True)
class Remainder:
    """The tree of a branch without some changes, and what a commit of it says.

    `whole` is the tree of the whole branch.
    """

    tree: str
    whole: str
    left_out: tuple[str, ...]
    kept: tuple[Change, ...]
    message: str


def split_off(
    repository: SourceRepository,
    comparison: Comparison,
    without: Sequence[str],
    branch: str = "",
) -> Split:
    """Offer the merged tree without these changes as a new branch on the base.

    Each of `without` is a change's name, or several between commas. Raises `UserFault`
    where there is no such tree, nothing would be left of the branch, or the new one has
    the name of one of the two. A branch that an earlier call made of the same tree is
    taken as it is.
    """
    rest = remainder(repository, comparison, without)
    name = branch_of(repository, comparison, rest.left_out, branch)
    existed = _tree_at(repository, name) == rest.tree
    if not existed:
        repository.offer(rest.tree, comparison.base.commit, rest.message, name)
    return Split(name, rest.tree, rest.whole, rest.left_out, rest.kept, existed)


def remainder(
    repository: SourceRepository, comparison: Comparison, without: Sequence[str]
) -> Remainder:
    """The merged tree without these changes; nothing is made of it yet.

    Raises `UserFault` where there is no such tree, or nothing would be left.
    """
    trees = merged_trees(comparison)
    source = repository.changes(
        comparison.base.commit,
        comparison.head.commit,
        trees.merged_tree,
        comparison.policy.ablation,
    )
    gone = named(source, without)
    tree = _made(source, gone, trees)
    kept = _kept(source, gone)
    message = _message(comparison, gone, kept)
    return Remainder(tree, trees.merged_tree, gone, kept, message)


def named(source: ChangeSource, typed: Sequence[str]) -> tuple[str, ...]:
    """The ids of the changes that somebody typed; those that are unknown as typed.

    A name may hold commas: only what is not the name of a change is taken apart.
    """
    words = [word for text in typed for word in _words(source, text)]
    given = [one for one in words if one.strip(" ,")]
    if not given:
        problem = "--without names no change."
        raise UserFault(problem, "Reports list the changes of a branch by their names.")
    return tuple(dict.fromkeys(_id(source, one) for one in given))


def _words(source: ChangeSource, text: str) -> list[str]:
    """The names in a text: itself, or what stands between its commas."""
    between = text.split(",")
    if source.parts(text) or not any(source.parts(one.strip()) for one in between):
        return [text]
    return between


def _id(source: ChangeSource, typed: str) -> str:
    name = typed if source.parts(typed) else typed.strip()
    parts = source.parts(name)
    return parts[0] if len(parts) == 1 else name


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


def _kept(source: ChangeSource, gone: Sequence[str]) -> tuple[Change, ...]:
    """The changes that are still in; of a group that lost a part, those that it has."""
    lost = frozenset(part for name in gone for part in source.parts(name))
    cut = (one.change for one in source.cut().changes)
    return tuple(left for change in cut for left in _left(source, change, lost))


def _left(
    source: ChangeSource, change: Change, lost: frozenset[str]
) -> Iterator[Change]:
    held = {*(change.parts or (change.id,))}
    if held <= lost:
        return
    if not held & lost:
        yield change
        return
    for half in source.halved(change.id):
        yield from _left(source, half.change, lost)


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
