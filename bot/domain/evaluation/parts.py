"""Which changes of a branch are judged in a mode, as far as it is known by now."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.changes import PlannedChange
from bot.domain.judgement.changes import ChangeArms, JudgedChanges
from bot.domain.plan import Plan
from bot.domain.verdict import FLAGS


@dataclass(frozen=True, slots=True)
class Parts:
    """The changes of the plan, and what the rounds so far say of them in one mode."""

    plan: Plan
    judged: JudgedChanges = field(default_factory=JudgedChanges)

    @property
    def flagged(self) -> tuple[str, ...]:
        """The changes that were flagged in this mode, in their order."""
        shown = self.judged.settled.items()
        known = {change for (change, _), one in shown if one.reason in FLAGS}
        return tuple(one.id for one in self.judged.changes if one.id in known)

    @property
    def relevant(self) -> tuple[PlannedChange, ...]:
        """The changes that are judged in this mode, halves behind their group.

        Halves are relevant once their group was flagged here. What is inert is not.
        """
        flagged = frozenset(self.flagged)
        first = (one.id for one in self.plan.asked_cut)
        known = {one.id: one for one in self.plan.changes}
        every = (known[one] for each in first for one in self._below(each, flagged))
        return tuple(one for one in every if not one.inert)

    def _below(self, change: str, flagged: frozenset[str]) -> Iterator[str]:
        yield change
        halves = self.plan.halves.get(change, ()) if change in flagged else ()
        for half in halves:
            yield from self._below(half, flagged)

    @property
    def unrefined(self) -> tuple[str, ...]:
        """Groups that were flagged, and of which nobody asked for the halves yet."""
        groups = {one.id for one in self.plan.changes if is_group(one)}
        asked = self.plan.halves
        return tuple(one for one in self.flagged if one in groups and one not in asked)

    def arms(self) -> ChangeArms:
        """All that is to be said of the arms of these changes but their trials."""
        here = self.relevant
        ids = tuple(one.id for one in here)
        inside = self.plan.inside
        return ChangeArms(
            full=(),
            not_estimable={one.id: one.why_not for one in here if not one.without},
            titles={one.id: one.change.title for one in here},
            commits={one.id: one.change.commits for one in here},
            order=ids,
            groups={one.id: one.change.parts for one in here if is_group(one)},
            inside={half: inside[half] for half in ids if half in inside},
        )


def is_group(one: PlannedChange) -> bool:
    """Whether the change holds several that can be told apart."""
    return len(one.change.parts) > 1
