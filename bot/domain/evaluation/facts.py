"""What is known of an evaluation, what follows from it, and the arms as evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.arms import Arm, Branch
from bot.domain.judgement import ArmEvidence, Evidence, needs_baseline
from bot.domain.plan import Plan, Slot
from bot.domain.policy import Mode, Seeding
from bot.domain.trials import Observation, Trial, observe
from bot.domain.verdict import Finding, ModeVerdict, Verdict
from workers.contract import TERMINAL, Infra, TrialState

Trials = Mapping[Slot, Trial]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known: the plan, and every trial that the store has for it.

    `distrusted` says why stored trials were passed over and run anew.
    """

    plan: Plan
    trials: Trials
    distrusted: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Distrust:
    """Stored trials that must not serve: their slots are run anew, and why."""

    slots: tuple[Slot, ...]
    finding: Finding


@dataclass(frozen=True, slots=True)
class Step:
    """What to do: trials to want (in order), trials to withdraw, and the answer so far.

    `distrust` comes first: its slots need other trials before anything is judged. Then
    `refine`: groups of changes whose halves are to be judged; the plan must grow by
    them. `verdict` is None while trials are still needed.
    """

    wanted: tuple[Slot, ...]
    cancel: tuple[Slot, ...]
    modes: tuple[ModeVerdict, ...]
    verdict: Verdict | None
    distrust: tuple[Distrust, ...] = ()
    refine: tuple[str, ...] = ()


def evidence(trials: Trials, mode: Mode, against: Arm, n: int) -> Evidence | None:
    """The first n trials of the branch and of the arm that it is held `against`.

    None while one of them has no result.
    """
    branch = _arm(trials, (Slot(mode.name, Branch(), i) for i in range(n)))
    if branch is None:
        return None
    if not needs_baseline(mode):
        return Evidence(ArmEvidence(), branch, paired=False)
    baseline = _arm(trials, (Slot(mode.name, against, i) for i in range(n)))
    if baseline is None:
        return None
    return Evidence(baseline, branch, paired=mode.seeding is Seeding.SHARED)


def _arm(trials: Trials, slots: Iterable[Slot]) -> ArmEvidence | None:
    seen: list[Observation] = []
    for slot in slots:
        trial = trials.get(slot)
        observation = observe(trial) if trial else None
        if observation is None:
            return None
        seen.append(observation)
    return ArmEvidence(tuple(seen))


@dataclass(frozen=True, slots=True)
class Row:
    """The first `n` places of one arm in one mode."""

    mode: str
    arm: Arm
    n: int

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The places in dispatch order."""
        return tuple(Slot(self.mode, self.arm, position) for position in range(self.n))


def shown(facts: Facts, row: Row) -> tuple[Observation, ...]:
    """What the trials of these places showed, as far as they have ended."""
    trials = (facts.trials.get(slot) for slot in row.slots)
    seen = (observe(trial) for trial in trials if trial)
    return tuple(one for one in seen if one is not None)


def missing(facts: Facts, row: Row) -> tuple[Slot, ...]:
    """The places whose trials have not ended with a result."""
    trials = facts.trials
    return tuple(
        slot
        for slot in row.slots
        if not ((trial := trials.get(slot)) and trial.finished)
    )


def gone(facts: Facts, row: Row) -> tuple[str, ...]:
    """What took each trial of these places that our machinery lost for good."""
    trials = (facts.trials.get(slot) for slot in row.slots)
    details = (lost_by(trial) for trial in trials if trial)
    return tuple(one for one in details if one is not None)


def lost_by(trial: Trial) -> str | None:
    """What took a trial that our machinery lost for good; None for any other."""
    if trial.state is not TrialState.INFRA or trial.result is None:
        return None
    outcome = trial.result.outcome
    return outcome.detail if isinstance(outcome, Infra) else ""


def running(facts: Facts) -> tuple[Slot, ...]:
    """The slots whose trials have not ended."""
    return tuple(
        slot for slot, trial in facts.trials.items() if trial.state not in TERMINAL
    )


def own(facts: Facts) -> list[Trial]:
    """The trials that this evaluation asked for first, and so pays, each once.

    Arms with equal trees share their trials: a change alone on the base may be all that
    is left of a branch without another one.
    """
    once = {trial.key: trial for trial in facts.trials.values()}
    return [trial for trial in once.values() if not trial.shared]
