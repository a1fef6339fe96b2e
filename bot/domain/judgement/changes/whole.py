"""All changes of a branch judged in one mode, at the looks that their arms reach."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.judgement.case import FINAL, Case
from bot.domain.judgement.changes import says
from bot.domain.judgement.changes.alone import interactions, with_single
from bot.domain.judgement.changes.arms import ChangeArms, strictly
from bot.domain.judgement.changes.effects import Answer, Settled, answers, crashing
from bot.domain.judgement.changes.family import Family
from bot.domain.judgement.changes.testing import (
    Place,
    Tested,
    case_of,
    primaries,
    tested,
)
from bot.domain.judgement.evidence import Rulebook
from bot.domain.policy import Metric
from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    Reason,
    Ruling,
    Verdict,
    worst,
)

REPORT = "report"
"""The policy's `shadowed` under which a harmful change is shown and does not block."""


@dataclass(frozen=True, slots=True)
class JudgedChanges:
    """What was found of each change; `state` is BLOCK where one blocks, else INFO."""

    changes: tuple[ChangeVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def state(self) -> Ruling:
        """What the changes add to the verdict on the branch."""
        blocked = any(one.state is Ruling.BLOCK for one in self.findings)
        return Ruling.BLOCK if blocked else Ruling.INFO

    @property
    def settled(self) -> Settled:
        """Effects that later looks leave as they are: final at the first crossing."""
        return {
            (one.id, effect.metric): effect
            for one in self.changes
            for effect in one.effects
            if effect.state in FINAL
        }

    def settled_findings(self) -> tuple[Finding, ...]:
        """What was said of settled effects."""
        known = self.settled
        crashed = {
            change
            for (change, _), one in known.items()
            if one.reason is Reason.MORE_FAILURES
        }
        return tuple(
            one
            for one in self.findings
            if (one.change, one.metric) in known
            or (one.reason is Reason.MORE_FAILURES and one.change in crashed)
        )


@dataclass(frozen=True, slots=True)
class _Judged:
    """Everything that the verdicts of single changes are put together from."""

    rules: Rulebook
    arms: ChangeArms
    cases: Mapping[str, Case]
    why_not: Mapping[Place, str]
    answers: Mapping[Place, Answer]
    crashes: Mapping[str, float]
    settled: Settled
    about: Evidence = field(default_factory=dict)


def judge_changes(
    rules: Rulebook,
    arms: ChangeArms,
    branch: Ruling,
    *,
    shadowed: str = "block",
    earlier: JudgedChanges | None = None,
) -> JudgedChanges:
    """Which change did it: each as the whole branch against itself without it.

    Every (change, primary metric) is judged by the primary's three-valued rule at the
    look that the change's own arm reaches; harm at its Holm boundary over all whose arm
    could be made, failures by Fisher's test in a Holm family of their own. `branch` is
    the state of the whole branch: after a BLOCK flags are suspects, because the full
    arm was selected low; otherwise a harmful change blocks unless `shadowed` is
    "report".
    `earlier` is the answer of the look before, where looks are made in turn.
    """
    before, arms = earlier or JudgedChanges(), strictly(rules, arms)
    quiet = branch is Ruling.BLOCK or shadowed == REPORT
    judged = _judge(rules, arms, branch, before.settled)
    if branch is Ruling.BLOCK and shadowed == REPORT:  # not even were that accepted
        judged = dataclasses.replace(judged, about={"reported": True})
    found = [_change(judged, one) for one in arms.changes]
    said = _findings(judged, Ruling.INFO if quiet else Ruling.BLOCK)
    kept = before.settled_findings()
    return JudgedChanges(tuple(found), (*kept, *said, *interactions(rules, arms)))


def with_changes(verdict: Verdict, judged: JudgedChanges) -> Verdict:
    """The verdict on the branch with its changes: one that blocks makes it a BLOCK.

    Done mode by mode, a change has the effects of all modes.
    """
    return dataclasses.replace(
        verdict,
        state=worst((verdict.state, judged.state)),
        findings=(*verdict.findings, *judged.findings),
        changes=_merged(verdict.changes, judged.changes),
    )


def _merged(
    before: tuple[ChangeVerdict, ...], after: tuple[ChangeVerdict, ...]
) -> tuple[ChangeVerdict, ...]:
    known = {one.id: one for one in before}
    for one in after:
        known[one.id] = _both(known[one.id], one) if one.id in known else one
    return tuple(known.values())


def _both(first: ChangeVerdict, second: ChangeVerdict) -> ChangeVerdict:
    """One change in two modes: estimable if it is in one of them."""
    estimable = first.estimable or second.estimable
    open_ = [one.why_not for one in (first, second) if one.estimable is estimable]
    return dataclasses.replace(
        first,
        effects=(*first.effects, *second.effects),
        estimable=estimable,
        why_not="" if "" in open_ else open_[0],
    )


def _judge(
    rules: Rulebook, arms: ChangeArms, branch: Ruling, settled: Settled
) -> _Judged:
    compared = {one: case_of(rules, arms, one) for one in arms.changes}
    cases = {name: one for name, one in compared.items() if isinstance(one, Case)}
    tests = {
        (name, metric.name): one if isinstance(one, str) else tested(one, name, metric)
        for name, one in compared.items()
        for metric in primaries(rules)
    }
    known = [one for one in tests.values() if isinstance(one, Tested)]
    told = answers(known, branch, settled, Family(arms, len(primaries(rules))))
    return _Judged(
        rules=rules,
        arms=arms,
        cases=cases,
        why_not={at: one for at, one in tests.items() if isinstance(one, str)},
        answers={one.tested.place: one for one in told},
        crashes=crashing(cases, settled, Family(arms)),
        settled=settled,
    )


def _change(judged: _Judged, change: str) -> ChangeVerdict:
    every = primaries(judged.rules)
    effects = [_effect(judged, change, metric) for metric in every]
    known = any(one.reason is not Reason.CHANGE_NOT_ESTIMABLE for one in effects)
    arms = judged.arms
    return ChangeVerdict(
        id=change,
        effects=tuple(one for one in effects if known or one.single),
        title=arms.titles.get(change, ""),
        commits=arms.commits.get(change, ()),
        estimable=known or change in arms.unpaid,
        why_not="" if known else _why_not(judged, change),
        parts=arms.groups.get(change, ()),
        inside=arms.inside.get(change, ""),
    )


def _why_not(judged: _Judged, change: str) -> str:
    reasons = [one for at, one in judged.why_not.items() if at[0] == change]
    return reasons[0] if reasons else "the mode has no primary metric"


def _effect(judged: _Judged, change: str, metric: Metric) -> ChangeEffect:
    found = judged.settled.get((change, metric.name)) or _found(judged, change, metric)
    return with_single(judged.rules, judged.arms, change, found)


def _found(judged: _Judged, change: str, metric: Metric) -> ChangeEffect:
    """What this look says of a change on a metric; crashes outdo values."""
    answer = judged.answers.get((change, metric.name))
    effect = answer.effect if answer else _unknown(judged, change, metric)
    if change not in judged.crashes:
        return effect
    state, reason = Ruling.BLOCK, Reason.MORE_FAILURES
    return dataclasses.replace(effect, state=state, reason=reason)


def _unknown(judged: _Judged, change: str, metric: Metric) -> ChangeEffect:
    case = judged.cases.get(change)
    return ChangeEffect(
        mode=judged.rules.mode.name,
        metric=metric.name,
        state=Ruling.UNDECIDED,
        reason=Reason.CHANGE_NOT_ESTIMABLE,
        failed=len(case.evidence.baseline.crashed) if case else 0,
    )


def _findings(judged: _Judged, proven: Ruling) -> list[Finding]:
    """What is new at this look; `proven` is the state of shown harm."""
    return [
        one for change in judged.arms.changes for one in _said(judged, change, proven)
    ]


def _said(judged: _Judged, change: str, proven: Ruling) -> list[Finding]:
    known = {**says.about(judged.arms, change), **judged.about}
    places = [(change, metric.name) for metric in primaries(judged.rules)]
    new = [at for at in places if at not in judged.settled]
    if change in judged.crashes:
        case, level = judged.cases[change], judged.crashes[change]
        return [says.of_crashes(case, change, known, level, proven)] if new else []
    losses = [judged.answers[at] for at in new if at in judged.answers]
    return [
        *(says.of_loss(one, known, proven) for one in losses if one.loss),
        *_unjudged(judged, change, known),
    ]


def _unjudged(judged: _Judged, change: str, known: Evidence) -> list[Finding]:
    """Why a change cannot be judged: once where nothing of it can be.

    What was only not paid for is not said here, but with the budget.
    """
    if change in judged.arms.unpaid:
        return []
    every = [(change, metric.name) for metric in primaries(judged.rules)]
    unjudged = [at for at in every if at in judged.why_not and at not in judged.settled]
    if len(unjudged) == len(every):
        why = _why_not(judged, change)
        return [says.of_none(judged.rules, change, known, why)]
    return [
        says.of_none(judged.rules, change, known, judged.why_not[at], at[1])
        for at in unjudged
    ]
