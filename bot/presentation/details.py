"""The test behind a metric's row: method, p-values, level, what it can see."""

from collections.abc import Iterator, Mapping

from bot.domain.policy import Role
from bot.domain.stats.method import Method
from bot.domain.verdict import MetricVerdict
from bot.presentation import numbers

_P_NAMES: Mapping[Role, tuple[str, str]] = {
    Role.PRIMARY: ("p not worse", "p worse"),
    Role.GUARDRAIL: ("p not worse", "p worse beyond tolerance"),
    Role.TARGET: ("p shown", "p missed"),
    Role.IMPROVE: ("p shown", "p ruled out"),
}
_E_NAMES: Mapping[Role, tuple[str, str]] = {
    Role.TARGET: ("reached", "missed"),
    Role.IMPROVE: ("shown", "ruled out"),
}
_FEWEST_PAIRS = 4  # the metric tests compare no fewer
_COMPARED = _P_NAMES[Role.PRIMARY]


def detail(metric: MetricVerdict) -> str:
    """All of it on one line; empty where nothing was tested."""
    return ", ".join(_parts(metric))


def untested(metric: MetricVerdict) -> str:
    """Why the values that there are could not be tested."""
    if metric.role is Role.TARGET:
        return "too few values to test"
    complete = [one for one in metric.per_seed if None not in one[1:]]
    if len(complete) < _FEWEST_PAIRS:
        return "too few complete pairs to test"
    return "too few pairs to test, all with one and the same difference"


def _parts(metric: MetricVerdict) -> Iterator[str]:
    if metric.method is Method.NONE and metric.level is not None:
        yield untested(metric)
    else:
        yield from _tested(metric)
    sides = _E_NAMES.get(metric.role, ("not worse", "worse"))
    for name, odds in zip(sides, (metric.e_ni, metric.e_harm), strict=True):
        if odds is not None:
            yield f"evidence for {name} {numbers.odds(odds)}"
    if metric.detectable is not None:
        yield f"{_seen(metric)} {numbers.rough(metric.detectable)}"


def _tested(metric: MetricVerdict) -> Iterator[str]:
    if metric.level is not None:
        yield str(metric.method)
    names = _P_NAMES.get(metric.role, _COMPARED)
    for name, p in zip(names, (metric.p_ni, metric.p_harm), strict=True):
        if p is not None:
            yield f"{name} {numbers.p_value(p)}"
    if metric.level is not None:
        yield f"level at this look {numbers.p_value(metric.level)}{_family(metric)}"


def _seen(metric: MetricVerdict) -> str:
    """What the number is that a look can see; tests of a margin start from it."""
    match metric.role:
        case Role.IMPROVE:
            beyond = " beyond the margin" if metric.margin else ""
            return f"gain{beyond} seen with 80 % power"
        case Role.GUARDRAIL if metric.tolerance:
            return "loss beyond the tolerance seen with 80 % power"
        case _:
            return "loss seen with 80 % power"


def _family(metric: MetricVerdict) -> str:
    return f" (one of {metric.family}, Holm)" if metric.family > 1 else ""
