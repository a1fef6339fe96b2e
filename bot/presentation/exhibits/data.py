"""The data and the inner quantities of the arms."""

from collections.abc import Iterator

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.verdict import Exhibits, Reason, Report, Ruling
from bot.domain.verdict.exhibits import (
    DataArm,
    DataSplit,
    Overlap,
    OverlapArm,
    QuantityShown,
    Spread,
)
from bot.presentation import numbers
from bot.presentation.exhibits.arms import arm_words
from bot.presentation.exhibits.section import (
    MODE,
    Column,
    Drawn,
    Row,
    Section,
    in_modes,
)
from bot.presentation.frames import CLASSES, HISTOGRAM, Frame
from bot.presentation.headline import all_findings
from bot.presentation.rows import NOTHING

_MOST_NAMES = 6
_MOST_CLASSES = 60
_COMPARED = (BASELINE, BRANCH)


def data(report: Report, shown: Exhibits) -> Iterator[Section]:
    """A row for each split and arm, then one for each class of a split."""
    table = Section(
        title="Data",
        about="What the trials said of their data. Baseline and branch are compared; "
        "differences are among the findings.",
        columns=(
            MODE,
            ("split", Column.NAME),
            ("arm", Column.TEXT),
            ("examples", Column.NUMBER),
            ("classes", Column.TEXT),
            ("mean of inputs", Column.NUMBER),
            ("scale", Column.NUMBER),
            ("differs in", Column.TEXT),
        ),
        rows=tuple(_arm(split, one) for split in shown.data for one in split.arms),
    )
    yield from in_modes(report, table)
    for split in shown.data:
        yield from _classes(report, split)


def _arm(split: DataSplit, one: DataArm) -> Row:
    differs = ", ".join(split.differs) if one.arm == BRANCH else ""
    cells = (
        split.mode,
        split.split,
        arm_words(one.arm),
        _count(one.examples),
        _coverage(one),
        NOTHING if one.mean is None else numbers.number(one.mean),
        NOTHING if one.scale is None else numbers.number(one.scale),
        differs or NOTHING,
    )
    return Row(cells)


def _count(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"


def _coverage(one: DataArm) -> str:
    if not one.classes:
        return NOTHING
    covered = sum(bool(count) for _, count in one.classes)
    lacks = f"\nlacks {numbers.some(one.missing, _MOST_NAMES)}" if one.missing else ""
    return f"{covered}{_balance(one)}{lacks}"


def _balance(one: DataArm) -> str:
    """` (3 % to 17 % each)`: the rarest and the most frequent class that is there."""
    shares = [share for share in _shares(one).values() if share]
    if not shares:
        return ""
    low, high = numbers.percent(min(shares)), numbers.percent(max(shares))
    return f" ({low} each)" if low == high else f" ({low} to {high} each)"


def _classes(report: Report, split: DataSplit) -> Iterator[Section]:
    """The balance of both arms where it is not the same, with its picture.

    The picture carries the numbers of the rows.
    """
    if not unbalanced(split):
        return
    arms = {one.arm: _shares(one) for one in split.arms if one.arm in _COMPARED}
    names = sorted({name for shares in arms.values() for name in shares})
    mode = f" in mode {split.mode}" if len(report.verdict.modes) > 1 else ""
    rows = tuple(
        Row((str(at), name, *(_percent(arms.get(arm), name) for arm in _COMPARED)))
        for at, name in enumerate(names[:_MOST_CLASSES], start=1)
    )
    left = len(names) - len(rows)
    yield Section(
        title=f"Classes of {split.split}{mode}",
        about=f"Share of the examples.{f' {left} more are not shown.' if left else ''}",
        columns=(
            ("#", Column.NUMBER),
            ("class", Column.NAME),
            ("baseline", Column.NUMBER),
            ("branch", Column.NUMBER),
        ),
        rows=rows,
        drawn=(_classes_drawn(split, len(names)),),
    )


def unbalanced(split: DataSplit) -> bool:
    """Whether the arms differ in their classes or the balance of them."""
    return bool({"classes", "balance"} & set(split.differs))


def _shares(one: DataArm) -> dict[str, float]:
    whole = sum(count for _, count in one.classes)
    return {name: count / whole if whole else 0.0 for name, count in one.classes}


def _percent(shares: dict[str, float] | None, name: str) -> str:
    return NOTHING if not shares else numbers.percent(shares.get(name, 0.0))


def _classes_drawn(split: DataSplit, count: int) -> Drawn:
    classes = "1 class" if count == 1 else f"{count} classes"
    frame = Frame(
        CLASSES,
        "Balance of the classes",
        "Numbers: rows of the table. Bars: share of the examples.",
        f"{classes} of {split.split}, in baseline and branch; the table has their "
        "numbers",
        "",
    )
    return Drawn((split.mode, split.split, CLASSES), split.split, frame)


def overlaps(report: Report, shown: Exhibits) -> Iterator[Section]:
    """Examples that are in two splits at once."""
    table = Section(
        title="Examples in two splits",
        about="Counted by the hashes that the trials gave.",
        columns=(
            MODE,
            ("splits", Column.NAME),
            ("baseline", Column.NUMBER),
            ("branch", Column.NUMBER),
        ),
        rows=tuple(map(_overlap, shown.overlaps)),
    )
    yield from in_modes(report, table)


def _overlap(one: Overlap) -> Row:
    arms = {arm.arm: arm for arm in one.arms}
    counts = (_shared(arms.get(arm)) for arm in _COMPARED)
    return Row((one.mode, f"{one.split}, {one.other}", *counts))


def _shared(one: OverlapArm | None) -> str:
    if one is None:
        return NOTHING
    least = "at least " if one.at_least else ""
    same = one.least == one.most
    return f"{least}{one.most}" if same else f"{least}{one.least} to {one.most}"


def quantities(report: Report, shown: Exhibits) -> Iterator[Section]:
    """Declared quantities with their allowed ranges, and a histogram of each."""
    table = Section(
        title="Quantities and their ranges",
        about="Ranges are the policy's; low and high are of all trials of an arm.",
        columns=(
            MODE,
            ("quantity", Column.NAME),
            ("allowed", Column.TEXT),
            ("arm", Column.TEXT),
            ("lowest", Column.NUMBER),
            ("highest", Column.NUMBER),
            ("trials", Column.BADGE),
        ),
        rows=tuple(_quantities(report, shown)),
        drawn=tuple(_histogram(one) for one in shown.quantities if one.arms),
    )
    yield from in_modes(report, table)


def _quantities(report: Report, shown: Exhibits) -> Iterator[Row]:
    for one in shown.quantities:
        for arm in one.arms:
            cells = (
                *(one.mode, one.name, _range(one), arm_words(arm.arm)),
                *(numbers.number(arm.low), numbers.number(arm.high), _outside(arm)),
            )
            yield Row(cells, _state(report, one, arm))
        if not one.arms:
            empty = (NOTHING, NOTHING, NOTHING, "no trial reported it")
            yield Row((one.mode, one.name, _range(one), *empty))


def _range(one: QuantityShown) -> str:
    ends = (one.minimum, one.maximum)
    low, high = ("open" if end is None else numbers.number(end) for end in ends)
    return f"{low} to {high}"


def _outside(one: Spread) -> str:
    if not one.outside:
        return f"all {one.trials} inside" if one.trials > 1 else "inside"
    return f"{one.outside} of {one.trials} outside"


def _state(report: Report, one: QuantityShown, arm: Spread) -> Ruling:
    """The ruling of the finding on this arm, if there is one."""
    wanted = (Reason.QUANTITY_OUTSIDE, one.mode, one.name, arm.arm)
    for found in all_findings(report):
        facts = (found.evidence.get("quantity"), found.evidence.get("arm"))
        if (found.reason, found.mode, *facts) == wanted:
            return found.state
    return Ruling.INFO


def _histogram(one: QuantityShown) -> Drawn:
    ranges = ", ".join(
        f"{arm_words(arm.arm)} {numbers.number(arm.low)} to {numbers.number(arm.high)}"
        for arm in one.arms
    )
    bounded = one.minimum is not None or one.maximum is not None
    shaded = " Shaded: outside the allowed range." if bounded else ""
    frame = Frame(
        HISTOGRAM,
        "Where its values lie",
        f"Mean of the trials' last histograms.{shaded}",
        f"{one.name}: {ranges}; allowed {_range(one)}",
        "",
    )
    return Drawn((one.mode, one.name, HISTOGRAM), one.name, frame)


def faults(report: Report, shown: Exhibits) -> Iterator[Section]:
    """Typed lines that could not be read."""
    table = Section(
        title="Typed lines that were not read",
        about="They fail no trial; what they would have shown is missing above.",
        columns=(
            MODE,
            ("arm", Column.TEXT),
            ("trials", Column.NUMBER),
            ("why", Column.TEXT),
        ),
        rows=tuple(
            Row((one.mode, arm_words(one.arm), str(one.trials), one.sentence))
            for one in shown.faults
        ),
    )
    yield from in_modes(report, table)
