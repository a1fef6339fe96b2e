"""Fingerprints of all modes: base and branch run for a few steps, then who did it.

Runs go through the store like all trials. First the base and the branch of every mode;
both again only where they differ, because two runs that agree bit for bit prove
repeatability already; then, for modes that changed and are no targets, the branch
without each change, and at last each change alone.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.engine import Pulse
from bot.app.ports import EvaluationStore, StoredTrial
from bot.app.running import Watch, run_all
from bot.domain.arms import Arm, Baseline, Branch, Only, Without
from bot.domain.changes import ChangedLines
from bot.domain.invasiveness import (
    Design,
    Equivalences,
    Judged,
    Terms,
    blame,
    compare,
    equivalences,
    judge,
    left_out,
    settled,
    taken_alone,
    targets_of,
)
from bot.domain.plan import Plan, rulebook
from bot.domain.plan.probing import fingerprint_spec, line_count, watched_lines
from bot.domain.verdict import Behaviour, Fingerprint, ModeVerdict
from workers.contract import Infra, InfraReason, TrialResult, TrialSpec

_NOTHING = TrialResult(Infra(InfraReason.AGENT, "No result was stored."))


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """How each mode of the plan behaves, and the runs that showed it."""

    behaviours: Mapping[str, Behaviour]
    trials: tuple[StoredTrial, ...]


def fingerprint(
    plan: Plan,
    store: EvaluationStore,
    pulse: Pulse,
    watch: Watch,
    lines: Sequence[ChangedLines] = (),
) -> Fingerprinted:
    """Fingerprint every mode of the plan; `lines` are those that the arms differ in.

    A run that our machinery lost makes its mode UNKNOWN. Raises what `pulse` raises.
    """
    run = _Run(plan, store, pulse, watch, lines)
    run.arms()
    run.again()
    run.blame()
    return Fingerprinted(run.behaviours, tuple(run.stored.values()))


class _Run:
    """The rounds of one call: what was run, and what it says by now."""

    def __init__(
        self,
        plan: Plan,
        store: EvaluationStore,
        pulse: Pulse,
        watch: Watch,
        lines: Sequence[ChangedLines],
    ) -> None:
        self.stored: dict[str, StoredTrial] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self._plan, self._store = plan, store
        self._pulse, self._watch, self._lines = pulse, watch, lines
        self._modes = [mode.name for mode in plan.modes]
        self._first = {mode: self._spec(mode, Baseline()) for mode in self._modes}
        self._branch = {mode: self._spec(mode, Branch()) for mode in self._modes}
        self._second: dict[str, TrialSpec] = {}
        self._once_more: dict[str, TrialSpec] = {}

    def _spec(self, mode: str, arm: Arm) -> TrialSpec:
        lines = watched_lines(self._lines, arm)
        return fingerprint_spec(self._plan, mode, arm, lines=lines)

    def arms(self) -> None:
        """Base and branch of every mode, side by side."""
        pairs = zip(self._first.values(), self._branch.values(), strict=True)
        self._run(spec for pair in pairs for spec in pair)

    def again(self) -> None:
        """Both a second time where that can tell more; then the behaviours."""
        for mode in self._modes:
            if not settled(self._result(self._first[mode]), self._branched(mode)):
                self._second[mode] = self._another(mode)
                self._once_more[mode] = self._spec_again(mode)
        self._run([*self._second.values(), *self._once_more.values()])
        for mode in self._modes:
            again = self._once_more.get(mode)
            seen = self._compared(self._branch, mode, again)
            self.behaviours[mode] = self._counted(seen)

    def _spec_again(self, mode: str) -> TrialSpec:
        return fingerprint_spec(self._plan, mode, Branch(), repeat=1)

    def _another(self, mode: str) -> TrialSpec:
        """A second run of the base: a stored one serves beside a fresh first one.

        Two old ones would tell nothing of this machine as it is now.
        """
        first = self._first[mode]
        own = self.stored[first.key].evaluation == self._plan.evaluation
        repeat = 0 if first.probe and first.probe.lines else 1
        spec = fingerprint_spec(self._plan, mode, Baseline(), repeat=repeat)
        while not own and self._is_old(spec):
            repeat += 1
            spec = fingerprint_spec(self._plan, mode, Baseline(), repeat=repeat)
        return spec

    def _is_old(self, spec: TrialSpec) -> bool:
        found = self._store.find([spec.key]).get(spec.key)
        return found is not None and found.evaluation != self._plan.evaluation

    def blame(self) -> None:
        """Who changed each mode; of targets only where one change alone can have."""
        targets = targets_of(self.behaviours, self._plan.targeted)
        changes = self._plan.first_cut
        touched = [m for m, seen in self.behaviours.items() if _changed(seen)]
        suspects = [mode for mode in touched if mode not in targets]
        without = self._compared_arms(
            {m: [Without(one) for one in left_out(changes)] for m in suspects}
        )
        alone = self._compared_arms(
            {
                m: [Only(one) for one in taken_alone(changes, without[m])]
                for m in without
            }
        )
        for mode in touched:
            found = blame(changes, without.get(mode, {}), alone.get(mode, {}))
            self.behaviours[mode] = dataclasses.replace(
                self.behaviours[mode],
                changed_by=found.changes,
                why=found.why if mode in suspects else "",
            )

    def _compared_arms(
        self, arms: Mapping[str, Sequence[Without | Only]]
    ) -> dict[str, dict[str, Behaviour]]:
        """The behaviours of these modes on the trees of these arms, by change."""
        specs = {
            (mode, arm.change): fingerprint_spec(self._plan, mode, arm)
            for mode, many in arms.items()
            for arm in many
        }
        self._run(specs.values())
        found: dict[str, dict[str, Behaviour]] = {mode: {} for mode in arms}
        for (mode, change), spec in specs.items():
            found[mode][change] = self._compared({mode: spec}, mode)
        return found

    def _run(self, specs: Iterable[TrialSpec]) -> None:
        run = (self._store, self._pulse, self._watch)
        self.stored |= run_all(self._plan.evaluation, list(specs), *run)

    def _compared(
        self,
        arm: Mapping[str, TrialSpec],
        mode: str,
        once_more: TrialSpec | None = None,
    ) -> Behaviour:
        """An arm against the base that was run twice, if it was."""
        second = self._second.get(mode)
        return compare(
            self._result(self._first[mode]),
            self._result(second) if second else None,
            self._result(arm[mode]),
            self._result(once_more) if once_more else None,
        )

    def _counted(self, behaviour: Behaviour) -> Behaviour:
        """The behaviour with how many lines there are; none where none was watched."""
        total = line_count(self._lines)
        if total and behaviour.executed is not None:
            return dataclasses.replace(behaviour, changed_lines=total)
        return dataclasses.replace(behaviour, executed=None)

    def _branched(self, mode: str) -> TrialResult:
        return self._result(self._branch[mode])

    def _result(self, spec: TrialSpec) -> TrialResult:
        return self.stored[spec.key].result or _NOTHING


def _changed(behaviour: Behaviour) -> bool:
    return behaviour.fingerprint is Fingerprint.CHANGED


def judge_behaviours(
    plan: Plan,
    modes: Mapping[str, Behaviour],
    equivalence: Equivalences | None = None,
) -> Judged:
    """Targets and findings of a plan; `equivalence` is None before trials are judged.

    To be called again after a training stage, with the behaviours that `late` made of
    the same ones and what `equivalence_of` says.
    """
    titles = {one.id: one.change.title for one in plan.changes}
    terms = Terms(plan.targeted, plan.policy.invasive, titles)
    return judge(modes, terms, equivalence)


def equivalence_of(plan: Plan, verdicts: Iterable[ModeVerdict]) -> Equivalences:
    """What the judged modes of a training stage say of equivalence within tolerance."""
    judged = {one.name: one for one in verdicts}
    found = {}
    for mode in plan.modes:
        if mode.name in judged:
            rules = rulebook(plan, mode)
            design = Design(rules.looks, rules.decision, rules.choice)
            found[mode.name] = equivalences(rules.mode, judged[mode.name], design)
    return found
