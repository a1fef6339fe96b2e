"""Examples that are in training data and in evaluation data, by their hashes."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.exhibits.by_arm import Arms, observed
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.exhibits import Overlap, OverlapArm
from bot.domain.verdict.findings import finding
from workers.contract import DataSummary

_TRAIN = "train"


def overlaps(mode: str, arms: Arms) -> tuple[Overlap, ...]:
    """Every pair of splits with hashes of which one is for training.

    Without a split that is named as such: every pair.
    """
    made = (_overlap(mode, pair, arms) for pair in _pairs(arms))
    return tuple(one for one in made if one.arms)


def _pairs(arms: Arms) -> Sequence[tuple[str, str]]:
    names = {
        one.split: None
        for many in arms.values()
        for trial in many
        for one in observed(trial).data
        if one.hashes
    }
    first = sorted(names, key=lambda one: not _trains(one))
    every = list(combinations(first, 2))
    trained = [(one, two) for one, two in every if _trains(one) and not _trains(two)]
    return trained or every


def _trains(split: str) -> bool:
    return split.lower().startswith(_TRAIN)


def _overlap(mode: str, pair: tuple[str, str], arms: Arms) -> Overlap:
    made = (_arm(arm, pair, many) for arm, many in arms.items())
    return Overlap(mode, *pair, tuple(one for one in made if one))


def _arm(arm: str, pair: tuple[str, str], trials: Sequence[Trial]) -> OverlapArm | None:
    found = [both for one in trials if (both := _both(one, pair))]
    if not found:
        return None
    shared = [len(set(old.hashes) & set(new.hashes)) for old, new in found]
    part = any(len(one.hashes) < one.examples for both in found for one in both)
    return OverlapArm(arm, min(shared), max(shared), at_least=part)


def _both(
    trial: Trial, pair: tuple[str, str]
) -> tuple[DataSummary, DataSummary] | None:
    known = {one.split: one for one in observed(trial).data if one.hashes}
    if not known.keys() >= set(pair):
        return None
    return known[pair[0]], known[pair[1]]


def shared(found: Sequence[Overlap]) -> Iterator[Finding]:
    """What overlaps in the branch; it blocks where the baseline overlaps less.

    Where splits are drawn anew for each seed, the branch's least overlap is held
    against the baseline's most.
    """
    for one in found:
        arms = {arm.arm: arm for arm in one.arms}
        old, new = arms.get(BASELINE), arms.get(BRANCH)
        if new is None or not new.most:
            continue
        more = old is not None and (new.least > old.most or not old.most)
        evidence: Evidence = {
            "split": one.split,
            "other": one.other,
            "shared": new.most,
            "baseline_shared": None if old is None else old.most,
            "at_least": new.at_least,
        }
        state = Ruling.BLOCK if more else Ruling.INFO
        yield finding(Reason.DATA_OVERLAPS, state, evidence, mode=one.mode)
