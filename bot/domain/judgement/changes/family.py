"""The family of all changes of a branch, and how the halves of a group share in it.

A branch of many changes is judged in groups, and only a group that was flagged is
halved. The halves are further hypotheses; they inherit the place of their group in
Holm's family, in equal shares: where j places are left, a change of the first cut is
held to the boundary of alpha / j, each half of a group to that of alpha / 2j, and so on
down to single changes. A group never frees its place for others, because its halves
need it; and a half is tested only where its group was rejected, on the same metric.

So the shares of all that can be rejected by mistake before any other mistake never add
up to more than alpha: the error stays that of the family of the first cut, however deep
the halving goes (gatekeeping: Meinshausen 2008, "Hierarchical testing of variable
importance"; inherited shares: Bretz, Maurer, Brannath and Posch 2009; at looks of their
own: Maurer and Bretz 2013). To count the halves as members more, at alpha over their
new number, would not do: every level of halving would add to the error.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial

from bot.domain.judgement.case import Case
from bot.domain.judgement.changes.arms import ChangeArms
from bot.domain.judgement.family import boundary
from bot.domain.stats.holm import Holm, holm_each


@dataclass(frozen=True, slots=True)
class Family:
    """The hypotheses on the changes of `arms`, `each` of them on so many metrics."""

    arms: ChangeArms
    each: int = 1

    @property
    def places(self) -> int:
        """Hypotheses of the first cut: all whose arm could be made, whatever ended."""
        inside = self.arms.inside
        return self.each * sum(one not in inside for one in self.arms.made)

    def share(self, change: str) -> int:
        """Into how many parts the place that the change stands in is divided."""
        group = self.arms.inside.get(change)
        if group is None:
            return 1
        halves = sum(one == group for one in self.arms.inside.values())
        return halves * self.share(group)

    def step(
        self,
        changes: Sequence[str],
        cases: Sequence[Case],
        p: Sequence[float],
        rejected: Collection[int],
    ) -> Holm:
        """Step down through the family; the sequences belong together."""
        at = {case.look: cache(partial(boundary, case)) for case in cases}
        levels = [
            _shared(at[case.look], self.share(change))
            for change, case in zip(changes, cases, strict=True)
        ]
        keeping = [
            index
            for index, change in enumerate(changes)
            if change in self.arms.groups or change in self.arms.inside
        ]
        return holm_each(p, levels, rejected, places=self.places, keeping=keeping)


def _shared(level: Callable[[int], float], parts: int) -> Callable[[int], float]:
    return lambda left: level(left * parts)
