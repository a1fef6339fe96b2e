"""Parts of a policy in words: rules, sources, resources, looks, spending functions."""

from collections.abc import Sequence
from typing import assert_never

from bot.domain.policy import (
    AbsoluteTolerance,
    AutoTolerance,
    Direction,
    Metric,
    RelativeTolerance,
    Role,
    Share,
    Spending,
    SpendingFamily,
    Tolerance,
)
from bot.presentation.numbers import (
    counted,
    duration,
    joined,
    number,
    percent,
    rough,
    some,
)
from workers.contract import MetricSource, Resources, SourceKind


def rule(metric: Metric) -> str:
    """What is asked of a metric, as a clause: when it passes, or when it blocks."""
    match metric.role:
        case Role.PRIMARY:
            lost = tolerance(metric.tolerance)
            return f"must be shown not worse than the baseline by more than {lost}"
        case Role.GUARDRAIL:
            return f"blocks if it is shown to be worse {_beyond(metric.tolerance)}"
        case Role.TARGET:
            return f"its mean must be shown {_side(metric)}{_alpha(metric)}"
        case Role.IMPROVE:
            return f"must be shown better than the baseline{_margin(metric)}"
        case Role.LIMIT:
            return f"every trial must be {_limit(metric)}"
        case Role.REPORT:
            return "shown only"
        case _:
            assert_never(metric.role)


_GUARDED = (Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE)
_MOST_SLICES = 8


def slices(metric: Metric) -> tuple[str, ...]:
    """What is asked of the slices of a metric; nothing where it has none."""
    if not metric.slices:
        return ()
    asked = (
        f"each blocks if it is shown to be worse {_beyond(metric.tolerance)}"
        if metric.role in _GUARDED
        else "shown only"
    )
    return (f"slices {some(metric.slices, _MOST_SLICES)}: {asked}",)


def examples(metric: Metric, mean: float | None = None) -> tuple[str, ...]:
    """What the metric's test set resolves; nothing where it is no share of answers.

    The standard error is that at `mean` (at the target, where there is one), if it is
    known and can be, else at half of the answers: there it is largest.
    """
    known = metric.target if mean is None else mean
    return () if metric.share is None else (_resolved(metric.share, known),)


def _resolved(share: Share, mean: float | None) -> str:
    from bot.domain.stats.testset import noise

    if mean is not None and share.holds(mean):
        at, most, where = mean, "", f" at {number(mean)}"
    else:
        at, most, where = share.low / 2 + share.high / 2, "up to ", ""
    found = noise(at - share.low, share.examples, share.span)
    return (
        f"{counted(share.examples, 'example')}, a mean from {number(share.low)} to "
        f"{number(share.high)}: one is worth {rough(found.resolution)}, and which ones "
        f"are in the test set moves the mean by {most}{rough(found.se)} (standard "
        f"error{where})"
    )


def tolerance(amount: Tolerance | None) -> str:
    """How much may be lost."""
    match amount:
        case AbsoluteTolerance(value):
            return number(value)
        case RelativeTolerance(fraction):
            return f"{percent(fraction)} of its mean"
        case AutoTolerance():
            return "1.5 times the SD of its runs (from `seedgate calibrate`)"
        case None:
            return "nothing"
        case _:
            assert_never(amount)


def _beyond(amount: Tolerance | None) -> str:
    is_none = amount in (None, AbsoluteTolerance(0.0))
    return "at all" if is_none else f"by more than {tolerance(amount)}"


def _side(metric: Metric) -> str:
    side = "at least" if metric.direction is Direction.MAXIMIZE else "at most"
    return f"{side} {number(metric.target)}"


def _margin(metric: Metric) -> str:
    margin = f" by more than {number(metric.margin)}" if metric.margin else ""
    return margin + _alpha(metric)


def _alpha(metric: Metric) -> str:
    return f", at alpha {number(metric.alpha)}" if metric.alpha else ""


def _limit(metric: Metric) -> str:
    low, high = metric.minimum, metric.maximum
    bounds = (
        "" if low is None else f"at least {number(low)}",
        "" if high is None else f"at most {number(high)}",
    )
    return joined([*filter(None, bounds)])


def source(read: MetricSource) -> str:
    """Where a metric is read from."""
    match read.kind:
        case SourceKind.REPORTED:
            return f"reported by the trial: {read.name} in the file $SEEDGATE_METRICS"
        case SourceKind.WALL_CLOCK:
            return "measured: wall clock, in seconds"
        case SourceKind.PEAK_MEMORY:
            return "measured: peak memory, in bytes"
        case SourceKind.STDOUT:
            return f"{read.take} match of /{read.locator}/ on stdout"
        case _:
            return f"{read.take} {read.key} in {read.locator} ({read.kind})"


def command(words: Sequence[str]) -> str:
    """A command on one line; words that are empty or hold blanks stand in quotes."""
    return " ".join(word if len(word.split()) == 1 else f"'{word}'" for word in words)


def resources(given: Resources) -> str:
    """What one trial reserves."""
    gpu = f"{given.accelerator} GPU" if given.accelerator else "GPU"
    parts = (
        several(given.cpus, "CPU"),
        several(given.gpus, gpu) if given.gpus else "",
        size(given.memory_bytes) if given.memory_bytes else "",
        f"at most {time(given.timeout_s)}",
    )
    return ", ".join(filter(None, parts))


def time(seconds: float) -> str:
    """A duration without a last part of zero: `20 min`."""
    return duration(seconds).removesuffix(" 0 s").removesuffix(" 0 min")


def several(amount: float, noun: str) -> str:
    """`1 CPU`, `0.5 GPU`, `8 GPUs`."""
    return f"{number(amount)} {noun}{'s' if amount > 1 else ''}"


_UNITS = ((1024**4, "TiB"), (1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def size(amount: int) -> str:
    """Bytes as a person says them."""
    unit, name = next((one for one in _UNITS if amount >= one[0]), (1, "B"))
    return f"{number(amount / unit)} {name}"


def looks(counts: Sequence[int]) -> str:
    """When the evidence is judged: `a look at every number of seeds from 4 to 20`."""
    first, last = counts[0], counts[-1]
    if len(counts) == 1:
        return f"one look, at {counted(first, 'seed')} per arm"
    every = last - first == len(counts) - 1
    if every:
        return f"a look at every number of seeds from {first} to {last} per arm"
    return f"looks at {joined([str(one) for one in counts])} seeds per arm"


_FAMILIES = {
    SpendingFamily.POCOCK: "Pocock type",
    SpendingFamily.OBRIEN_FLEMING: "O'Brien-Fleming type",
    SpendingFamily.KIM_DEMETS: "Kim-DeMets, rho",
    SpendingFamily.HWANG_SHIH_DECANI: "Hwang-Shih-DeCani, gamma",
}


def spending(used: Spending) -> str:
    """The spending function with its parameter."""
    parametric = (SpendingFamily.KIM_DEMETS, SpendingFamily.HWANG_SHIH_DECANI)
    parameter = f" {number(used.parameter)}" if used.family in parametric else ""
    return f"{_FAMILIES[used.family]}{parameter}"
