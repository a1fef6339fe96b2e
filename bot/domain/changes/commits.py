"""Which commits make one change: by trailer, and by what their messages say of others.

A commit made by `git commit --fixup` (or `--squash`, or amending with `--fixup=amend:`)
names the title that it mends; `git revert` writes the name of the commit that it takes
back. Both belong to the change of that commit: apart they would mean nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_MENDS = re.compile(r"(?:(?:fixup|squash|amend)!\s*)+")
_TAKES_BACK = re.compile(r"\bThis re(?:verts|applies)\s+commit\s+([0-9a-f]{7,64})\b")
_NAME = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, as far as it says which change it belongs to.

    `name` is its full name, `named` holds the values of its `Change:` trailers.
    """

    name: str
    message: str = ""
    named: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first paragraph of the message as one line, as git counts it."""
        first = re.split(r"\n\s*\n", self.message.strip(), maxsplit=1)[0]
        return " ".join(first.split())

    @property
    def mends(self) -> str:
        """The title that a fixup names, without its marks; empty for any other."""
        match = _MENDS.match(self.title)
        return self.title[match.end() :] if match else ""

    @property
    def topic(self) -> str:
        """What the commit is about: the title, of a fixup the one that it names."""
        return self.mends or self.title


@dataclass(frozen=True, slots=True)
class Gathered:
    """Commits that make one change, oldest first; `name` is that of their trailer."""

    commits: tuple[Commit, ...]
    name: str = ""

    @property
    def title(self) -> str:
        """The title of the change's first commit."""
        return self.commits[0].title


def gather(commits: Sequence[Commit], *, by_trailer: bool) -> tuple[Gathered, ...]:
    """Put the commits of a branch, oldest first, into changes, in the same order.

    With `by_trailer` a trailer rules whatever else the message says; of several in one
    commit the first does. A fixup or a revert of what is not in the branch, or of what
    comes later, stands alone.
    """
    homes: dict[str, tuple[str, str]] = {}
    earlier: list[Commit] = []
    for commit in commits:
        homes[commit.name] = _home(commit, earlier, homes, by_trailer=by_trailer)
        earlier.append(commit)
    members: dict[tuple[str, str], list[Commit]] = {}
    for commit in commits:
        members.setdefault(homes[commit.name], []).append(commit)
    return tuple(Gathered(tuple(all_), name) for (name, _), all_ in members.items())


def _home(
    commit: Commit,
    earlier: Sequence[Commit],
    homes: Mapping[str, tuple[str, str]],
    *,
    by_trailer: bool,
) -> tuple[str, str]:
    """What tells one change from the others: its trailer, or else its first commit."""
    names = [" ".join(name.split()) for name in commit.named] if by_trailer else []
    if any(names):
        return next(filter(None, names)), ""
    joins = _mended(commit, earlier) or _taken_back(commit, earlier)
    return homes[joins.name] if joins else ("", commit.name)


def _mended(commit: Commit, earlier: Sequence[Commit]) -> Commit | None:
    """The latest earlier commit that a fixup names, found as `--autosquash` does."""
    wanted = commit.mends
    if not wanted:
        return None
    return (
        _latest(earlier, lambda one: one.topic == wanted)
        or (_called(earlier, wanted) if _NAME.fullmatch(wanted) else None)
        or _latest(earlier, lambda one: one.topic.startswith(wanted))
    )


def _taken_back(commit: Commit, earlier: Sequence[Commit]) -> Commit | None:
    """The first commit of the branch that the message says it takes back."""
    names = _TAKES_BACK.findall(commit.message)
    found = (_called(earlier, name) for name in names)
    return next(filter(None, found), None)


def _called(commits: Sequence[Commit], start: str) -> Commit | None:
    """The commit whose name begins so."""
    return _latest(commits, lambda one: one.name.startswith(start))


def _latest(commits: Sequence[Commit], fits: Callable[[Commit], bool]) -> Commit | None:
    return next(filter(fits, reversed(commits)), None)
