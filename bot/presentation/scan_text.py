"""A sensitivity scan as tables, sentences and JSON; it decides nothing."""

from collections.abc import Iterator

from bot.domain.sensitivity import CONFIDENCE, Sensitivity, Tried
from bot.presentation import numbers
from bot.presentation.calibration_text import Grid
from bot.presentation.escape import one_line

EXPLORES = (
    "This is an exploration and no verdict: nothing was judged, and whoever picks the "
    "best of several values has to have it judged (`seedgate local`)."
)

_Json = dict[str, object]
_MOST_SAID = 200


def headline(param: str, own: str, seeds: int, counts: tuple[int, int]) -> str:
    """What was run; `counts` are the trials that ran now, and those reused."""
    ran, reused = counts
    again = f", {reused} reused" if reused else ""
    return (
        f"Scan of {param} (own value {own}), {numbers.counted(seeds, 'seed')} a value: "
        f"{numbers.counted(ran, 'trial')}{again}."
    )


def grid(found: Sensitivity) -> Grid:
    """The values of one metric, the policy's own first; `d` is better when positive."""
    way = "higher" if found.orientation > 0 else "lower"
    return Grid(
        f"{found.mode} / {found.metric} ({way} is better)",
        ("value", "seeds", "failed", "mean", "effect", "interval", "looks"),
        (_own_row(found), *(_row(found, one) for one in found.tried)),
    )


def _places(found: Sensitivity) -> int:
    widths = [
        one.high - one.low
        for one in found.tried
        if one.high is not None and one.low is not None
    ]
    effects = [one.d for one in found.tried]
    return numbers.places(*(width / 2 for width in widths), *effects)


def _own_row(found: Sensitivity) -> tuple[str, ...]:
    one, digits = found.own, _places(found)
    mean = numbers.fixed(one.mean, digits)
    return (f"{one.value} (own)", str(one.n), str(one.failed), mean, "-", "-", "-")


def _row(found: Sensitivity, one: Tried) -> tuple[str, ...]:
    digits = _places(found)
    return (
        one.value,
        str(one.n),
        str(one.failed),
        numbers.fixed(one.mean, digits),
        numbers.signed(one.d, digits),
        numbers.interval(one.low, one.high, digits),
        looks(one),
    )


def looks(one: Tried) -> str:
    """One word for how a value looks beside the policy's own."""
    if one.d is None:
        return "not known"
    if one.better:
        return "better"
    return "worse" if one.worse else "alike"


def sentences(found: tuple[Sensitivity, ...]) -> tuple[str, ...]:
    """What looks better for each metric, what failed, how to read it, the warning."""
    if not found:
        return ("No metric here has a direction, so nothing can look better.", EXPLORES)
    best = (_best(one) for one in found)
    return (*best, *_failures(found), _how(found), EXPLORES)


def repeated(same: tuple[tuple[str, str], ...], own: str) -> tuple[str, ...]:
    """A sentence for each value that was left out because it was there already."""
    return tuple(_repeated(left, kept, own) for left, kept in same)


def _repeated(left: str, kept: str, own: str) -> str:
    if kept == own:
        return f"{left} is the policy's own value, which is tried in any case."
    if left == kept:
        return f"{left} was asked for more than once; it is tried once."
    return f"{left} is the same number as {kept}; it is tried once."


def _best(found: Sensitivity) -> str:
    name, best = f"{found.mode} / {found.metric}", found.best
    if all(one.d is None for one in found.tried):
        return f"{name}: nothing can be compared with {found.own.value}."
    if best is None:
        return f"{name}: no value looks better than {found.own.value}."
    if best.better:
        return f"{name}: {best.value} looks better than {found.own.value}."
    return (
        f"{name}: {best.value} did best, and what was seen does not tell it from "
        f"{found.own.value}."
    )


def _failures(found: tuple[Sensitivity, ...]) -> Iterator[str]:
    """A sentence for each value at which runs failed, in whatever modes."""
    failed = {
        (one.mode, at.value): at
        for one in found
        for at in (one.own, *one.tried)
        if at.first
    }
    for value in dict.fromkeys(value for _, value in failed):
        here = {mode: at for (mode, its), at in failed.items() if its == value}
        count = numbers.counted(sum(at.failed for at in here.values()), "run")
        mode, first = next(iter(here.items()))
        said = one_line(first.first, _MOST_SAID).rstrip(".")
        yield (
            f"At {value} {count} failed. The first, in {mode} (self-reported): {said}."
        )


def _how(found: tuple[Sensitivity, ...]) -> str:
    most = max(len(one.tried) for one in found)
    values = "the one value" if most == 1 else f"all {most} values"
    together = "" if most == 1 else " together"
    return (
        "Effects are against the policy's own value, seed by seed where seeds are "
        f"shared; the intervals hold for {values} of a metric{together} with "
        f"{numbers.percent(CONFIDENCE)} confidence."
    )


def document(param: str, seeds: int, found: tuple[Sensitivity, ...]) -> _Json:
    """The JSON of a scan; what is not known is null."""
    return {
        "schema": 1,
        "param": param,
        "seeds": seeds,
        "exploratory": True,
        "metrics": [_metric(one) for one in found],
    }


def _metric(found: Sensitivity) -> _Json:
    return {
        "mode": found.mode,
        "metric": found.metric,
        "own": _value(found.own),
        "values": [_value(one) for one in found.tried],
        "best": None if found.best is None else found.best.value,
    }


def _value(one: Tried) -> _Json:
    return {
        "value": one.value,
        "n": one.n,
        "failed": one.failed,
        "mean": one.mean,
        "d": one.d,
        "ci": None if one.d is None else [one.low, one.high],
        "looks": looks(one),
        "first_failure": one.first or None,
    }
