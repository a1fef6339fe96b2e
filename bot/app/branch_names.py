"""What a branch that is split off is called: a name of its own, that git takes."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from bot.app.local import Comparison
from bot.app.ports import SourceRepository
from bot.domain.errors import UserFault

_HEADS, _REMOTES = "refs/heads/", "refs/remotes/"
_UNUSUAL = re.compile(r"[^a-z0-9_]+")
_ODD = re.compile(r"[^A-Za-z0-9._/-]+|\.{2,}")
_LONGEST = 60
_MARK = 7
_SHORT = 9


def branch_of(
    repository: SourceRepository,
    comparison: Comparison,
    gone: Sequence[str],
    asked: str,
) -> str:
    """The name that was asked for, else `idea-without-abc1234`.

    Raises `UserFault` where that is a branch that changes land on, or the one that is
    split: on some machines names that differ by case alone are one.
    """
    name = asked.removeprefix(_HEADS) or _made_up(repository, comparison, gone)
    for one, what in _taken(repository, comparison):
        if name.casefold() == one.casefold():
            raise UserFault(
                f"The new branch cannot be called {name!r}: that is {what}.",
                "A split makes a branch of its own and leaves the others alone: choose "
                "another name with --branch, or leave that option out.",
            )
    return name


def _taken(
    repository: SourceRepository, comparison: Comparison
) -> Iterator[tuple[str, str]]:
    """Names that are taken whatever they point at, and what they are."""
    yield _short(repository, comparison.base.name), "the base"
    yield _short(repository, comparison.head.name), "the branch that is split"
    for one in comparison.policy.branches:
        yield one, "a branch that the policy gates"


def _short(repository: SourceRepository, revision: str) -> str:
    """The name of a branch without the remote that it was read from."""
    name = repository.branch_name(revision).removeprefix(_HEADS)
    if name.startswith(_REMOTES):
        return name.removeprefix(_REMOTES).partition("/")[2]
    return name


def _made_up(
    repository: SourceRepository, comparison: Comparison, gone: Sequence[str]
) -> str:
    """`idea-without-abc1234`; with a mark where names had to be spelled otherwise."""
    head = _short(repository, comparison.head.name)
    if head in {"HEAD", comparison.head.commit}:
        head = comparison.head.commit[:_SHORT]
    plain_head = _ODD.sub("-", head).strip("-/.") or comparison.head.commit[:_SHORT]
    start = f"{plain_head}-without-"
    spelled = [_UNUSUAL.sub("-", one.lower()).strip("-") for one in gone]
    plain, room = "+".join(spelled), max(_LONGEST - len(start), 2 * _MARK)
    if spelled == [*gone] and len(plain) <= room:
        return f"{start}{plain}"
    mark = hashlib.sha256("\0".join(gone).encode()).hexdigest()[:_MARK]
    short = plain[: room - _MARK - 1].rstrip("-+")
    return f"{start}{'-'.join(filter(None, (short, mark)))}"
