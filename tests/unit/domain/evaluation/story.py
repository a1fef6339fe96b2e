"""An evaluation carried to its verdict by `next_step` alone, with trials on paper."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping

from bot.domain.arms import Arm, label
from bot.domain.evaluation import Facts, Step, next_step
from bot.domain.plan import Slot, reachable, seed_at, tree_of
from bot.domain.policy import Policy
from bot.domain.trials import Trial
from bot.domain.verdict import ChangeEffect, ChangeVerdict, Finding, Reason, Verdict
from tests.fakes.branches import Branch, planned, value
from workers.contract import (
    Failed,
    FailureReason,
    Infra,
    InfraReason,
    Ok,
    TrialResult,
    TrialState,
)

BROKE = TrialResult(Failed(FailureReason.EXCEPTION, "RuntimeError: it broke"))


def never(slot: Slot) -> bool:
    """Whether nothing happens to this trial: nothing ever does."""
    return False


class Story:
    """One evaluation; `effects` are what each change gains, in loss, by mode or in all.

    `broken` and `lost` say which trials crash, and which our machinery loses.
    """

    gone = TrialResult(Infra(InfraReason.NODE_LOST, "The disk is full."))

    def __init__(
        self,
        branch: Branch,
        effects: Mapping[str, float],
        rules: Policy | None = None,
        *,
        sd: float = 0.02,
        broken: Callable[[Slot], bool] = never,
        lost: Callable[[Slot], bool] = never,
        **changes: object,
    ) -> None:
        self.branch = branch
        self.plan = planned(branch, rules, **changes)
        self.effects, self.sd = effects, sd
        self.broken, self.lost = broken, lost
        self.results: dict[str, Trial] = {}
        self.steps: list[Step] = []

    def facts(self) -> Facts:
        """All that has ended or runs; arms with equal trees share their trials."""
        slots = [s for one in self.plan.modes for s in reachable(self.plan, one)]
        found = {slot: self.results.get(self._key(slot)) for slot in slots}
        trials = {
            slot: dataclasses.replace(trial, arm=slot.arm)
            for slot, trial in found.items()
            if trial
        }
        return Facts(self.plan, trials)

    def step(self) -> Step:
        """The next step; the plan grows where it asks for that."""
        step = next_step(self.facts())
        self.steps.append(step)
        for group in step.refine:
            self.plan = self.plan.halved(group, self.branch.halved(group))
        return step

    def run(self, slots: tuple[Slot, ...]) -> None:
        """These trials end."""
        for slot in slots:
            self.results[self._key(slot)] = self._ended(slot)

    def start(self, slots: tuple[Slot, ...]) -> None:
        """These trials run."""
        for slot in slots:
            trial = self._ended(slot)
            trial = dataclasses.replace(trial, state=TrialState.RUNNING, result=None)
            self.results.setdefault(self._key(slot), trial)

    def until(self, holds: Callable[[Step], bool]) -> Step:
        """Go on until a step is like that; it is not performed."""
        for _ in range(200):
            step = self.step()
            if holds(step):
                return step
            self.run(step.wanted)
        raise AssertionError("The evaluation does not end.")

    def end(self) -> Verdict:
        """Go on to the verdict."""
        verdict = self.until(lambda step: step.verdict is not None).verdict
        assert verdict is not None
        return verdict

    def _key(self, slot: Slot) -> str:
        return f"{slot.mode}|{tree_of(self.plan, slot.arm)}|{slot.position}"

    def _ended(self, slot: Slot) -> Trial:
        result, state = self._result(slot)
        return Trial(
            key=self._key(slot),
            arm=slot.arm,
            mode=slot.mode,
            stage="fast",
            seed=seed_at(self.plan, slot.position),
            position=slot.position,
            state=state,
            result=result,
        )

    def _result(self, slot: Slot) -> tuple[TrialResult, TrialState]:
        if self.lost(slot):
            return self.gone, TrialState.INFRA
        if self.broken(slot):
            return BROKE, TrialState.FAILED
        return self.shown(slot), TrialState.OK

    def shown(self, slot: Slot) -> TrialResult:
        """How a trial ends well."""
        return TrialResult(Ok(), self.metrics(slot))

    def metrics(self, slot: Slot) -> Mapping[str, float]:
        """What the trial shows: the loss of its tree."""
        tree = tree_of(self.plan, slot.arm)
        seed = seed_at(self.plan, slot.position)
        return {"loss": value(tree, seed, self.effects, self.sd)}

    @property
    def cost(self) -> Counter[str]:
        """How many trials each arm was first asked for."""
        return Counter(label(one.arm) for one in self.results.values())

    def ran(self, arm: Arm) -> int:
        """How many trials of an arm ended, its own or shared ones."""
        return sum(slot.arm == arm for slot in self.facts().trials)


def of(verdict: Verdict, reason: Reason) -> list[Finding]:
    """The findings with that reason."""
    return [one for one in verdict.findings if one.reason is reason]


def change(verdict: Verdict, name: str) -> ChangeVerdict:
    """The verdict on one change."""
    return next(one for one in verdict.changes if one.id == name)


def effect(verdict: Verdict, name: str) -> ChangeEffect:
    """Its effect on the first metric."""
    return change(verdict, name).effects[0]
