"""`/gate split`: a branch without some of its changes, as a file that git can fetch.

The App pushes nothing: people take the bundle, look at it, and push it themselves.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.app.branch_names import branch_of
from bot.app.local import Comparison
from bot.app.ports import SourceRepository
from bot.app.splitting import Remainder, remainder
from bot.domain.changes import Change

_MARK = 7
_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Bundled:
    """A commit, and the bytes of a git bundle that brings it."""

    commit: str
    data: bytes


class BundleSource(SourceRepository, Protocol):
    """A repository whose trees can be handed out without touching its branches."""

    def bundle(self, tree: str, parent: str, message: str, branch: str) -> Bundled:
        """Commit a tree on top of a commit; a bundle with that as its one branch.

        Who has `parent` can fetch from it. The repository gets no branch and no commit.
        Raises `UserFault` for a name that git would not take, or a bundle too large to
        be handed out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle with one branch on the base: what it left out and what it has kept.

    `tree` is the tree that the branch has, `base` the commit that it lies on.
    """

    data: bytes
    branch: str
    commit: str
    tree: str
    base: str
    left_out: tuple[str, ...]
    kept: tuple[Change, ...]

    @property
    def id(self) -> str:
        """What the bundle is kept under: the same for the same commit and branch."""
        told = f"{self.commit} {self.branch}".encode("utf-8", "surrogateescape")
        return hashlib.sha256(told).hexdigest()[:_LONGEST_ID]


def bundle_without(
    repository: BundleSource,
    comparison: Comparison,
    without: Sequence[str],
    called: str = "",
) -> Bundle:
    """The merged tree without these changes, as a branch on the base, in a bundle.

    `called` is the name of the whole branch where it comes from, if that is not the one
    in `comparison`; the new name is made from it. Raises `UserFault` where there is no
    such tree, or nothing would be left of the branch.
    """
    asked = _called(comparison, called)
    rest = remainder(repository, asked, without)
    branch, base = _name(repository, asked, rest), asked.base.commit
    made = repository.bundle(rest.tree, base, rest.message, branch)
    return Bundle(
        data=made.data,
        branch=branch,
        commit=made.commit,
        tree=rest.tree,
        base=base,
        left_out=rest.left_out,
        kept=rest.kept,
    )


def _called(comparison: Comparison, called: str) -> Comparison:
    name = called or comparison.head.name
    return replace(comparison, head=replace(comparison.head, name=name))


def _name(repository: SourceRepository, comparison: Comparison, rest: Remainder) -> str:
    """A name with some digits of the tree.

    Nobody knows here what branches there are where it will be pushed: the same changes
    may have been taken out of an earlier head.
    """
    name = branch_of(repository, comparison, rest.left_out, "")
    return f"{name}-{rest.tree[:_MARK]}"
