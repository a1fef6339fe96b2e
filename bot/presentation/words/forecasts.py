"""Words for what a branch was expected to do."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import MOST_NAMES, Facts, Words

Forecasts = Literal[
    Reason.HYPOTHESIS_SCORED,
    Reason.HYPOTHESIS_UNREADABLE,
    Reason.HYPOTHESIS_LEFT_OUT,
    Reason.FORECASTS_CALIBRATED,
]

_OUTCOMES = {"met": "as expected", "missed": "not as expected", "open": "still open"}
_WHY = {
    "form": "it does not name a metric and its change",
    "size": "its change is not a finite number",
    "sign": "its change has no sign",
    "likelihood": "its likelihood is not between 0 and 100 %",
    "numbers": "it has more numbers than one change and one likelihood",
}
_LONGEST_LINE = 80
_LONGEST_EFFORT = 40


def forecasts(reason: Forecasts, facts: Facts) -> Words:
    """A prediction against its outcome."""
    match reason:
        case Reason.HYPOTHESIS_SCORED:
            return _hypothesis_scored(facts)
        case Reason.HYPOTHESIS_UNREADABLE:
            return _hypothesis_unreadable(facts)
        case Reason.HYPOTHESIS_LEFT_OUT:
            return _hypothesis_left_out(facts)
        case Reason.FORECASTS_CALIBRATED:
            return _forecasts_calibrated(facts)
        case _:
            assert_never(reason)


def _hypothesis_scored(facts: Facts) -> Words:
    outcome = _OUTCOMES.get(facts.text("outcome"), "still open")
    return Words(
        f"the effect on {facts.metric}{facts.here} is {outcome}",
        f"{facts.lead}{facts.metric} was expected to change by "
        f"{_expected(facts)}{_aside(facts)}; {_measured(facts)}: {outcome}."
        f"{_spread(facts)}",
    )


def _spread(facts: Facts) -> str:
    """A sentence on a line that was held against several modes."""
    modes = facts.listed("modes")
    if not modes:
        return ""
    return (
        f" The line names no mode, so it is held against "
        f"{numbers.some(modes, MOST_NAMES)}; it counts once, as expected where it is "
        "so in all of them."
    )


def _expected(facts: Facts) -> str:
    """`-0.02`, or `-1 %`; as it was written."""
    expected = facts.real("expected") or 0.0
    if facts.flag("relative"):
        return f"{100 * expected:+g} %" if expected else "0 %"
    return f"{expected:+g}" if expected else "0"


def _aside(facts: Facts) -> str:
    likelihood, effort = facts.real("likelihood"), facts.text("effort")
    parts = [] if likelihood is None else [f"likelihood {numbers.percent(likelihood)}"]
    if effort:
        parts.append(f"effort {one_line(effort, _LONGEST_EFFORT)}")
    return f" ({', '.join(parts)})" if parts else ""


def _measured(facts: Facts) -> str:
    """The change as the metric shows it: down is down, whichever way is better."""
    d, way = facts.real("d"), facts.real("orientation")
    if d is None or way is None:
        return "no change was measured"
    low, high = facts.real("low"), facts.real("high")
    ends = (low, high) if way > 0 else (_minus(high), _minus(low))
    shown = f"it changed by {numbers.signed(way * d, facts.places)}"
    if ends == (None, None):
        return shown
    return f"{shown}, interval {numbers.interval(*ends, facts.places)}"


def _minus(end: float | None) -> float | None:
    return None if end is None else -end


def _hypothesis_unreadable(facts: Facts) -> Words:
    line = one_line(facts.text("text"), _LONGEST_LINE)
    why = _WHY.get(facts.text("why")) or _unknown(facts)
    return Words(
        "an expectation could not be read",
        f"The line `{line}` could not be read: {why}.",
        "Write `Expected: METRIC CHANGE (likelihood 60%, effort 2h)`, the change with "
        "its sign, one metric a line.",
    )


def _unknown(facts: Facts) -> str:
    """That no metric has this name, and which name was perhaps meant."""
    known, near = facts.listed("known"), facts.text("nearest")
    there = f"; the policy has {numbers.some(known, MOST_NAMES)}" if known else ""
    hint = f"; perhaps {near} was meant" if near else there
    return f"no metric is called {facts.text('name')}{hint}"


def _hypothesis_left_out(facts: Facts) -> Words:
    lines = (one_line(facts.text(key), _LONGEST_LINE) for key in ("text", "by"))
    left, counts = lines
    why = (
        "it names its mode"
        if facts.flag("named")
        else "it is the later word on this metric"
    )
    return Words(
        "an expectation is left out",
        f"The line `{left}` is left out: `{counts}` counts in its place, because "
        f"{why}.",
    )


def _forecasts_calibrated(facts: Facts) -> Words:
    known, met = facts.count("known"), facts.count("met")
    brier = f"{facts.real('brier') or 0.0:.2f}"
    constant = f"{facts.real('reference') or 0.0:.2f}"
    return Words(
        f"{met} of {known} forecasts came true (Brier score {brier})",
        f"Of {known} settled forecasts with a likelihood {met} came true: Brier score "
        f"{brier} (0 is perfect; always naming the share that comes true gives "
        f"{constant}).{_table(facts)}",
    )


def _table(facts: Facts) -> str:
    """` Stated about 60 %: 2 of 4.`, likelihood by likelihood."""
    rows = zip(
        facts.listed("stated"),
        facts.listed("hits"),
        facts.listed("counts"),
        strict=True,
    )
    said = [f"about {float(p):.0%}: {hit} of {n}" for p, hit, n in rows]
    return f" Stated {'; '.join(said)}.".replace("%", " %") if said else ""
