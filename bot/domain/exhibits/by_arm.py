"""The finished trials of one mode, arm by arm, in the order in which arms are shown."""

from collections.abc import Iterable, Mapping

from bot.domain.arms import BASELINE, BRANCH, label
from bot.domain.trials import Trial
from workers.contract import Observed, Ok, TrialResult

Arms = Mapping[str, tuple[Trial, ...]]
_FIRST = (BASELINE, BRANCH)
_NOTHING = Observed()


def by_arm(trials: Iterable[Trial], mode: str) -> Arms:
    """Trials with a result by the label of their arm: baseline, branch, then others.

    A trial that was lost is left out; a failed one is not.
    """
    found: dict[str, list[Trial]] = {arm: [] for arm in _FIRST}
    for one in sorted(trials, key=lambda one: one.position):
        if one.mode == mode and one.finished and one.result is not None:
            found.setdefault(label(one.arm), []).append(one)
    return {arm: tuple(many) for arm, many in found.items() if many}


def ended_well(arms: Arms) -> Arms:
    """Only the trials that did not fail."""
    kept = {
        arm: tuple(one for one in many if isinstance(result_of(one).outcome, Ok))
        for arm, many in arms.items()
    }
    return {arm: many for arm, many in kept.items() if many}


def result_of(trial: Trial) -> TrialResult:
    """The result of a finished trial."""
    return trial.result or TrialResult(Ok())


def observed(trial: Trial) -> Observed:
    """What it showed beside its metrics; empty where it showed nothing."""
    return result_of(trial).observed or _NOTHING


def paired(arms: Arms) -> tuple[tuple[Trial, ...], tuple[Trial, ...]]:
    """Baseline and branch trials of the seeds that both have; all where there is none.

    Data that depend on the seed must not look different because the seeds do.
    """
    old, new = (arms.get(one, ()) for one in _FIRST)
    common = {one.seed for one in old} & {one.seed for one in new} - {None}
    if not common:
        return old, new
    first, second = ([one for one in many if one.seed in common] for many in (old, new))
    return tuple(first), tuple(second)
