"""What single commits did, and neighbours among them taken as one."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What a commit did: the tree before it, and the tree that it left.

    `parent` is the commit that it stands on, empty where none may be joined with it.
    `before` is None where nobody can tell: the history is cut off there.
    """

    commit: str
    parent: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Run:
    """Commits, each on top of the one before it, as one step between two trees."""

    before: str
    after: str
    last: str


def joined(steps: Iterable[Step]) -> tuple[Run, ...] | None:
    """The steps, oldest first, as few runs; None if one of them is cut off."""
    runs: list[Run] = []
    for step in steps:
        if step.before is None:
            return None
        if runs and step.parent and runs[-1].last == step.parent:
            runs[-1] = Run(runs[-1].before, step.after, step.commit)
        else:
            runs.append(Run(step.before, step.after, step.commit))
    return tuple(runs)
