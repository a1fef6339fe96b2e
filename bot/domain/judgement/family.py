"""Hypotheses that are tested together at a look, each against its Holm boundary."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from bot.domain.judgement.case import Case
from bot.domain.stats.holm import Holm, holm


@dataclass(frozen=True, slots=True)
class Member:
    """A hypothesis of a family of that size, and the boundary it was last held to."""

    name: str
    level: float
    family: int
    rejected: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The names of all hypotheses of a mode, and what Holm says of them."""

    names: tuple[str, ...]
    outcome: Holm

    @classmethod
    def at(
        cls,
        p: Mapping[str, float],
        level: Callable[[int], float],
        rejected: Collection[str] = (),
    ) -> Self:
        """Step down at a look, `level(j)` being the boundary where j are left.

        `rejected` are those that earlier looks rejected.
        """
        names = tuple(p)
        before = {place for place, name in enumerate(names) if name in rejected}
        return cls(names, holm(tuple(p.values()), cache(level), before))

    def member(self, name: str) -> Member:
        """One hypothesis; rejected now or at an earlier look."""
        place = self.names.index(name)
        rejected = place in self.outcome.rejected
        return Member(name, self.outcome.levels[place], len(self.names), rejected)


def boundary(case: Case, left: int) -> float:
    """The level of this look where `left` hypotheses of a family are left.

    It is that of a schedule which spends alpha / left, not a share of one level.
    """
    decision = case.rules.decision
    return case.look.level(decision.alpha / left, decision.spending)
