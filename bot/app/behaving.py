"""The rung of fingerprints, and what whole trials say of it afterwards."""

from collections.abc import Callable, Mapping, Sequence

from bot.app.engine import Pulse
from bot.app.fingerprinting import (
    Fingerprinted,
    equivalence_of,
    fingerprint,
    judge_behaviours,
)
from bot.app.ports import EvaluationStore, StoredTrial
from bot.app.running import Watch, run_all
from bot.domain.changes import ChangedLines
from bot.domain.invasiveness import confirmed, to_repeat, with_late
from bot.domain.ladder import Climbed, behaving, fingerprinted
from bot.domain.plan import Plan
from bot.domain.plan.probing import repeated_spec
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict
from workers.contract import TrialResult, TrialSpec

Run = Callable[[Sequence[TrialSpec]], Mapping[str, StoredTrial]]
"""Runs trials to their ends; what is stored of each, by key."""


class Prints:
    """How the modes of a plan behave, as far as it is known by now."""

    def __init__(self, plan: Plan, found: Fingerprinted, run: Run) -> None:
        """Judged on the first steps alone; `run` runs further trials to their ends."""
        self.found = found
        self.repeated: Mapping[str, StoredTrial] = {}
        self._run = run
        self._plan = plan
        self._judged = judge_behaviours(plan, found.behaviours)

    def rung(self) -> Climbed:
        """The rung by what is known now."""
        judged = self._judged
        return fingerprinted(judged.behaviours, judged.findings, judged.targets)

    def trained(
        self, plan: Plan, trials: Sequence[Trial], modes: Sequence[ModeVerdict]
    ) -> None:
        """Judge again, with what was seen beside the trials of a stage by this plan.

        They may show later steps that differ, and modes that changed to be equivalent.
        """
        changes = [one.id for one in self._plan.first_cut]
        early = self.found.behaviours
        late = with_late(early, trials, changes)
        again = self._again(plan, to_repeat(late, trials))
        late = confirmed(early, late, trials, again)
        alike = equivalence_of(plan, modes)
        self._judged = judge_behaviours(self._plan, late, alike)

    def _again(
        self, plan: Plan, places: Mapping[str, int]
    ) -> Mapping[str, TrialResult | None]:
        """One trial of the base once more for each mode: it may not repeat itself."""
        specs = {
            mode: repeated_spec(plan, mode, place) for mode, place in places.items()
        }
        if not specs:
            return {}
        self.repeated = self._run(list(specs.values()))
        return {mode: self.repeated[one.key].result for mode, one in specs.items()}

    def beside(self, modes: Sequence[ModeVerdict]) -> tuple[ModeVerdict, ...]:
        """Modes that were judged on their metrics, with how they behave."""
        judged = self._judged
        return behaving(modes, judged.behaviours, judged.findings, judged.targets)


def run_prints(
    plan: Plan,
    store: EvaluationStore,
    pulse: Pulse,
    watch: Watch,
    lines: Sequence[ChangedLines],
) -> Prints:
    """Fingerprint every mode of the plan."""

    def run(specs: Sequence[TrialSpec]) -> Mapping[str, StoredTrial]:
        return run_all(plan.evaluation, specs, store, pulse, watch)

    return Prints(plan, fingerprint(plan, store, pulse, watch, lines), run)
