"""The rounds of an ablation: in each, every open change takes its next look.

A round is made when all its trials have ended, so that the same stored trials always
lead through the same rounds, whatever was stopped and resumed in between. All changes
of the first cut begin together, at the first planned look. The halves of a group begin
there as well, in the round after their group was flagged, on the trials of the whole
branch that are there already.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.arms import Arm, Baseline, Branch, Only, Without
from bot.domain.evaluation.facts import Facts, Row, gone, missing, shown
from bot.domain.evaluation.parts import Parts
from bot.domain.judgement.changes import ChangeArms, JudgedChanges, judge_changes
from bot.domain.judgement.evidence import Rulebook
from bot.domain.plan import Plan, Slot
from bot.domain.policy import Role
from bot.domain.trials import Crashed, Observation
from bot.domain.verdict import ModeVerdict


@dataclass(frozen=True, slots=True)
class Rounds:
    """What the rounds that were made say of the changes of one mode.

    `due` are the open changes, each with the index of its next look; `reached` is how
    many seeds the latest look of each had, `lost` why one never gets further.
    """

    facts: Facts
    rules: Rulebook
    verdict: ModeVerdict
    due: Mapping[str, int] = field(default_factory=dict)
    reached: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    judged: JudgedChanges = field(default_factory=JudgedChanges)

    @property
    def plan(self) -> Plan:
        """The plan that is carried out."""
        return self.facts.plan

    @property
    def parts(self) -> Parts:
        """The changes that matter here by now."""
        return Parts(self.plan, self.judged)

    @property
    def compared(self) -> int:
        """Seeds by which the whole branch was held against the base."""
        return min(self.verdict.look, self.plan.looks[-1])

    @property
    def unpaid(self) -> frozenset[str]:
        """Changes that never had a look: where this ends, the budget was spent."""
        return frozenset(self.due.keys() - self.reached.keys())

    def row(self, arm: Arm, n: int) -> Row:
        """The first n places of an arm."""
        return Row(self.verdict.name, arm, n)

    def seen(self, arm: Arm, n: int) -> tuple[Observation, ...]:
        """What they showed."""
        return shown(self.facts, self.row(arm, n))

    def needs(self, ahead: int = 0) -> tuple[Slot, ...]:
        """Slots that have not ended, up to the next round or `ahead` rounds further.

        By seed, the whole branch first: all arms reach their look together.
        """
        looks = self.plan.looks
        last = len(looks) - 1
        seeds = {one: looks[min(i + ahead, last)] for one, i in self.due.items()}
        full = self.row(Branch(), max(seeds.values(), default=0))
        rows = [full, *(self.row(Without(one), n) for one, n in seeds.items())]
        slots = [slot for row in rows for slot in missing(self.facts, row)]
        return tuple(sorted(slots, key=lambda slot: slot.position))

    def arms(self, only: Mapping[str, int] | None = None) -> ChangeArms:
        """The trials of all rounds so far; `only` has seeds of changes taken alone."""
        full = max((self.compared, *self.reached.values()))
        apart = {one: self.seen(Without(one), n) for one, n in self.reached.items()}
        alone = {one: self.seen(Only(one), n) for one, n in (only or {}).items()}
        return dataclasses.replace(
            self.parts.arms(),
            full=self.seen(Branch(), full),
            baseline=self.seen(Baseline(), self.compared),
            without=apart,
            only=alone,
            lost=self.lost,
            unpaid=self.unpaid,
        )

    def answer(self, only: Mapping[str, int] | None = None) -> JudgedChanges:
        """The changes judged on these trials, after what earlier rounds settled."""
        return judge_changes(
            self.rules,
            self.arms(only),
            self.verdict.state,
            shadowed=self.plan.policy.shadowed,
            earlier=self.judged,
        )


def rounds_of(facts: Facts, rules: Rulebook, verdict: ModeVerdict) -> Rounds:
    """All rounds that the trials allow.

    They pause where a group was flagged whose halves are not in the plan yet.
    """
    here = _entered(Rounds(facts, rules, verdict))
    while True:
        here = _without_lost(here)
        if not here.due or here.parts.unrefined or here.needs():
            return here
        here = _made(here)


def _without_lost(here: Rounds) -> Rounds:
    """Changes whose next look lacks a trial for good are open no more."""
    lost = {
        one: why
        for one, index in here.due.items()
        if (why := _why_lost(here, one, here.plan.looks[index]))
    }
    due = {one: index for one, index in here.due.items() if one not in lost}
    return dataclasses.replace(here, due=due, lost={**here.lost, **lost})


def _why_lost(here: Rounds, change: str, n: int) -> str:
    """In words what its next look lacks for good; empty if nothing."""
    taken = {
        "without it": gone(here.facts, here.row(Without(change), n)),
        "of the whole branch": gone(here.facts, here.row(Branch(), n)),
    }
    said = (_in_words(arm, details) for arm, details in taken.items() if details)
    return next(said, "")


def _in_words(arm: str, details: tuple[str, ...]) -> str:
    """In words that trials of an arm got lost, and to what."""
    first = f" ({details[0].rstrip('.')})" if details[0] else ""
    return f"a trial {arm} got lost to the machine{first}"


def _made(here: Rounds) -> Rounds:
    """One more round: every change that is due takes its look."""
    looks = here.plan.looks
    taken = {one: looks[index] for one, index in here.due.items()}
    moved = dataclasses.replace(here, reached={**here.reached, **taken})
    moved = dataclasses.replace(moved, judged=moved.answer())
    due = {
        one: index + 1
        for one, index in here.due.items()
        if index + 1 < len(looks) and not _closed(moved, one)
    }
    return _entered(dataclasses.replace(moved, due=due))


def _entered(here: Rounds) -> Rounds:
    """Changes that have come up begin at the first look."""
    known = {*here.due, *here.reached, *here.lost}
    coming = [one for one in here.parts.relevant if one.without]
    new = {one.id: 0 for one in coming if one.id not in known}
    return dataclasses.replace(here, due={**here.due, **new})


def _closed(here: Rounds, change: str) -> bool:
    """Whether no further look is needed for a change.

    One that was flagged is final at once, as a block is. One without which nothing runs
    at all is not judged any better by more trials that fail.
    """
    metrics = [one for one in here.rules.mode.metrics if one.role is Role.PRIMARY]
    settled = here.judged.settled
    without = here.seen(Without(change), here.reached[change])
    return (
        change in here.parts.flagged
        or all((change, one.name) in settled for one in metrics)
        or all(isinstance(one, Crashed) for one in without)
    )
