"""One climb while it goes on: each rung is run, and what it found is kept."""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.app.behaving import Prints, run_prints
from bot.app.course import Course, Reached, Standing, Watch
from bot.app.engine import Pulse, Tick, adopt, evaluate
from bot.app.foretelling import Trained, foresaid, remember_pairs, slower
from bot.app.ports import Store, StoredTrial
from bot.app.referencing import REFERENCES, measure_references
from bot.app.remembering import remember
from bot.app.rungs import Runner, as_trials, run_sanity, run_tests
from bot.app.spending import cost_of, of_whole, summed_cost, within
from bot.app.versioning import versioned
from bot.domain.arms import Reference
from bot.domain.exhibits import exhibit
from bot.domain.ladder import (
    Climbed,
    Planned,
    RungKind,
    lifted,
    summed,
    told_apart,
    trained,
    with_findings,
)
from bot.domain.trials import Trial
from bot.domain.verdict import Cost, Finding, Rung, Verdict
from bot.domain.verdict.lifting import lift, lift_mode, relaxed
from bot.presentation.words.ladder import rung_note
from workers.contract import FINISHED

Stored = Mapping[str, StoredTrial]


@dataclass(slots=True)
class _Ended:
    """A rung that has ended: what it found, its runs, what they cost."""

    climbed: Climbed
    trials: tuple[Trial, ...]
    cost: Cost


class Climb:
    """One climb, and the rungs that have ended by now."""

    def __init__(
        self, course: Course, store: Store, pulse: Pulse, watch: Watch
    ) -> None:
        self._course, self._store = course, store
        self._pulse, self._watch = pulse, watch
        self._started = pulse.now()
        self._ended: list[_Ended] = []
        self._trained: list[Trained] = []
        self._prints: Prints | None = None

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The rungs that have ended, without what somebody accepted of them."""
        accepted = self._course.accepted
        return tuple(self._left(one, accepted).rung for one in self._ended)

    def _left(self, one: _Ended, accepted: Collection[str]) -> Climbed:
        """A rung without what was accepted; findings are named as people see them."""
        return lifted(told_apart(self._course.ladder, one.climbed), accepted)

    def step(self, rung: Planned) -> None:
        """Run one rung to its end."""
        if not self._ended:
            self._pulse.takes_over(self._adopt)
        match rung.kind:
            case RungKind.TESTS | RungKind.SANITY:
                self._run(rung)
            case RungKind.FINGERPRINT:
                self._fingerprint(rung)
            case RungKind.TRAINING:
                self._train(rung)
            case _:
                assert_never(rung.kind)

    def _adopt(self) -> None:
        """What is under way of any stage goes on, however late its turn comes."""
        for plan in self._course.plans.values():
            adopt(plan, self._store, self._started, self._course.halve)

    def _run(self, rung: Planned) -> None:
        if rung.stage is None:  # pragma: no cover - only fingerprints have no stage
            raise AssertionError(rung)
        plan, since = self._course.first, self._pulse.now()
        runner = Runner(plan, self._store, self._pulse, self._seen(rung))
        judge = run_tests if rung.kind is RungKind.TESTS else run_sanity
        climbed = judge(runner, rung.stage)
        trials = as_trials(plan, runner.stored, runner.asked, self._started)
        self._keep(climbed, trials, cost_of(trials, self._pulse.now() - since))

    def _fingerprint(self, rung: Planned) -> None:
        course, since = self._course, self._pulse.now()
        outside = (self._store, self._pulse, self._seen(rung))
        self._prints = run_prints(course.probed, *outside, course.lines)
        stored = {one.key: one for one in self._prints.found.trials}
        trials = as_trials(course.probed, stored, {}, self._started)
        cost = cost_of(trials, self._pulse.now() - since)
        self._keep(self._prints.rung(), trials, cost)

    def _train(self, rung: Planned) -> None:
        course, done = self._course, self.rungs
        whole = course.begun(course.plans[rung.name])
        plan = within(whole, self._trials())

        def watch(tick: Tick) -> None:
            since = self._pulse.now() - self._started
            self._watch(Standing(course.ladder, done, rung, since, tick))

        outside = (self._store, self._pulse, watch)
        evaluated = evaluate(plan, *outside, course.halve)
        verdict = versioned(evaluated.verdict, plan, evaluated.trials)
        verdict = of_whole(verdict, whole.policy.budget, plan.policy.budget)
        exhibits, seen = exhibit(plan.modes, evaluated.trials)
        verdict = with_findings(verdict, seen)
        evaluated = dataclasses.replace(evaluated, verdict=verdict)
        remember(self._store, plan, course.subject, evaluated)
        climbed = trained(rung.name, verdict)
        self._keep(climbed, evaluated.trials, evaluated.cost)
        self._trained.append(Trained(plan, verdict, evaluated.trials, exhibits))
        self._look_back()

    def refer(self) -> None:
        """Measure what the policy's references reach, beside the last stage trained.

        Last of all, so that they are the first to go where the budget is short.
        """
        if not self._trained:
            return
        stage, ended, since = self._trained[-1], self._ended[-1], self._pulse.now()
        rung = Planned(REFERENCES, RungKind.TRAINING, stage.stage)
        runner = Runner(stage.plan, self._store, self._pulse, self._seen(rung))
        budget = self._course.plans[stage.stage.name].policy.budget
        told = measure_references(stage, budget, self._trials(), runner, self._started)
        cost = cost_of(told.trials, self._pulse.now() - since)
        self._trained[-1] = told.stage
        ended.climbed = trained(stage.stage.name, told.stage.verdict)
        ended.trials += told.trials
        ended.cost = summed_cost([ended.cost, cost])

    def _look_back(self) -> None:
        """What the first stage that trained says of fingerprints counts for their rung.

        A second one may be watched, for others that begin with it: it is not asked.
        """
        if self._prints is None or len(self._trained) > 1:
            return
        first, since = self._trained[0], self._pulse.now()
        self._prints.trained(first.plan, first.trials, first.verdict.modes)
        again = as_trials(first.plan, self._prints.repeated, {}, self._started)
        for one in self._ended:
            if one.climbed.rung.kind == RungKind.FINGERPRINT:
                one.climbed = self._prints.rung()
                one.trials += again
                cost = cost_of(again, self._pulse.now() - since)
                one.cost = summed_cost([one.cost, cost])

    def _seen(self, rung: Planned) -> Callable[[Stored], None]:
        """Tells whoever watches how many runs of a rung have ended."""
        ladder, done = self._course.ladder, self.rungs

        def watch(stored: Stored) -> None:
            ended = sum(one.state in FINISHED for one in stored.values())
            since = self._pulse.now() - self._started
            total = len(stored)
            self._watch(Standing(ladder, done, rung, since, None, ended, total))

        return watch

    def _keep(self, climbed: Climbed, trials: tuple[Trial, ...], cost: Cost) -> None:
        self._ended.append(_Ended(climbed, trials, cost))

    def _trials(self) -> tuple[Trial, ...]:
        return tuple(trial for one in self._ended for trial in one.trials)

    def reached(self) -> Reached:
        """The end of the climb."""
        course, store = self._course, self._store
        repository = course.subject.repository
        remember_pairs(store, repository, self._trained)
        top = self.rungs[-1].state if len(self.rungs) == len(course.ladder) else None
        beside = (*course.beside, *foresaid(store, repository, self._trained, top))
        whole = self._verdict(beside, ())
        accepted = course.accepted
        return Reached(
            verdict=self._verdict(beside, accepted) if accepted else whole,
            stages=tuple(one.stage for one in self.rungs),
            trials=self._trials(),
            cost=summed_cost([one.cost for one in self._ended]),
            trained=tuple(self._trained),
            lifted=lift(whole, accepted).lifted,
        )

    def _verdict(self, beside: Sequence[Finding], accepted: Collection[str]) -> Verdict:
        """The verdict over all rungs, without what was accepted."""
        climbed = [self._noted(one, accepted) for one in self._ended]
        kept = [relaxed(one, accepted) for one in beside]
        verdict = summed(self._course.ladder, climbed, kept)
        if self._prints is None or not self._trained:
            return verdict
        modes = self._prints.beside(verdict.modes)
        left = tuple(lift_mode(one, accepted) for one in modes)
        return dataclasses.replace(verdict, modes=left)

    def _noted(self, one: _Ended, accepted: Collection[str]) -> Climbed:
        """The rung with what it took; a stage says how much slower the next one is."""
        walls = _walls(one.trials)
        climbed = self._left(one, accepted)
        rung = climbed.rung
        names = [each.stage.name for each in self._trained]
        after = names.index(rung.stage) + 1 if rung.stage in names else len(names)
        note = rung_note(len(walls), sum(walls))
        if rung.kind == RungKind.TRAINING and after < len(names):
            earlier, later = self._trained[after - 1], self._trained[after]
            factor = slower(earlier, later)
            note = rung_note(len(walls), sum(walls), (later.stage.name, factor))
        rung = dataclasses.replace(rung, note=note)
        return dataclasses.replace(climbed, rung=rung)


def _walls(trials: Sequence[Trial]) -> list[float]:
    """Seconds of each run; one that serves several arms counts once.

    Runs of references stand elsewhere.
    """
    arms = (one for one in trials if not isinstance(one.arm, Reference))
    ended = {one.key: one.result for one in arms if one.result}
    return [result.wall_s for result in ended.values()]
