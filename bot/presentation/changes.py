"""The changes of a branch, each against the branch without it: rows for all readers.

Names and titles are raw; whoever shows them escapes them for its place.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.verdict import (
    FLAGS,
    ChangeEffect,
    ChangeVerdict,
    Finding,
    Reason,
    Ruling,
    Verdict,
)
from bot.presentation import numbers
from bot.presentation.rows import NOTHING
from bot.presentation.words import label

WHAT_IT_SHOWS = (
    "Effect: the whole branch against the branch without the change. Positive: the "
    "change helps."
)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change and one metric. `place` counts from 1, as in the picture.

    `effect` is positive where the change helps; `alone` is its effect on the baseline,
    without the rest of the branch.
    """

    place: int
    change: str
    title: str
    effect: str
    interval: str
    alone: str
    alone_interval: str
    seeds: str
    state: Ruling
    result: str
    detail: str


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """Every change that has an effect on one metric in one mode, in branch order.

    `stage` is where they were judged, empty where one stage alone trains.
    """

    mode: str
    metric: str
    tolerance: str
    rows: tuple[ChangeRow, ...]
    stage: str = ""

    @property
    def at_stage(self) -> str:
        """` at stage fast`, or nothing."""
        return _at(self.stage)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A change without any effect, and why."""

    change: str
    title: str
    why: str


def _at(stage: str) -> str:
    return f" at stage {stage}" if stage else ""


Effects = tuple[tuple[ChangeVerdict, ChangeEffect], ...]


def effects_of(verdict: Verdict, mode: str, metric: str) -> Effects:
    """(change, effect) on one metric in one mode, in the order of the branch."""
    return tuple(
        (change, effect)
        for change in verdict.changes
        for effect in change.effects
        if (effect.mode, effect.metric) == (mode, metric)
    )


def change_tables(verdict: Verdict) -> tuple[ChangeTable, ...]:
    """One table for each mode and metric that changes were judged by."""
    every = [(one.mode, one.metric) for c in verdict.changes for one in c.effects]
    reported = hidden_harm(verdict)
    return tuple(
        _table(mode, metric, effects_of(verdict, mode, metric), reported)
        for mode, metric in dict.fromkeys(every)
    )


def change_numbers(verdict: Verdict, mode: str, metric: str) -> Mapping[str, int]:
    """The number of each change by its id, as the table of this metric counts them.

    Without such a table it is the first one of the mode (a change that could not be
    judged is in none), and without any they are counted in the order of the branch.
    """
    every = [(one.mode, one.metric) for c in verdict.changes for one in c.effects]
    tables = [(mode, metric), *(one for one in every if one[0] == mode)]
    table = next((one for one in tables if one in every), (mode, metric))
    own = [change for change, _ in effects_of(verdict, *table)]
    many = own or verdict.changes
    return {one.id: place for place, one in enumerate(many, start=1)}


def hidden_harm(verdict: Verdict) -> tuple[Finding, ...]:
    """What speaks against single changes, where the policy only reports it.

    After a block it is not looked for: then every change is a suspect.
    """
    if verdict.state is Ruling.BLOCK:
        return ()
    return tuple(
        one
        for one in verdict.findings
        if one.state is Ruling.INFO
        and one.change is not None
        and one.reason in (Reason.CHANGE_HARMFUL, Reason.MORE_FAILURES)
    )


def _is_about(one: Finding, change: ChangeVerdict, effect: ChangeEffect) -> bool:
    """Whether a finding is behind this effect; failed trials are of no one metric."""
    place = (one.mode, one.change, one.reason)
    same = place == (effect.mode, change.id, effect.reason)
    return same and one.metric in (None, effect.metric)


def _table(
    mode: str, metric: str, effects: Effects, reported: Collection[Finding]
) -> ChangeTable:
    known = (effect.tolerance for _, effect in effects)
    tolerance = next((one for one in known if one is not None), None)
    return ChangeTable(
        mode=mode,
        metric=metric,
        tolerance="" if tolerance is None else numbers.number(tolerance),
        rows=tuple(
            _row(
                place,
                change,
                effect,
                reported=any(_is_about(one, change, effect) for one in reported),
            )
            for place, (change, effect) in enumerate(effects, start=1)
        ),
        stage=effects[0][0].stage,
    )


def _row(
    place: int, change: ChangeVerdict, effect: ChangeEffect, *, reported: bool
) -> ChangeRow:
    digits = _digits(effect)
    failed, single = numbers.counted(effect.failed, "trial"), effect.single
    return ChangeRow(
        place=place,
        change=change.id,
        title=change.title,
        effect=NOTHING if effect.d is None else numbers.signed(effect.d, digits),
        interval=_interval(effect.low, effect.high, digits),
        alone=NOTHING if single is None else numbers.signed(single[0], digits),
        alone_interval=NOTHING if single is None else _interval(*single[1:], digits),
        seeds=str(effect.n),
        state=Ruling.INFO if reported else effect.state,
        result=label(effect.reason)
        + _held(effect, reported=reported)
        + (f"; {failed} without it failed" if effect.failed else ""),
        detail=", ".join(_parts(effect)),
    )


def _held(effect: ChangeEffect, *, reported: bool) -> str:
    """Why a flag holds nothing up: somebody accepted it, or the policy has it so."""
    if effect.state is Ruling.INFO and effect.reason in FLAGS:
        return ", accepted"
    return ", only reported" if reported else ""


def _digits(effect: ChangeEffect) -> int:
    low, high = effect.low, effect.high
    width = None if low is None or high is None else (high - low) / 2
    return numbers.places(width or effect.d, effect.tolerance)


def _interval(low: float | None, high: float | None, digits: int) -> str:
    if low is None and high is None:
        return NOTHING
    return numbers.interval(low, high, digits)


def _parts(effect: ChangeEffect) -> Iterator[str]:
    known = (
        ("p not worse", effect.p_ni),
        ("p worse", effect.p_harm),
        ("level", effect.level),
    )
    for name, value in known:
        if value is not None:
            yield f"{name} {numbers.p_value(value)}"


def unjudged(verdict: Verdict) -> tuple[Unjudged, ...]:
    """The changes of which nothing can be said, each with the reason."""
    return tuple(
        Unjudged(one.id, one.title, _why(one))
        for one in verdict.changes
        if not one.effects
    )


def _why(change: ChangeVerdict) -> str:
    why = change.why_not.strip().rstrip(".")
    told = "not judged" if change.estimable else "not estimable"
    if change.estimable and not why:
        return f"no verdict yet{_at(change.stage)}"
    return f"{told}{_at(change.stage)}{f': {why}' if why else ''}"
