"""The commits of a branch as git tells them, and what each of them did."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bot.adapters.repository.command import Answer, GitCommand, GitError
from bot.adapters.repository.merging import remerged
from bot.adapters.repository.trees import empty_tree
from bot.app.ports import Conflicted, Merged
from bot.domain.changes import Commit, Step, commit_ids

TRAILER = "Change"
_BETWEEN = "\x1f"
_TRAILERS = f"%(trailers:key={TRAILER},valueonly,unfold,separator=%x1f)"
_FORMAT = f"%H%x00%P%x00%T%x00{_TRAILERS}%x00%B"
_FIELDS = 5
_LONGEST = 60
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Logged:
    """A row of git's log."""

    commit: Commit
    parents: tuple[str, ...]
    tree: str


@dataclass(frozen=True, slots=True)
class History:
    """What a branch did, oldest first: commits, and for each its step and its id.

    Merges that git can redo are left out; one with content of its own is a commit like
    any other. `notes` are sentences on what cannot be taken apart.
    """

    commits: tuple[Commit, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def messages(git: GitCommand, base: str, head: str) -> tuple[str, ...]:
    """The messages of what `head` has and `base` has not, newest first."""
    answer = git.run("log", "-z", "--format=%B", f"{base}..{head}", "--")
    texts = answer.output.removesuffix(b"\0").split(b"\0") if answer.output else []
    return tuple(_text(text).rstrip("\n") for text in texts)


def versions(git: GitCommand, path: str, tip: str, most: int) -> tuple[str, ...]:
    """The last `most` commits of first parents from `tip` that changed `path`."""
    plain = PurePosixPath(path)
    strange = not plain.parts or plain.is_absolute() or ".." in plain.parts
    if most < 1 or strange or "\0" in path:
        return ()
    found = ("--first-parent", f"--max-count={most}", "--format=%H", tip)
    return tuple(git.run("log", *found, "--", str(plain)).line.split())


def read_history(git: GitCommand, base: str, head: str, cut: frozenset[str]) -> History:
    """The commits that `head` has and `base` has not.

    `cut` are the commits of a shallow clone whose parents it does not hold.
    """
    rows = _log(git, base, head)
    names = [row.commit.name for row in rows]
    ids = dict(zip(names, commit_ids(names), strict=True))
    found = [*_plain_steps(git, rows, cut)]
    notes = [_cut_note(row, ids) for row in rows if row.commit.name in cut]
    for row in rows:
        match _own_part(git, row):
            case Step() as step:
                found.append(step)
            case Conflicted(files):
                notes.append(_by_hand(row, ids, files))
            case None:
                pass
    steps = {step.commit: step for step in found}
    commits = tuple(row.commit for row in rows if row.commit.name in steps)
    return History(commits, steps, ids, tuple(notes))


def _log(git: GitCommand, base: str, head: str) -> tuple[Logged, ...]:
    order = ("--topo-order", "--reverse")
    answer = git.run(
        "log", "-z", *order, f"--format={_FORMAT}", f"{base}..{head}", "--"
    )
    fields = [_text(one) for one in answer.output.split(b"\0")[:-1]]
    return tuple(_logged(*row) for row in zip(*[iter(fields)] * _FIELDS, strict=True))


def _logged(name: str, parents: str, tree: str, named: str, message: str) -> Logged:
    values = tuple(one for one in named.split(_BETWEEN) if one.strip())
    return Logged(Commit(name, message, values), tuple(parents.split()), tree)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _plain_steps(
    git: GitCommand, rows: Sequence[Logged], cut: frozenset[str]
) -> Iterator[Step]:
    plain = [row for row in rows if len(row.parents) < 2]  # noqa: PLR2004
    trees = _trees_of(git, {name for row in plain for name in row.parents})
    nothing = empty_tree(git) if any(not row.parents for row in plain) else ""
    for row in plain:
        name, parent = row.commit.name, "".join(row.parents)
        before = None if name in cut else trees[parent] if parent else nothing
        yield Step(name, parent, before, row.tree)


def _trees_of(git: GitCommand, commits: Iterable[str]) -> dict[str, str]:
    names = sorted(commits)
    feed = "".join(f"{name}^{{tree}}\n" for name in names).encode()
    answer = git.run("cat-file", "--batch-check=%(objectname)", feed=feed)
    trees = answer.line.split("\n") if names else []
    if any(tree.endswith(" missing") for tree in trees):
        raise GitError(Answer(1, b"", "a tree of the history is missing"))
    return dict(zip(names, trees, strict=True))


def _own_part(git: GitCommand, row: Logged) -> Step | Conflicted | None:
    """What a merge did beyond merging; its conflicts, where that cannot be told."""
    if len(row.parents) < 2:  # noqa: PLR2004
        return None
    match remerged(git, row.parents):
        case Merged(row.tree):
            return None
        case Merged(tree):
            return Step(row.commit.name, "", tree, row.tree)
        case conflicted:
            return conflicted


def _by_hand(row: Logged, ids: Mapping[str, str], files: Sequence[str]) -> str:
    return (
        f"The merge {_called(row, ids)} was resolved by hand in {listing(files)}: what "
        "it decided stays in every tree from which a change is left out, and is in no "
        "tree with one change alone."
    )


def _cut_note(row: Logged, ids: Mapping[str, str]) -> str:
    return (
        f"The history before commit {_called(row, ids)} is cut off, because this is a "
        "shallow clone: what that commit did cannot be told. Fetch all of it once: "
        "`git fetch --unshallow`."
    )


def _called(row: Logged, ids: Mapping[str, str]) -> str:
    title = row.commit.title
    short = title if len(title) <= _LONGEST else f"{title[:_LONGEST]}..."
    return f"{ids[row.commit.name]} ({short})" if title else ids[row.commit.name]


def listing(files: Sequence[str]) -> str:
    """Some files by name, the others counted."""
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return f"{', '.join(files[:_SHOWN])}{more}"
