"""A replay in words: what the gate would have said of each comparison, and in all."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bot.domain.policy import Role
from bot.domain.replay import Part, Replay, Replayed
from bot.domain.verdict import ChangeVerdict, Finding, MetricVerdict, Ruling
from bot.presentation import numbers
from bot.presentation.policy_words import looks
from bot.presentation.rows import MetricRow, metric_row
from bot.presentation.words import label
from bot.presentation.words.phrase import Facts

HEADINGS = (
    "comparison",
    "one test of all",
    "the gate",
    "runs used",
    "more runs",
    "it was",
    "so the gate",
)
OPEN = "asks for more"
MIXED = "cannot judge"
_GAP = "  "
_NOTHING = "-"


def replay_lines(replay: Replay) -> tuple[str, ...]:
    """All of it, line by line: the table, what lies behind it, and the sum."""
    return (
        heading(replay),
        "",
        *table(replay),
        "",
        *(line for one in replay.each for line in (*details(one), "")),
        *summary(replay),
    )


def heading(replay: Replay) -> str:
    """By which rules the past is judged."""
    where = f"mode {replay.mode.name}, stage {replay.stage.name}"
    return f"{where}: {looks(replay.stage.looks)}"


def table(replay: Replay) -> tuple[str, ...]:
    """One line a comparison, in columns."""
    rows = [HEADINGS, *(_row(one) for one in replay.each)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return (lines[0], _line(["-" * width for width in widths], widths), *lines[1:])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip()


def _row(one: Replayed) -> tuple[str, ...]:
    return (
        one.comparison.name,
        _NOTHING if one.at_once is None else str(one.at_once),
        answer(one),
        f"{one.used} of {one.given}",
        _more(one),
        _MERGED[one.comparison.merged],
        _AGREES[one.agrees],
    )


def answer(one: Replayed) -> str:
    """`pass`, `block` or `undecided`; or that it wants more runs, or cannot judge."""
    match one.state:
        case Ruling.PASS | Ruling.BLOCK:
            return str(one.state)
        case Ruling.UNDECIDED | Ruling.INFO:
            if one.mixed:
                return MIXED
            return OPEN if one.more else str(Ruling.UNDECIDED)
        case _:
            assert_never(one.state)


def _more(one: Replayed) -> str:
    if one.more is None:
        return _NOTHING
    least, most = one.more
    return str(least) if least == most else f"{least} to {most}"


_MERGED = {None: _NOTHING, True: "merged", False: "not merged"}
_AGREES = {None: _NOTHING, True: "agrees", False: "disagrees"}


def details(one: Replayed) -> tuple[str, ...]:
    """What lies behind the answer: metric by metric, change by change."""
    metrics = one.verdict.metrics if one.verdict else ()
    return (
        one.comparison.name,
        *(f"{_GAP}{_metric(metric)}" for metric in metrics),
        *(f"{_GAP}{sentence}" for sentence in _failed(one)),
        *(f"{_GAP}{sentence}" for sentence in _unjudged(one)),
        *(f"{_GAP}{sentence}" for part in one.parts for sentence in _part(part)),
        *(f"{_GAP}{_change(change)}" for change in one.changes),
        *([f"{_GAP}Note: {one.comparison.note}"] if one.comparison.note else []),
    )


def _failed(one: Replayed) -> Iterator[str]:
    if one.failed is not None:
        seed = "" if one.failed.seed is None else f" (seed {one.failed.seed})"
        reason = one.failed.reason.replace("_", " ")
        why = f"{reason}: {one.failed.detail}" if one.failed.detail else reason
        yield f"the first run that failed{seed}: {why}"


def _unjudged(one: Replayed) -> Iterator[str]:
    for finding in one.mixed:
        yield mixed(finding)
    unfair = {finding.metric for finding in one.mixed}
    for name in one.left_out:
        why = "its runs are mixed" if one.mixed else "there is no baseline"
        if name not in unfair:
            yield f"{name}: not judged, because {why}"


def mixed(finding: Finding) -> str:
    """What is not the same in all runs of one arm, or of both."""
    facts = Facts(finding)
    arm, what = facts.text("arm"), facts.text("what")
    low, high = facts.real("low"), facts.real("high")
    if low is None or high is None:
        values = numbers.joined(facts.listed("values"))
        return f"{what}: not the same in all runs of the {arm} ({values})"
    above = facts.count("n_high")
    groups = (
        f"{facts.count('n') - above} near {numbers.number(low)} and {above} near "
        f"{numbers.number(high)}"
    )
    return f"{what}: not averaged; the runs of the {arm} fall into {groups}"


def _metric(metric: MetricVerdict) -> str:
    row = metric_row(metric)
    facts = ", ".join(filter(None, _facts(metric, row)))
    return f"{metric.name}: {row.result} ({row.rule}){f'; {facts}' if facts else ''}"


def _facts(metric: MetricVerdict, row: MetricRow) -> Iterator[str]:
    if metric.branch_mean is not None:
        yield _means(metric, row)
    if metric.low is not None or metric.high is not None:
        yield f"interval {row.interval}"
    if metric.role in (Role.TARGET, Role.IMPROVE) and metric.p_ni is not None:
        yield f"p {numbers.p_value(metric.p_ni)}"
    yield row.failures


def _means(metric: MetricVerdict, row: MetricRow) -> str:
    if metric.d is None:
        return f"mean {row.branch}"
    return f"{row.baseline} -> {row.branch}, effect {row.effect}"


def _part(part: Part) -> Iterator[str]:
    if not part.metrics:
        yield f"without {part.change}: not judged, because its runs are mixed"
    for metric in part.metrics:
        yield f"what {part.change} adds, {_metric(metric)}, {part.look} runs per arm"


def _change(change: ChangeVerdict) -> str:
    if not change.estimable:
        return f"{change.id}: not estimable, {change.why_not}"
    effects = (f"{one.metric} {label(one.reason)}" for one in change.effects)
    return f"{change.id}: {numbers.joined(tuple(effects))}"


def summary(replay: Replay) -> tuple[str, ...]:
    """What it comes to: agreement, what was asked for, what would have been saved."""
    return tuple(_summary(replay))


def _summary(replay: Replay) -> Iterator[str]:
    yield f"{numbers.counted(len(replay.each), 'comparison')}."
    once = sum(one.agrees_at_once is not None for one in replay.each)
    if once:
        agreed = f"{len(replay.agreeing_at_once)} of {once}"
        yield f"One test of all runs agrees with what was done in {agreed}."
    ended = sum(one.decided for one in replay.each)
    known = len(replay.agreeing) + len(replay.disagreeing)
    agreed = f", and agrees with what was done in {len(replay.agreeing)} of {known}"
    yield f"The gate comes to its own end in {ended}{agreed if known else ''}."
    for one in replay.disagreeing:
        yield f"{_GAP}It disagrees on {one.comparison.name}: {_disagreement(one)}."
    if replay.asking:
        yield _asked(replay)
    if replay.unfair:
        yield f"It cannot judge {len(replay.unfair)}, whose runs are mixed."
    if replay.given:
        made, share = replay.given - replay.saved, replay.saved / replay.given
        yield (
            f"Where it comes to its end it would have made {made} of "
            f"{numbers.counted(replay.given, 'run')}, and saved {replay.saved} "
            f"({numbers.percent(round(share, 2))})."
        )


def _disagreement(one: Replayed) -> str:
    done = "merged" if one.comparison.merged else "not merged"
    return f"the gate says {answer(one)}, and it was {done}"


def _asked(replay: Replay) -> str:
    wanted = [one.more for one in replay.asking if one.more]
    least, most = (sum(one[end] for one in wanted) for end in (0, 1))
    return (
        f"It asks for more runs in {len(replay.asking)}: {least} for their next looks, "
        f"and {most} at most."
    )
