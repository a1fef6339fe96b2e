"""The port `ChangeSource`: a branch cut into changes, and the trees of each of them."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.adapters.repository.command import GitCommand
from bot.adapters.repository.faults import explained
from bot.adapters.repository.found import Found, found_commits, found_files
from bot.adapters.repository.history import read_history
from bot.adapters.repository.place import Place
from bot.adapters.repository.plain import find_flaw
from bot.adapters.repository.revisions import listed
from bot.adapters.repository.surgery import Ends, Unmade
from bot.app.ports import Conflicted, Merged, Revision
from bot.domain.changes import Cut, Groups, PlannedChange, grouped, united
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation

_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be cut: base (its commit and tree), head, and what would land."""

    base: Revision
    head: str
    merged: str
    rule: Ablation

    @property
    def ends(self) -> Ends:
        """The trees between which the branch lies."""
        return Ends(self.base.tree, self.merged)


def cut_branch(git: GitCommand, place: Place, asked: Asked) -> "BranchChanges":
    """The changes of a branch; no tree is made yet."""
    most = max(1, asked.rule.max_changes)
    found = _found(git, place, asked)
    groups = grouped([one.id for one in found.changes], most, found.spell)
    return BranchChanges(git, place, found, asked.ends, groups)


def _found(git: GitCommand, place: Place, asked: Asked) -> Found:
    if asked.rule.unit == "file":
        return found_files(git, asked.ends)
    cut = place.shallow.read_text().split() if place.shallow else []
    history = read_history(git, asked.base.commit, asked.head, frozenset(cut))
    by_trailer = asked.rule.unit == "trailer"
    return found_commits(git, asked.ends, history, by_trailer=by_trailer)


@dataclass(frozen=True, slots=True)
class BranchChanges:
    """The changes of one branch; trees are made when they are asked for, and once."""

    git: GitCommand
    place: Place
    found: Found
    ends: Ends
    groups: Groups
    made: dict[str, PlannedChange] = field(default_factory=dict)

    def cut(self) -> Cut:
        """The changes as the policy cuts them, grouped where there are too many."""
        return Cut(
            changes=tuple(self._plan(name) for name in self.groups.top),
            found=len(self.found.changes),
            notes=self.found.notes,
        )

    def halved(self, change: str) -> tuple[PlannedChange, ...]:
        """The two halves of a group, each with its trees; none for a single change."""
        halves = self.groups.halves.get(self._known(change), ())
        return tuple(self._plan(name) for name in halves)

    def parts(self, typed: str) -> tuple[str, ...]:
        """The single changes of that id, or the one with such a commit; else none."""
        if typed in self.groups.parts:
            return self.groups.parts[typed]
        by_commit = self._of_commit(typed) if _COMMIT.fullmatch(typed) else set()
        return tuple(by_commit) if len(by_commit) == 1 else ()

    def without(self, changes: Sequence[str]) -> Merged | Conflicted:
        """The merged tree without these changes (ids, or names of commits in them)."""
        parts = [
            part for name in changes for part in self.groups.parts[self._known(name)]
        ]
        with explained(self.place):
            outcome = self.found.surgery.without(parts)
        return outcome if isinstance(outcome, Merged) else Conflicted(outcome.files)

    def _plan(self, name: str) -> PlannedChange:
        if name not in self.made:
            with explained(self.place):
                self.made[name] = self._make(name)
        return self.made[name]

    def _make(self, name: str) -> PlannedChange:
        parts, surgery = self.groups.parts[name], self.found.surgery
        rest, alone = surgery.without(parts), surgery.only(parts)
        inert = rest == Merged(self.ends.merged)
        rest, alone = self._checked(rest), self._checked(alone)
        singles = [one for one in self.found.changes if one.id in set(parts)]
        return PlannedChange(
            change=united(name, singles, self.found.order),
            without=_tree(rest),
            only=_tree(alone),
            why_not=surgery.idle(parts) if inert else _why(rest),
            why_not_alone=_why(alone),
            inert=inert,
        )

    def _checked(self, outcome: Merged | Unmade) -> Merged | Unmade:
        """A tree that a trial could not see as it is meant counts as not made."""
        if isinstance(outcome, Unmade):
            return outcome
        known = outcome.tree in {self.ends.base, self.ends.merged}
        flaw = "" if known else find_flaw(self.git, outcome.tree, self.place)
        return Unmade(flaw) if flaw else outcome

    def _known(self, typed: str) -> str:
        """The id that somebody means; `UserFault` with near ones otherwise."""
        parts = self.parts(typed)
        if parts:
            return typed if typed in self.groups.parts else parts[0]
        raise UserFault(
            f"The branch has no change {typed!r}.",
            _near(typed, [*self.groups.parts]) or "It has no changes at all.",
        )

    def _of_commit(self, typed: str) -> set[str]:
        rows = ((one.id, name) for one in self.found.changes for name in one.commits)
        return {change for change, name in rows if name.startswith(typed)}


def _near(typed: str, known: Sequence[str]) -> str:
    """A question, or a list where nothing comes near; empty where nothing is known."""
    near = difflib.get_close_matches(typed, known, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {listed(near, ' or ')}?"
    return f"It has {listed(known[:5])}." if known else ""


def _tree(outcome: Merged | Unmade) -> str | None:
    return outcome.tree if isinstance(outcome, Merged) else None


def _why(outcome: Merged | Unmade) -> str:
    return outcome.why if isinstance(outcome, Unmade) else ""
