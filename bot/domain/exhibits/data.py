"""The data of each arm: classes, balance, mean and scale, and where they differ.

Baseline and branch are compared over the seeds that both ran. They differ where the
number of examples does, the set of classes, the share of a class by more than one
point, the mean by more than 1 % of the scale, or the scale by more than 1 %.
"""

from collections.abc import Iterator, Sequence

from bot.domain.exhibits.by_arm import Arms, observed, paired
from bot.domain.stats.estimate import centre
from bot.domain.trials import Trial
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.exhibits import DataArm, DataSplit
from bot.domain.verdict.findings import finding
from workers.contract import DataSummary

_POINT = 0.01
_PART = 0.01
_EQUAL = 1e-9
_DIGITS = 9
"""Shares that differ by rounding are equal, so that the first of them is named."""
_MOST_NAMES = 12


def splits(mode: str, arms: Arms) -> tuple[DataSplit, ...]:
    """Every split that a trial described, in the order in which they were seen."""
    names = {
        one.split: None
        for many in arms.values()
        for trial in many
        for one in observed(trial).data
    }
    known = frozenset(
        name
        for many in arms.values()
        for trial in many
        for one in observed(trial).data
        for name, _ in one.classes
    )
    return tuple(_split(mode, name, arms, known) for name in names)


def _split(mode: str, name: str, arms: Arms, known: frozenset[str]) -> DataSplit:
    made = (_arm(arm, _seen(name, many), known) for arm, many in arms.items())
    differs = tuple(what for what, _ in _differences(name, arms))
    return DataSplit(mode, name, tuple(one for one in made if one), differs)


def _seen(name: str, trials: Sequence[Trial]) -> tuple[DataSummary, ...]:
    return tuple(
        one for trial in trials for one in observed(trial).data if one.split == name
    )


def _arm(
    arm: str, seen: Sequence[DataSummary], known: frozenset[str] = frozenset()
) -> DataArm | None:
    if not seen:
        return None
    counts = _counts(seen)
    covered = {name for name, count in counts if count}
    return DataArm(
        arm=arm,
        trials=len(seen),
        examples=centre(tuple(float(one.examples) for one in seen)),
        classes=counts,
        missing=tuple(sorted(known - covered)) if counts else (),
        mean=_average([one.mean for one in seen]),
        scale=_average([one.scale for one in seen]),
    )


def _counts(seen: Sequence[DataSummary]) -> tuple[tuple[str, float], ...]:
    rows = [dict(one.classes) for one in seen if one.classes]
    names = sorted({name for row in rows for name in row})
    return tuple(
        (name, centre(tuple(float(row.get(name, 0)) for row in rows))) for name in names
    )


def _average(values: Sequence[float | None]) -> float | None:
    known = tuple(one for one in values if one is not None)
    return centre(known) if known else None


def differences(mode: str, found: Sequence[DataSplit], arms: Arms) -> Iterator[Finding]:
    """One finding for each thing that is not the same in baseline and branch."""
    for split in found:
        for what, evidence in _differences(split.split, arms):
            facts = {"what": what, "split": split.split, **evidence}
            yield finding(Reason.DATA_DIFFERS, Ruling.INFO, facts, mode=mode)


def _differences(name: str, arms: Arms) -> Iterator[tuple[str, Evidence]]:
    old, new = (_arm("", _seen(name, many)) for many in paired(arms))
    if old is None or new is None:
        return
    if abs(old.examples - new.examples) > _EQUAL * max(old.examples, new.examples):
        yield "examples", {"baseline": old.examples, "branch": new.examples}
    if old.classes and new.classes:
        yield from _of_classes(old, new)
    room = _PART * abs(old.scale or old.mean or 0.0) + _EQUAL * abs(old.mean or 0.0)
    if _apart(old.mean, new.mean, room):
        yield "mean", {"baseline": old.mean, "branch": new.mean}
    if _apart(old.scale, new.scale, _PART * abs(old.scale or 0.0)):
        yield "scale", {"baseline": old.scale, "branch": new.scale}


def _apart(old: float | None, new: float | None, room: float) -> bool:
    return old is not None and new is not None and abs(new - old) > room


def _of_classes(old: DataArm, new: DataArm) -> Iterator[tuple[str, Evidence]]:
    first, second = _covered(old), _covered(new)
    gone = sorted(first.keys() - second.keys())
    added = sorted(second.keys() - first.keys())
    if gone or added:
        yield (
            "classes",
            {
                "baseline": len(first),
                "branch": len(second),
                "gone": tuple(gone[:_MOST_NAMES]),
                "added": tuple(added[:_MOST_NAMES]),
            },
        )
        return
    apart = {one: round(abs(first[one] - second[one]), _DIGITS) for one in first}
    name = max(apart, key=lambda one: apart[one], default="")
    if name and apart[name] > _POINT:
        yield (
            "balance",
            {"baseline": first[name], "branch": second[name], "class": name},
        )


def _covered(one: DataArm) -> dict[str, float]:
    """The share of every class that has an example."""
    whole = sum(count for _, count in one.classes)
    return {name: count / whole for name, count in one.classes if count}
