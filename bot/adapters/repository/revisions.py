"""From what a person typed to the commit, or the file, that it names."""

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.adapters.repository.command import (
    Answer,
    GitCommand,
    GitError,
    Told,
    complaint,
    unread,
)
from bot.adapters.repository.place import Place
from bot.domain.errors import GitFault, UnheldFault, UserFault

_OBJECT_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_BLOB = re.compile(rb"[0-9a-f]+ blob (\d+)")
_SUBMODULE = b"160000 "
_FIELDS = "%(refname)%00%(refname:short)%00%(objectname)%00%(symref)%00%(HEAD)"


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or tag; `short` names it without doubt, `target` if it is symbolic."""

    name: str
    short: str
    object_name: str
    target: str
    checked_out: bool


def list_refs(git: GitCommand) -> tuple[Ref, ...]:
    """Branches, remote-tracking branches and tags, sorted by name."""
    places = ("refs/heads", "refs/remotes", "refs/tags")
    answer = git.run("for-each-ref", f"--format={_FIELDS}", *places)
    rows = [line.split("\0") for line in answer.line.split("\n") if line]
    return tuple(Ref(a, b, c, d, mark == "*") for a, b, c, d, mark in rows)


def find_commit(place: Place, revision: str) -> str:
    """The commit that `revision` names; `UserFault` says why there is none.

    Option-like text is only ever a name. A name of both a branch and a tag is refused
    rather than guessed. Who asks a copy of our own for a full name was told that it is
    there: that it is not is an `UnheldFault`.
    """
    git = place.git
    if not revision.strip() or "\0" in revision:
        raise UserFault("The name of a revision is empty.", "Name a branch or commit.")
    asked = f"{revision}^{{commit}}"
    answer = git.ask("rev-parse", "--verify", "--end-of-options", asked)
    commit = answer.line
    if answer.status != 0 or _OBJECT_NAME.fullmatch(commit) is None:
        raise _not_found(place, revision, answer)
    if f"refname '{revision}' is ambiguous" in answer.words:
        raise _two_meanings(git, revision)
    return commit


def branches_with(git: GitCommand, commit: str) -> frozenset[str]:
    """The full names of the local branches that have a commit."""
    asked = (f"--contains={commit}", "--format=%(refname)", "refs/heads")
    return frozenset(git.run("for-each-ref", *asked).line.split("\n"))


def is_tree(git: GitCommand, name: str) -> bool:
    """Whether a full object name is that of a tree."""
    if _OBJECT_NAME.fullmatch(name) is None:
        return False
    return git.ask("cat-file", "-t", name).line == "tree"


def name_of_branch(git: GitCommand, revision: str) -> str:
    """The short name of the branch that `revision` names; itself if it names none.

    A commit names the branch whose tip it is, if it is that of one branch alone.
    """
    asked = ("--verify", "--quiet", "--symbolic-full-name", "--end-of-options")
    name = git.ask("rev-parse", *asked, revision).line
    if name.startswith("refs/"):
        return name.removeprefix("refs/heads/")
    at = git.ask(
        "for-each-ref", f"--points-at={revision}", "--format=%(refname)", "refs/heads"
    )
    tips = at.line.split() if at.status == 0 else []
    return tips[0].removeprefix("refs/heads/") if len(tips) == 1 else revision


def _two_meanings(git: GitCommand, revision: str) -> UserFault:
    ends = tuple(f"{kind}/{revision}" for kind in ("heads", "tags", "remotes"))
    names = [ref.name for ref in list_refs(git) if ref.name.endswith(ends)]
    return UserFault(
        f"{revision!r} names more than one thing: {listed(names)}.",
        "Give the full name of the one that you mean.",
    )


def _not_found(place: Place, revision: str, answer: Answer) -> UserFault | GitFault:
    if place.own and (fault := _own_fault(place.git, place.own, revision)):
        return fault
    if "is ambiguous" in answer.words:
        return UserFault(
            f"The short commit name {revision!r} fits more than one commit.",
            "Give more of its characters.",
        )
    if "object dereferences to" in answer.words:
        return UserFault(
            f"{revision!r} is not a commit ({complaint(answer.words)}).",
            "Name a branch, a tag or a commit.",
        )
    if place.own:
        return UserFault(
            f"There is no revision {revision!r} in our copy of the repository.",
            "Name a tag that GitHub has, or give all digits of a commit.",
        )
    if is_unborn(place.git):
        return no_commits()
    shallow = place.shallow is not None
    return _unknown(revision, list_refs(place.git), shallow=shallow)


def _own_fault(git: GitCommand, told: Told, revision: str) -> GitFault | None:
    """Why a copy of our own cannot tell; None where there is no such name indeed."""
    if git.ask("rev-parse", "--git-dir").status != 0:
        return unread(told)
    if _OBJECT_NAME.fullmatch(revision):
        return UnheldFault(f"Our copy of the repository does not hold {revision}.")
    return None


def is_unborn(git: GitCommand) -> bool:
    """Whether HEAD has no commit and no branch or tag has one either."""
    unborn = git.ask("rev-parse", "--verify", "--quiet", "HEAD").status != 0
    return unborn and not list_refs(git)


def no_commits() -> UserFault:
    """What to say of a repository in which nothing was ever committed."""
    return UserFault(
        "The repository has no commits yet.", "Commit something, then run it again."
    )


def _unknown(revision: str, refs: Sequence[Ref], *, shallow: bool) -> UserFault:
    near = near_names(revision, [ref.short for ref in refs])
    guess = f"Did you mean {listed(near, ' or ')}? " if near else ""
    fetch = "git fetch --unshallow" if shallow else "git fetch"
    mend = f"{guess}If it is on the remote, run `{fetch}` first."
    return UserFault(f"There is no revision {revision!r} in the repository.", mend)


def near_names(typed: str, known: Sequence[str]) -> list[str]:
    """At most three of `known` that `typed` may have meant, likeliest first."""
    leaf = typed.rsplit("/", 1)[-1]
    same_leaf = [name for name in known if name.rsplit("/", 1)[-1] == leaf]
    close = difflib.get_close_matches(typed, known, n=3, cutoff=0.6)
    return list(dict.fromkeys([*same_leaf, *close]))[:3]


def listed(names: Sequence[str], between: str = ", ") -> str:
    """Names in code marks, one after another."""
    return between.join(f"`{name}`" for name in names)


def read_blob(git: GitCommand, commit: str, path: str) -> bytes | None:
    """The file of a commit or tree, or None; a link inside the tree is followed.

    Raises `GitError` for one that is in the tree but not in this clone, and where it
    cannot be told: a folder on the way, or the tree itself, is not here.
    """
    feed = os.fsencode(f"{commit}:{path}") + b"\0"
    answer = git.run("cat-file", "--batch", "--follow-symlinks", "-z", feed=feed)
    head, _, content = answer.output.partition(b"\n")
    blob = _BLOB.fullmatch(head)
    if blob is not None:
        return content[: int(blob[1])]
    if head.endswith(b" missing") and _is_listed(git, commit, path):
        raise GitError(replace(answer, words=f"{path} is missing"))
    return None


def _is_listed(git: GitCommand, commit: str, path: str) -> bool:
    """Whether a tree lists the path as its own; a submodule is another repository's.

    Raises `GitError` where that cannot be told.
    """
    asked = ("ls-tree", "-z", "--full-tree", "--end-of-options", commit, path)
    row = git.run(*asked).output
    return bool(row) and not row.startswith(_SUBMODULE)
