"""Which change did it: where the ablation of each mode stands.

First the whole branch against the base, then the branch without each change on the same
seeds, then each flagged change alone: the order that costs least.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.arms import Only
from bot.domain.evaluation.facts import Facts
from bot.domain.evaluation.rounds import Rounds, rounds_of
from bot.domain.evaluation.singles import Singles, lacking, singles_of
from bot.domain.judgement.changes import JudgedChanges
from bot.domain.plan import Plan, Slot, rulebook
from bot.domain.policy import Role
from bot.domain.verdict import ModeVerdict, Reason, Ruling

FITTING: Mapping[str, tuple[Ruling, ...]] = {
    "on-pass-or-fail": (Ruling.PASS, Ruling.BLOCK),
    "on-pass": (Ruling.PASS,),
    "on-fail": (Ruling.BLOCK,),
    "never": (),
}
"""The answers of a mode after which its branch is taken apart.

An undecided branch is not: it cannot land, and its trials are used up to the last look.
"""


@dataclass(frozen=True, slots=True)
class Ablation:
    """The rounds of one mode, and the single arms that follow them.

    `needed` are slots that have not ended, `early` those that the next round may need.
    """

    rounds: Rounds
    singles: Singles
    needed: tuple[Slot, ...]
    early: tuple[Slot, ...]

    @property
    def mode(self) -> str:
        """The mode's name."""
        return self.rounds.verdict.name

    @property
    def refine(self) -> tuple[str, ...]:
        """Groups whose halves are wanted."""
        return self.rounds.parts.unrefined

    @property
    def open(self) -> bool:
        """Whether anything is still to be done."""
        return bool(self.needed or self.refine)

    def answer(self) -> JudgedChanges:
        """What is to be said of each change by now, and alone where that was run."""
        missing = {slot.arm for slot in lacking(self.rounds, self.singles)}
        seeds = self.singles.seeds.items()
        return self.rounds.answer(
            {one: n for one, n in seeds if Only(one) not in missing}
        )


def ablations(facts: Facts, modes: Sequence[ModeVerdict]) -> tuple[Ablation, ...]:
    """The ablations of all modes whose own answer asks for one."""
    asked = (one for one in modes if _asked(facts.plan, one))
    return tuple(_ablation(facts, one) for one in asked)


def _asked(plan: Plan, verdict: ModeVerdict) -> bool:
    """Whether the branch is to be taken apart in this mode.

    Not where every primary metric rests on streams that are equal bit by bit, for every
    seed, with those of the base: such a branch does here what the base does, and what
    does nothing hides nothing.
    """
    judged = [one for one in verdict.metrics if one.role is Role.PRIMARY]
    same = all(one.reason is Reason.BIT_IDENTICAL for one in judged)
    fits = verdict.state in FITTING[plan.policy.ablation.when]
    return plan.ablated and verdict.decided and fits and not same


def _ablation(facts: Facts, verdict: ModeVerdict) -> Ablation:
    mode = next(one for one in facts.plan.modes if one.name == verdict.name)
    rounds = rounds_of(facts, rulebook(facts.plan, mode), verdict)
    singles = Singles() if rounds.parts.unrefined else singles_of(rounds)
    needed = rounds.needs() or lacking(rounds, singles)
    return Ablation(rounds, singles, needed, rounds.needs(ahead=1))
