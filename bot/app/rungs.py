"""Rungs that judge no metric: their runs go through the store like all trials."""

from collections.abc import Iterable, Mapping, Sequence

from bot.app.engine import Pulse
from bot.app.ports import EvaluationStore, StoredTrial
from bot.app.running import Watch, run_all
from bot.domain.arms import Arm, Baseline, Branch, parse
from bot.domain.ladder import (
    Climbed,
    SanityRun,
    asks_seed_again,
    judge_sanity,
    judge_tests,
)
from bot.domain.plan import Plan
from bot.domain.plan.rungs import own_tests_spec, sanity_spec
from bot.domain.policy import Mode, Seeding, Stage
from bot.domain.trials import Trial
from workers.contract import TrialResult, TrialSpec


class Runner:
    """Runs what a rung asks for; `asked` and `stored` hold all of it so far, by key."""

    def __init__(
        self, plan: Plan, store: EvaluationStore, pulse: Pulse, watch: Watch
    ) -> None:
        """Nothing is asked for yet; `watch` sees all runs of the rung at each look."""
        self.plan = plan
        self.stored: dict[str, StoredTrial] = {}
        self.asked: dict[str, TrialSpec] = {}
        self._store, self._pulse, self._watch = store, pulse, watch

    def run(self, specs: Iterable[TrialSpec]) -> None:
        """Run these to their ends, or find that they were run."""
        before = dict(self.stored)

        def watch(stored: Mapping[str, StoredTrial]) -> None:
            self._watch({**before, **stored})

        fresh, evaluation = list(specs), self.plan.evaluation
        self.asked |= {spec.key: spec for spec in fresh}
        self.stored |= run_all(evaluation, fresh, self._store, self._pulse, watch)

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        """What is stored by now, whoever asked for it."""
        return self._store.find(keys)

    def result(self, spec: TrialSpec) -> TrialResult:
        """How a run ended; it must have been asked for."""
        result = self.stored[spec.key].result
        if result is None:  # pragma: no cover - `run_all` waits for every end
            raise AssertionError(spec.key)
        return result


def run_tests(runner: Runner, stage: Stage) -> Climbed:
    """The repository's own tests, once on the branch and once on the base."""
    base, branch = (
        own_tests_spec(runner.plan, stage, arm) for arm in (Baseline(), Branch())
    )
    runner.run([base, branch])
    return judge_tests(stage.name, runner.result(branch), runner.result(base))


def run_sanity(runner: Runner, stage: Stage) -> Climbed:
    """Sanity of the network in every mode: base and branch, the branch with two seeds.

    The base runs with the second seed only where the seed has no effect on the branch.
    """
    rung = _Sanity(runner, stage)
    modes = runner.plan.modes
    seeds = {Seeding.SHARED: (0, 1), Seeding.NONE: (0,)}
    first = [(mode, Baseline(), 0) for mode in modes]
    twice = [(mode, Branch(), n) for mode in modes for n in seeds[mode.seeding]]
    rung.run([*first, *twice])
    branch = {mode.name: rung.runs(mode, Branch()) for mode in modes}
    again = [mode for mode in modes if asks_seed_again(mode, branch[mode.name])]
    rung.run([(mode, Baseline(), 1) for mode in again])
    baseline = {mode.name: rung.runs(mode, Baseline()) for mode in modes}
    return judge_sanity(stage.name, modes, branch, baseline)


class _Sanity:
    """The sanity runs of one rung, by mode, arm and which seed."""

    def __init__(self, runner: Runner, stage: Stage) -> None:
        self._runner, self._stage = runner, stage
        self._specs: dict[tuple[str, Arm, int], TrialSpec] = {}

    def run(self, asked: Sequence[tuple[Mode, Arm, int]]) -> None:
        """Run these to their ends."""
        plan, stage = self._runner.plan, self._stage
        specs = {
            (mode.name, arm, which): sanity_spec(plan, stage, mode, arm, which)
            for mode, arm, which in asked
        }
        self._runner.run(specs.values())
        self._specs |= specs

    def runs(self, mode: Mode, arm: Arm) -> tuple[SanityRun, ...]:
        """The runs of one arm, by seed."""
        return tuple(
            SanityRun(spec.seed, self._runner.result(spec))
            for (name, of, _), spec in self._specs.items()
            if name == mode.name and of == arm
        )


def as_trials(
    plan: Plan,
    stored: Mapping[str, StoredTrial],
    asked: Mapping[str, TrialSpec],
    started: float,
) -> tuple[Trial, ...]:
    """Stored runs as the report shows them; `started` is when the command did.

    `asked` says which arm a run is of here: it may be that of another one elsewhere.
    Each is the first of its arm, for it has no place in an order of dispatch.
    """
    return tuple(
        Trial(
            key=key,
            arm=parse(asked.get(key, one.spec).arm) or Branch(),
            mode=one.spec.mode,
            stage=one.spec.stage,
            seed=one.spec.seed,
            position=0,
            state=one.state,
            attempt=one.attempt,
            result=one.result,
            progress=one.progress,
            cached=one.finished_at is not None and one.finished_at < started,
            shared=one.evaluation != plan.evaluation,
            spec=one.spec,
        )
        for key, one in stored.items()
    )
