"""The engine: gathers facts, asks the heart, stores the step, until there is a verdict.

It never runs a trial and never waits on its own: trials are run by a dispatcher that
shares the store, and `Pulse` waits. A crash anywhere is repaired by calling it again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.app.ports import ChangeSource, EvaluationStore, StoredTrial
from bot.domain.evaluation import Distrust, Facts, Step, next_step
from bot.domain.plan import Plan, Slot, reachable, spec_of
from bot.domain.plan.references import asked_references
from bot.domain.trials import Trial
from bot.domain.verdict import Cost, Finding, ModeVerdict, Verdict
from workers.contract import FINISHED, TERMINAL, TrialSpec, TrialState


class Pulse(Protocol):
    """The engine's heartbeat."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    def takes_over(self, adopt: Callable[[], None]) -> None:
        """Have `adopt` want what is under way of what is to be trained.

        It is called at once; and again where others have left trials behind, when what
        waits of those begins no more and before what runs of them is withdrawn: more
        may have begun meanwhile.
        """
        ...

    def wait(self) -> None:
        """Wait until it is worth looking again.

        Raises `MachineryFault` if nobody serves the store's trials any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tick:
    """Where an evaluation stands, for whoever watches."""

    plan: Plan
    trials: tuple[Trial, ...]
    modes: tuple[ModeVerdict, ...]
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A finished evaluation: the verdict, every trial that it has, what it cost."""

    verdict: Verdict
    trials: tuple[Trial, ...]
    cost: Cost


Halve = Callable[[Plan, str], Plan]
"""The plan with the halves of a group of changes, by `Plan.halved`; deterministic."""


def halving(
    changes: ChangeSource, completed: Callable[[Plan], Plan] = lambda plan: plan
) -> Halve:
    """Halves from where the changes come from.

    `completed` gives the arms of the new changes what else they need before they are
    trained, such as the trees of a metric version.
    """
    return lambda plan, group: completed(plan.halved(group, changes.halved(group)))


def unhalved(plan: Plan, group: str) -> Plan:
    """The plan where nobody can halve a group: its own answer is all there is."""
    return plan.halved(group, ())


def evaluate(
    plan: Plan,
    store: EvaluationStore,
    pulse: Pulse,
    watch: Callable[[Tick], None],
    halve: Halve = unhalved,
) -> Evaluated:
    """Run one evaluation to its verdict, reusing every finished trial in the store.

    Groups of changes are halved as the trials ask for it: the same stored trials lead
    to the same halves.
    """
    run = _Run(plan, store, pulse.now())
    while True:
        facts = run.facts()
        step = run.step(facts)
        if step.distrust or step.refine:
            run.pass_over(step.distrust)
            run.refine(step.refine, halve)
            continue
        elapsed = pulse.now() - run.started
        trials = tuple(facts.trials.values())
        watch(Tick(facts.plan, trials, step.modes, elapsed))
        if step.verdict is not None:
            return Evaluated(step.verdict, trials, run.cost(trials, elapsed))
        pulse.wait()


def adopt(
    plan: Plan, store: EvaluationStore, now: float, halve: Halve = unhalved
) -> None:
    """Want what has started of the plan's trials, and has not ended; nothing is begun.

    Whoever has them run may end while the plan waits for something else, such as
    fingerprints or an earlier look: they would be withdrawn, and paid for once more in
    their turn. One that is only queued costs nothing by then, and may never be needed.
    """
    run = _Run(plan, store, now)
    step = next_step(run.facts())
    while step.distrust or step.refine:
        run.pass_over(step.distrust)
        run.refine(step.refine, halve)
        step = next_step(run.facts())
    wanted = {one.key: one for one in run.specs}
    wanted |= {
        one.key: one for all_of in asked_references(plan) for one in all_of.specs
    }
    stored = store.find([*wanted])
    over = {*TERMINAL, TrialState.QUEUED}
    started = [wanted[key] for key, one in stored.items() if one.state not in over]
    if started:
        store.want(plan.evaluation, started)


class _Run:
    """One run of the command over an evaluation: which key serves which slot."""

    def __init__(self, plan: Plan, store: EvaluationStore, started: float) -> None:
        self.started = started
        self._plan = plan
        self._store = store
        self._specs = _resolve(plan, store, started)
        self._asked: set[str] = set()
        self._doubts: dict[str | None, Finding] = {}
        self._finished: dict[str, StoredTrial] = {}
        self._last: tuple[tuple[tuple[Slot, TrialState], ...], Step] | None = None

    @property
    def specs(self) -> Collection[TrialSpec]:
        """The trials that may serve by now."""
        return self._specs.values()

    def facts(self) -> Facts:
        """Every stored trial of the plan, in dispatch order."""
        stored = self._stored()
        trials = {
            slot: self._trial(slot, spec, stored[spec.key])
            for slot, spec in self._specs.items()
            if spec.key in stored and self._counts(stored[spec.key])
        }
        return Facts(self._plan, trials, tuple(self._doubts.values()))

    def _stored(self) -> dict[str, StoredTrial]:
        """All stored trials of the plan; what has finished is not read again."""
        keys = [spec.key for spec in self._specs.values()]
        found = self._store.find([key for key in keys if key not in self._finished])
        finished = {k: one for k, one in found.items() if one.state in FINISHED}
        self._finished |= finished
        return {**found, **self._finished}

    def _counts(self, stored: StoredTrial) -> bool:
        """What an earlier run lost or cancelled is as if it had never been tried."""
        if stored.state in FINISHED or stored.key in self._asked:
            return True
        return stored.state not in TERMINAL

    def _trial(self, slot: Slot, spec: TrialSpec, stored: StoredTrial) -> Trial:
        finished_at, begun_at = stored.finished_at, self._plan.knowledge.begun_at
        return Trial(
            key=spec.key,
            arm=slot.arm,
            mode=slot.mode,
            stage=spec.stage,
            seed=spec.seed,
            position=slot.position,
            state=stored.state,
            attempt=stored.attempt,
            result=stored.result,
            progress=stored.progress,
            cached=finished_at is not None and finished_at < self.started,
            shared=stored.evaluation != self._plan.evaluation,
            since=finished_at is not None and 0.0 < begun_at <= finished_at,
            spec=spec,
        )

    def step(self, facts: Facts) -> Step:
        """The next step, performed; while no trial has moved on it is the last one."""
        states = tuple((slot, one.state) for slot, one in facts.trials.items())
        if self._last is None or self._last[0] != states:
            self._last = states, next_step(facts)
            self._asked -= self._withdrawn(facts, self._last[1])
            self._perform(self._last[1])
        return self._last[1]

    def pass_over(self, doubts: Iterable[Distrust]) -> None:
        """Give slots whose stored trials must not serve the next replicates of them.

        One that is stored too is held against the fresh trials in its turn. An arm with
        the same trials as the baseline gets the same replicates.
        """
        for doubt in doubts:
            self._doubts.setdefault(doubt.finding.mode, doubt.finding)
            keys = {self._specs[slot].key for slot in doubt.slots}
            for slot, spec in self._specs.items():
                if spec.key in keys:
                    self._specs[slot] = spec_of(self._plan, slot, spec.replicate + 1)
        self._last = None

    def refine(self, groups: Iterable[str], halve: Halve) -> None:
        """Go on with the halves of groups, whose trials may be stored already."""
        for group in groups:
            self._plan = halve(self._plan, group)
        self._specs |= _resolve(self._plan, self._store, self.started, self._specs)
        self._last = None

    def _withdrawn(self, facts: Facts, step: Step) -> set[str]:
        """Wanted trials that somebody else cancelled: they are asked for anew."""
        trials = (facts.trials.get(slot) for slot in step.wanted)
        return {one.key for one in trials if one and one.state is TrialState.CANCELLED}

    def _perform(self, step: Step) -> None:
        """Store the step: first what is withdrawn, then what is wanted.

        Slots with equal trees share a trial, which is wanted once.
        """
        wanted = {self._specs[slot].key: self._specs[slot] for slot in step.wanted}
        self._cancel(step.cancel)
        fresh = [spec for key, spec in wanted.items() if key not in self._asked]
        if fresh:
            self._store.want(self._plan.evaluation, fresh)
            self._asked |= {spec.key for spec in fresh}

    def _cancel(self, slots: Iterable[Slot]) -> None:
        keys = list(dict.fromkeys(self._specs[slot].key for slot in slots))
        if keys:
            self._store.cancel(self._plan.evaluation, keys)

    def cost(self, trials: tuple[Trial, ...], elapsed_s: float) -> Cost:
        """What this run of the command spent, and what it was spared."""
        once = {trial.key: trial for trial in trials}.values()
        ended = [trial for trial in once if trial.finished]
        ran = [trial for trial in ended if not trial.cached]
        open_ones = [trial for trial in once if not trial.finished]
        started = [one for one in open_ones if one.state is not TrialState.QUEUED]
        return Cost(
            trials_run=len(ran),
            trials_reused=len(ended) - len(ran),
            trials_cancelled=len(started),
            elapsed_s=elapsed_s,
            cpu_hours=sum(_hours(trial, "cpus") for trial in ran),
            gpu_hours=sum(_hours(trial, "gpus") for trial in ran),
        )


def _hours(trial: Trial, what: str) -> float:
    if trial.result is None or trial.spec is None:
        return 0.0
    resources = trial.spec.resources
    amount = resources.cpus if what == "cpus" else resources.gpus
    return trial.result.wall_s * amount / 3600


def _resolve(
    plan: Plan,
    store: EvaluationStore,
    now: float,
    known: Collection[Slot] = (),
) -> dict[Slot, TrialSpec]:
    """The trial behind every slot that the plan can reach, but those `known` already.

    A stored result that was older than the policy allows when the comparison began, or
    than the last drift of the baseline, and that another evaluation asked for, is
    passed over: the slot gets the next replicate of the same trial. However late an
    order comes, it finds the trials that were judged.
    """
    slots = [slot for mode in plan.modes for slot in reachable(plan, mode)]
    specs = {slot: spec_of(plan, slot) for slot in slots if slot not in known}
    stale = list(specs)
    while stale:
        stored = store.find([specs[slot].key for slot in stale])
        found = {slot: stored.get(specs[slot].key) for slot in stale}
        stale = [slot for slot, one in found.items() if _too_old(plan, one, now)]
        for slot in stale:
            specs[slot] = spec_of(plan, slot, specs[slot].replicate + 1)
    return specs


def _too_old(plan: Plan, stored: StoredTrial | None, now: float) -> bool:
    if stored is None or stored.finished_at is None:
        return False
    if stored.evaluation == plan.evaluation:
        return False
    moved = plan.knowledge.fresh_from.get(stored.spec.mode, 0.0)
    began = plan.knowledge.begun_at or now
    oldest = max(moved, began - plan.policy.baseline.max_age_s)
    return stored.finished_at < oldest
