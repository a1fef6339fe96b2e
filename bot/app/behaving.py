"""The rung of fingerprints, and what whole trials say of it afterwards."""

from collections.abc import Sequence

from bot.app.engine import Pulse
from bot.app.fingerprinting import (
    Fingerprinted,
    equivalence_of,
    fingerprint,
    judge_behaviours,
)
from bot.app.ports import EvaluationStore
from bot.app.running import Watch
from bot.domain.changes import ChangedLines
from bot.domain.invasiveness import with_late
from bot.domain.ladder import Climbed, behaving, fingerprinted
from bot.domain.plan import Plan
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict


class Prints:
    """How the modes of a plan behave, as far as it is known by now."""

    def __init__(self, plan: Plan, found: Fingerprinted) -> None:
        """Judged on the first steps alone."""
        self.found = found
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
        late = with_late(self.found.behaviours, trials, changes)
        alike = equivalence_of(plan, modes)
        self._judged = judge_behaviours(self._plan, late, alike)

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
    return Prints(plan, fingerprint(plan, store, pulse, watch, lines))
