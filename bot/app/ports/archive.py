"""Stored trials, looked up."""

from collections.abc import Sequence
from typing import Protocol

from bot.app.ports.evaluations import StoredTrial


class Archive(Protocol):
    """Trials looked up by what people know of them."""

    def begins(self, prefix: str) -> Sequence[StoredTrial]:
        """At most ten trials whose key begins so, in order of their keys."""
        ...

    def trained(self, tree: str) -> Sequence[StoredTrial]:
        """Every trial of a tree, in order of their keys."""
        ...
