"""What each change costs: the three-valued rule, harm at the boundaries of a family."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.judgement.case import Case, finite
from bot.domain.judgement.changes.family import Family
from bot.domain.judgement.changes.testing import Place, Tested, crash_p
from bot.domain.stats.holm import Holm
from bot.domain.stats.method import Method
from bot.domain.verdict import ChangeEffect, Reason, Ruling

Settled = Mapping[Place, ChangeEffect]
"""Effects that are final: each keeps the answer of its first crossing."""

LOSSES = (Reason.CHANGE_HARMFUL, Reason.CHANGE_SUSPECT, Reason.CHANGE_TOLERATED)
"""Answers by which a loss was shown: rejected in their family."""


@dataclass(frozen=True, slots=True)
class Held:
    """The boundary that a hypothesis was held to in its family, and the outcome."""

    bound: float
    rejected: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one (change, metric).

    `family` hypotheses share the error rate, and its place among them is divided into
    `share` parts.
    """

    tested: Tested
    effect: ChangeEffect
    family: int
    share: int

    @property
    def loss(self) -> bool:
        """Whether a loss was shown, harmful or tolerated."""
        return self.effect.reason in LOSSES


def crashing(
    cases: Mapping[str, Case], settled: Settled, family: Family
) -> dict[str, float]:
    """The changes whose removal is shown to cure failures, with their Holm levels.

    A family and a spending of their own; hypotheses without trials stay in it.
    """
    before = {
        change
        for (change, _), one in settled.items()
        if one.reason is Reason.MORE_FAILURES
    }
    names, every = list(cases), list(cases.values())
    known = [index for index, name in enumerate(names) if name in before]
    opened = {None, *before}
    p = [
        crash_p(case) if family.arms.inside.get(name) in opened else 1.0
        for name, case in cases.items()
    ]
    outcome = family.step(names, every, p, known)
    return {names[index]: outcome.levels[index] for index in sorted(outcome.rejected)}


def answers(
    tested: Sequence[Tested], branch: Ruling, settled: Settled, family: Family
) -> tuple[Answer, ...]:
    """The three-valued rule on each, harm at the Holm boundary of all of them.

    To pass, the level of the look is enough (intersection-union). What is `settled`
    stays in the family, as rejected where a loss was shown. So do hypotheses that
    cannot be tested, with a p of 1: data that are missing must not widen a boundary.
    """
    lost = {place for place, one in settled.items() if one.reason in LOSSES}
    known = [index for index, one in enumerate(tested) if one.place in lost]
    p = [_p_harm(one, settled, lost, family) for one in tested]
    names, cases = [one.change for one in tested], [one.case for one in tested]
    outcome = family.step(names, cases, p, known)
    return tuple(
        Answer(
            one,
            settled.get(one.place) or _effect(one, branch, held),
            family.places,
            family.share(one.change),
        )
        for one, held in zip(tested, _held(outcome), strict=True)
    )


def _p_harm(
    one: Tested, settled: Settled, lost: Collection[Place], family: Family
) -> float:
    """The p of harm; 1 where it is final, or not to be asked yet: see `family`."""
    group = family.arms.inside.get(one.change)
    closed = group is not None and (group, one.metric.name) not in lost
    return 1.0 if closed or one.place in settled else one.found.p_harm


def _held(outcome: Holm) -> list[Held]:
    every = enumerate(outcome.levels)
    return [Held(bound, index in outcome.rejected) for index, bound in every]


def _effect(tested: Tested, branch: Ruling, held: Held) -> ChangeEffect:
    found, bound = tested.found, held.bound
    reason, state = _ruling(tested, branch, harmed=held.rejected)
    return ChangeEffect(
        mode=tested.case.rules.mode.name,
        metric=tested.metric.name,
        state=state,
        reason=reason,
        d=finite(found.d),
        low=finite(found.low),
        high=finite(tested.high_at(bound)),
        tolerance=finite(found.margin),
        p_ni=found.p_ni,
        p_harm=found.p_harm,
        level=bound,
        n=tested.pairs,
        failed=len(tested.case.evidence.baseline.crashed),
    )


def _ruling(
    tested: Tested, branch: Ruling, *, harmed: bool
) -> tuple[Reason | None, Ruling]:
    passed, may_pass = tested.found.p_ni <= tested.level, tested.case.may_pass
    match passed, harmed:
        case False, True:
            suspect = branch is Ruling.BLOCK
            reason = Reason.CHANGE_SUSPECT if suspect else Reason.CHANGE_HARMFUL
            return reason, Ruling.BLOCK
        case True, True if may_pass:
            return Reason.CHANGE_TOLERATED, Ruling.PASS
        case True, False if may_pass:
            same = tested.found.method is Method.BIT_IDENTICAL
            return Reason.BIT_IDENTICAL if same else Reason.NOT_WORSE, Ruling.PASS
        case _ if not tested.case.look.last:
            return None, Ruling.UNDECIDED
        case _ if may_pass and tested.all_equal:
            return Reason.NO_DIFFERENCE, Ruling.PASS
        case _:
            return Reason.NOT_SHOWN, Ruling.UNDECIDED
