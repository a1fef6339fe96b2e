"""Branches made of changes, whose trees say what is in them.

A tree is written `tree A B`: the base is `tree`, the branch without A is `tree B`. So
what a trial shows follows from its tree and seed, and equal trees are one.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from bot.app.ports import Conflicted, Merged
from bot.domain.changes import Change, Cut, PlannedChange
from bot.domain.plan import Plan, Trees
from bot.domain.policy import Policy
from tests.fakes.policies import plan

BASE = "tree"


def tree(parts: Sequence[str]) -> str:
    """The tree of the base with these changes."""
    return " ".join((BASE, *parts))


def parts(of: str) -> tuple[str, ...]:
    """The changes in a tree."""
    return tuple(of.split()[1:])


def noise(of: str, seed: int, sd: float) -> float:
    """What a run is off by: its own for every tree and seed, always the same."""
    digest = hashlib.sha256(f"{of}|{seed}".encode()).digest()
    return float(np.random.default_rng(list(digest[:8])).normal(0.0, sd))


def value(of: str, seed: int, effects: Mapping[str, float], sd: float = 0.02) -> float:
    """A loss around 1 of one run; each change lowers it by its effect."""
    gained = sum(effects.get(one, 0.0) for one in parts(of))
    return 1.0 - gained + noise(of, seed, sd)


class Branch:
    """A `ChangeSource`: single changes, in groups of neighbours where there are many.

    Changes and groups named in `stuck` cannot be left out, those in `lonely` cannot be
    taken alone; single changes in `inert` leave no trace. A `whole` branch halves no
    group. `asked` are the groups that were halved, in order.
    """

    def __init__(
        self,
        ids: Sequence[str],
        most: int = 8,
        *,
        stuck: Sequence[str] = (),
        lonely: Sequence[str] = (),
        inert: Sequence[str] = (),
        whole: bool = False,
    ) -> None:
        self.ids = tuple(ids)
        self.asked: list[str] = []
        self._most = most
        self._stuck, self._lonely, self._inert = stuck, lonely, inert
        self._whole = whole

    def cut(self) -> Cut:
        k = min(self._most, len(self.ids))
        sizes = [len(self.ids) // k + (i < len(self.ids) % k) for i in range(k)]
        ends = [sum(sizes[: i + 1]) for i in range(k)]
        spans = [
            self.ids[end - size : end] for end, size in zip(ends, sizes, strict=True)
        ]
        return Cut(tuple(map(self._planned, spans)), len(self.ids))

    def halved(self, change: str) -> tuple[PlannedChange, ...]:
        self.asked.append(change)
        if self._whole:
            return ()
        held = change.split("+")
        middle = (len(held) + 1) // 2
        halves = (held[:middle], held[middle:]) if len(held) > 1 else ()
        return tuple(map(self._planned, halves))

    def parts(self, typed: str) -> tuple[str, ...]:
        held = tuple(typed.split("+"))
        return held if set(held) <= set(self.ids) else ()

    def without(self, changes: Sequence[str]) -> Merged | Conflicted:
        gone = {part for one in changes for part in one.split("+")}
        return Merged(tree([one for one in self.ids if one not in gone]))

    def _planned(self, held: Sequence[str]) -> PlannedChange:
        name = "+".join(held)
        left = [one for one in self.ids if one not in held]
        stuck, lonely = name in self._stuck, name in self._lonely
        return PlannedChange(
            Change(
                name,
                f"Do {name}",
                tuple(f"{one}0" for one in held),
                parts=tuple(held) if len(held) > 1 else (),
            ),
            without=None if stuck else tree(left),
            only=None if lonely else tree(held),
            why_not="it does not apply" if stuck else "",
            why_not_alone="it does not apply alone" if lonely else "",
            inert=all(one in self._inert for one in held),
        )


def planned(branch: Branch, rules: Policy | None = None, **changes: object) -> Plan:
    """A plan for a branch on its base, with all changes as they are cut."""
    cut = branch.cut()
    live = {"changes": cut.changes, "found": cut.found, "cut_notes": cut.notes}
    trees = Trees("base-commit", BASE, tree(branch.ids), "/objects")
    return plan(rules, **{"trees": trees, **live, **changes})
