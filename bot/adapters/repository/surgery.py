"""Commits, or files, taken out of the merged tree, or put alone onto the base."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from bot.adapters.repository.command import GitCommand, readable
from bot.adapters.repository.differences import Difference
from bot.adapters.repository.history import listing
from bot.adapters.repository.plain import Entry
from bot.adapters.repository.selecting import in_the_way
from bot.adapters.repository.trees import edited, replayed, taken_back
from bot.app.ports import Conflicted, Merged
from bot.domain.changes import Step, joined

_CUT_OFF = "the history before it is cut off (a shallow clone)"


@dataclass(frozen=True, slots=True)
class Unmade:
    """A tree that cannot be made: why, as a clause, and the files that it fails at."""

    why: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ends:
    """The trees between which a branch lies: the base, and what would land."""

    base: str
    merged: str


class Surgery(Protocol):
    """What can be done with changes, given by their ids."""

    def without(self, changes: Sequence[str]) -> Merged | Unmade:
        """The merged tree without them."""
        ...

    def only(self, changes: Sequence[str]) -> Merged | Unmade:
        """The base with them alone."""
        ...

    def idle(self, changes: Sequence[str]) -> str:
        """Why the merged tree is the same without them, as a clause."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """The commits of a branch, oldest first, and the change that each belongs to.

    `shared` are those that change a file which the base has itself changed, since the
    branch began.
    """

    steps: tuple[Step, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()


class CommitSurgery:
    """Changes that are commits: taken back like `git revert`, or picked one by one."""

    def __init__(self, git: GitCommand, ends: Ends, line: Line) -> None:
        """Nothing is made before it is asked for."""
        self._git = git
        self._ends = ends
        self._line = line

    def without(self, changes: Sequence[str]) -> Merged | Unmade:
        """The merged tree without them.

        Either the commits are taken back, or all others are replayed onto the base.
        Where the base changed the same files this comes first: it may have the same
        change already, and that must stay. The other way serves where one conflicts.
        """
        gone = self._of(changes)
        runs = joined(gone)
        if runs is None:
            return Unmade(_CUT_OFF)
        rebuild_first = any(step.commit in self._line.shared for step in gone)
        early = self._rebuilt(gone) if rebuild_first else None
        back = early or taken_back(self._git, self._ends.merged, runs)
        if isinstance(back, Merged):
            return back
        late = None if rebuild_first else self._rebuilt(gone)
        why = f"it conflicts in {listing(back.files)} with what came after it"
        return late or Unmade(why, back.files)

    def only(self, changes: Sequence[str]) -> Merged | Unmade:
        """The base with their commits picked onto it in the branch's order."""
        runs = joined(self._of(changes))
        if runs is None:
            return Unmade(_CUT_OFF)
        outcome = replayed(self._git, self._ends.base, runs)
        if isinstance(outcome, Conflicted):
            why = f"it conflicts in {listing(outcome.files)} with the base"
            return Unmade(f"{why}: it needs what came before it", outcome.files)
        return outcome

    def idle(self, changes: Sequence[str]) -> str:
        """Empty, taken back by others or by themselves, or on the base already."""
        steps = self._of(changes)
        if all(step.before == step.after for step in steps):
            return "it is empty"
        runs = [run for run in joined(steps) or () if run.before != run.after]
        base = self._ends.base
        landed = all(replayed(self._git, base, [run]) == Merged(base) for run in runs)
        taken = "later commits take it back"
        return "the base has it already" if runs and landed else taken

    def _of(self, changes: Sequence[str]) -> list[Step]:
        chosen = set(changes)
        homes = self._line.homes
        return [step for step in self._line.steps if homes[step.commit] in chosen]

    def _rebuilt(self, gone: Sequence[Step]) -> Merged | None:
        """All other commits on the base; None where that does not work."""
        if not self._can_rebuild:
            return None
        left_out = {step.commit for step in gone}
        rest = [step for step in self._line.steps if step.commit not in left_out]
        outcome = replayed(self._git, self._ends.base, joined(rest) or ())
        return outcome if isinstance(outcome, Merged) else None

    @cached_property
    def _can_rebuild(self) -> bool:
        """Whether all commits together make what would land.

        They do not where a merge was resolved by hand: its resolution would be lost.
        """
        runs = joined(self._line.steps)
        whole = Merged(self._ends.merged)
        return runs is not None and replayed(self._git, self._ends.base, runs) == whole


Side = Callable[[Difference], Entry | None]


def _before(one: Difference) -> Entry | None:
    return one.before


def _after(one: Difference) -> Entry | None:
    return one.after


class FileSurgery:
    """Changes that are files: each is as on the base, or as it would land."""

    def __init__(
        self, git: GitCommand, ends: Ends, files: Mapping[str, Difference]
    ) -> None:
        """`files` maps each id to what differs there."""
        self._git = git
        self._ends = ends
        self._files = files

    def without(self, changes: Sequence[str]) -> Merged | Unmade:
        """The merged tree with these files as on the base."""
        return self._with(self._ends.merged, changes, _before, _after)

    def only(self, changes: Sequence[str]) -> Merged | Unmade:
        """The base with these files as they would land."""
        return self._with(self._ends.base, changes, _after, _before)

    def idle(self, changes: Sequence[str]) -> str:
        """Files that differ always show in a tree: said of none so far."""
        return f"{listing(changes)} would be the same"

    def _with(
        self,
        tree: str,
        changes: Sequence[str],
        wanted: Side,
        rest: Side,
    ) -> Merged | Unmade:
        chosen = set(changes)
        mine = [one for name, one in self._files.items() if name in chosen]
        others = [one for name, one in self._files.items() if name not in chosen]
        edits = {one.path: wanted(one) for one in mine}
        standing = {one.path for one in others if rest(one) is not None}
        blocked = in_the_way(standing, [path for path, one in edits.items() if one])
        if blocked:
            names = tuple(sorted(readable(path) for path in blocked))
            clash = f"{listing(names)} would be a file and a folder at once"
            return Unmade(clash, names)
        return Merged(edited(self._git, tree, edits))
