"""The places of a report's pictures: titles, captions, and words where one is missing.

No name from a repository is drawn, so rows of a picture carry the numbers of a table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.arms import Only, Without
from bot.domain.policy import Role
from bot.domain.trials import Trial
from bot.domain.verdict import MetricVerdict
from bot.presentation import numbers
from bot.presentation.changes import ChangeTable
from bot.presentation.rows import FAILED, NOTHING, MetricRow, SeedRow
from bot.presentation.slices import SliceTable

SEEDS = "seeds"
EFFECT = "effect"
CURVES = "curves"
SLICES = "slices"
CHANGES = "changes"
HISTOGRAM = "histogram"
CLASSES = "classes"
GAP = "gap"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as SVG, drawn for a light and for a dark page; its size in pixels."""

    light: bytes
    dark: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of one picture: its kind, title, caption, and words for no picture."""

    kind: str
    title: str
    caption: str
    alt: str
    missing: str


def metric_frames(
    metric: MetricVerdict,
    row: MetricRow,
    seeds: tuple[SeedRow, ...],
    *,
    thin: bool = False,
) -> tuple[Frame, ...]:
    """The pictures of one metric, in reading order; `thin`: arms of an ablation too."""
    effect = () if metric.role is Role.LIMIT else (_effect_frame(metric, row),)
    paired = bool(metric.n_baseline)
    dots = _seeds_frame(row, seeds, paired=paired)
    return (*effect, dots, _curves_frame(row, thin=thin))


def ablated(trials: Iterable[Trial], mode: str) -> bool:
    """Whether changes were taken apart in this mode."""
    arms = (one.arm for one in trials if one.mode == mode)
    return any(isinstance(arm, Without | Only) for arm in arms)


def _effect_frame(metric: MetricVerdict, row: MetricRow) -> Frame:
    if metric.role is Role.TARGET:
        return Frame(
            EFFECT,
            "Mean against the target",
            f"Dots: single trials.{_bar(row, 'where the mean is proven to be')}",
            _in_words(row, f"mean {row.branch}"),
            "Too few trials ended with a value.",
        )
    side = " Right is better." if metric.direction else ""
    return Frame(
        EFFECT,
        f"Effect{_against(metric)}",
        f"Dots: single seeds.{_bar(row, 'what is proven')}{side}",
        _in_words(row, f"effect {row.effect}"),
        "Too few seeds ended with a value on both arms.",
    )


def _bar(row: MetricRow, what: str) -> str:
    return "" if row.interval == NOTHING else f" Bar: {what}."


def _in_words(row: MetricRow, estimate: str) -> str:
    """`loss: effect -0.053, interval [-0.058, -0.049], at most 0.01 worse`."""
    interval = "" if row.interval == NOTHING else f", interval {row.interval}"
    return f"{row.name}: {estimate}{interval}, {row.rule}"


def _against(metric: MetricVerdict) -> str:
    if metric.role is Role.IMPROVE and metric.margin:
        return " against the gain that is asked for"
    return " against the tolerance" if metric.tolerance else ""


def _seeds_frame(row: MetricRow, seeds: tuple[SeedRow, ...], *, paired: bool) -> Frame:
    failed = sum((one.baseline == FAILED) + (one.branch == FAILED) for one in seeds)
    crosses = " A cross is a failed run." if failed else ""
    lines = "A line joins both runs of a seed; the" if paired else "The"
    return Frame(
        SEEDS,
        "Every seed",
        f"{lines} short bar is the mean.{crosses}",
        f"{row.name} of {numbers.counted(len(seeds), 'seed')}: baseline mean "
        f"{row.baseline}, branch mean {row.branch}, {failed} failed",
        "No trial has ended.",
    )


def _curves_frame(row: MetricRow, *, thin: bool) -> Frame:
    others = (
        " Thin: the branch without a change, by its number in the table of changes; "
        "dotted: that change alone."
    )
    return Frame(
        CURVES,
        "Learning curves",
        "Line: mean over seeds. Band: lowest to highest. Scaled to the last three "
        f"quarters.{others if thin else ''}",
        f"{row.name} over training steps for both arms",
        "This metric has one value a trial, so it has no curve.",
    )


def slices_frame(table: SliceTable) -> Frame:
    """Every slice of a metric in one picture, in the order of its table."""
    rows = [(one.row.effect, one.row.interval) for one in table.rows]
    return Frame(
        SLICES,
        "Every slice against its tolerance",
        f"Numbers: rows of the table. {_bars(rows)} Right is better. Shaded: beyond "
        "the tolerance.",
        f"{table.metric}: {table.summary}; the table has their numbers",
        "No slice has enough values.",
    )


def _bars(rows: Iterable[tuple[str, str]]) -> str:
    """What bars mean, and that some have none; `rows` are (effect, interval)."""
    known = [interval != NOTHING for effect, interval in rows if effect != NOTHING]
    if all(known):
        return "Bar: what is proven."
    if any(known):
        return "Bar: what is proven; no bar: no interval."
    return "No bar: no interval."


def changes_frame(table: ChangeTable) -> Frame:
    """Every change of the branch in one picture, in the order of its table."""
    count = numbers.counted(len(table.rows), "change")
    whole = [(one.effect, one.interval) for one in table.rows]
    alone = [(one.alone, one.alone_interval) for one in table.rows]
    shown = any(effect != NOTHING for effect, _ in alone)
    hollow = " Hollow: the change alone." if shown else ""
    return Frame(
        CHANGES,
        "What each change does",
        f"Numbers: rows of the table. {_bars((*whole, *alone))} Right: the change "
        f"helps.{hollow} Shaded: worse beyond the tolerance.",
        f"{table.metric}: {count}; the table has their numbers",
        "No change has enough values.",
    )
