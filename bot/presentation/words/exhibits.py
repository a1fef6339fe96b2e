"""Words for what people want to look at."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason, Ruling
from bot.presentation import numbers
from bot.presentation.escape import one_line
from bot.presentation.words.phrase import Facts, Words

_LONGEST = 60
_LONGEST_DETAIL = 300
_MOST_CLASSES = 6

Exhibits = Literal[
    Reason.QUANTITY_OUTSIDE,
    Reason.DATA_DIFFERS,
    Reason.DATA_OVERLAPS,
    Reason.GAP_DIAGNOSED,
    Reason.REFERENCE_UNBEATEN,
    Reason.REFERENCE_UNMEASURED,
]


def exhibits(reason: Exhibits, facts: Facts) -> Words:
    """Quantities, data, gaps and references."""
    match reason:
        case Reason.QUANTITY_OUTSIDE:
            return _quantity_outside(facts)
        case Reason.DATA_DIFFERS:
            return _data_differs(facts)
        case Reason.DATA_OVERLAPS:
            return _data_overlaps(facts)
        case Reason.GAP_DIAGNOSED:
            return _gap_diagnosed(facts)
        case Reason.REFERENCE_UNBEATEN:
            return _reference_unbeaten(facts)
        case Reason.REFERENCE_UNMEASURED:
            return _reference_unmeasured(facts)
        case _:
            assert_never(reason)


def _quantity_outside(facts: Facts) -> Words:
    quantity = _named(facts, "quantity")
    if facts.real("low") is None and facts.real("high") is None:
        return _quantity_silent(facts, quantity)
    on = " on the baseline" if facts.text("arm") == "baseline" else ""
    count = numbers.counted(max(1, facts.count("trials")), "trial")
    seed = facts.real("seed")
    first = "" if seed is None else f", first with seed {round(seed)}"
    return Words(
        f"{quantity} left its allowed range{facts.here}{on}",
        f"{facts.lead}{quantity} left its allowed range of {_allowed(facts)}{on} in "
        f"{count}{first}: it went from {_number(facts, 'low')} to "
        f"{_number(facts, 'high')}.{_on_baseline(facts)}",
        _MEND_QUANTITY if facts.finding.state is Ruling.BLOCK else "",
    )


_MEND_QUANTITY = (
    "Mend what drives it out, or widen its range in the policy (`quantities`); then "
    "judge again."
)


def _quantity_silent(facts: Facts, quantity: str) -> Words:
    return Words(
        f"the branch does not report {quantity}{facts.here}",
        f"{facts.lead}the baseline reports {quantity}, and the branch no longer does. "
        f"So nobody knows whether it keeps its range of {_allowed(facts)}.",
        "Let the branch report it again, or take it out of the policy (`quantities`).",
    )


def _allowed(facts: Facts) -> str:
    ends = (facts.real("minimum"), facts.real("maximum"))
    low, high = ("open" if end is None else numbers.number(end) for end in ends)
    return f"{low} to {high}"


def _on_baseline(facts: Facts) -> str:
    """What the baseline did, as far as the finding is about the branch."""
    if facts.text("arm") == "baseline" or facts.real("baseline_seen") is None:
        return ""
    if not facts.count("baseline_seen"):
        return " The baseline did not report it."
    outside = facts.count("baseline_outside")
    if not outside:
        return " The baseline never left it."
    return f" So it did in {numbers.counted(outside, 'trial')} of the baseline."


def _named(facts: Facts, key: str) -> str:
    """A name that a trial or a policy gave, on one line."""
    return one_line(facts.text(key), _LONGEST)


def _number(facts: Facts, key: str) -> str:
    return numbers.number(facts.real(key))


_DIFFERS = {
    "examples": "the number of examples",
    "classes": "the set of classes",
    "balance": "the balance of the classes",
    "mean": "the mean of the inputs",
    "scale": "the scale of the inputs",
}


def _data_differs(facts: Facts) -> Words:
    what, split = facts.text("what"), _named(facts, "split")
    said = _DIFFERS.get(what, "what they hold")
    return Words(
        f"the {split} data differ{facts.here}",
        f"{facts.lead}the {split} data of the branch differ in {said}: "
        f"{_before_and_now(facts)}.{_classes(facts)}",
        "If that is not meant, see what the branch does to the data before it trains.",
    )


def _before_and_now(facts: Facts) -> str:
    if facts.text("what") == "balance":
        old, new = (numbers.percent(facts.real(key)) for key in ("baseline", "branch"))
        return f"{_named(facts, 'class') or 'a class'} has {new} of them, not {old}"
    return f"{_number(facts, 'branch')} instead of {_number(facts, 'baseline')}"


def _classes(facts: Facts) -> str:
    """The classes that came and went; empty for other differences."""
    told = ""
    for key, verb in (("gone", "Gone"), ("added", "New")):
        names = [one_line(one, _LONGEST) for one in facts.listed(key)]
        told += f" {verb}: {numbers.some(names, _MOST_CLASSES)}." if names else ""
    return told


def _data_overlaps(facts: Facts) -> Words:
    split, other = _named(facts, "split"), _named(facts, "other")
    least = "at least " if facts.flag("at_least") else ""
    count, before = facts.count("shared"), facts.real("baseline_shared")
    shared = numbers.counted(count, "example")
    old = "The baseline did not say." if before is None else f"{_before(before)}."
    blocks = facts.finding.state is Ruling.BLOCK
    return Words(
        f"{least}{shared} of {other} {'is' if count == 1 else 'are'} in {split} "
        f"too{facts.here}",
        f"{facts.lead}{least}{shared} {'is' if count == 1 else 'are'} in {split} and "
        f"in {other}, by their hashes. {old} Numbers on {other} flatter a model that "
        "has seen it.",
        f"Keep {other} out of {split}; then judge again." if blocks else "",
    )


def _before(count: float) -> str:
    return "On the baseline none is" if not count else f"On the baseline {count:.0f}"


_GAPS = {
    "variance": (
        "high variance",
        "More data, regularisation or augmentation would help; a larger model would "
        "not.",
    ),
    "bias": (
        "high bias",
        "A larger model or longer training would help; more data would not.",
    ),
}


def _gap_diagnosed(facts: Facts) -> Words:
    said, helps = _GAPS.get(
        facts.text("diagnosis"), ("neither high bias nor high variance", "")
    )
    arm = "both arms show" if facts.flag("same") else f"the {_arm(facts)} shows"
    train = _named(facts, "train_name") or "training"
    return Words(
        f"{arm} {said}{facts.here}",
        f"{facts.lead}{arm} {said}: {train} {_number(facts, 'train')}, {facts.metric} "
        f"{_number(facts, 'evaluation')}. {helps}".strip(),
    )


def _arm(facts: Facts) -> str:
    return facts.text("arm") or "branch"


def _reference_unbeaten(facts: Facts) -> Words:
    name = _named(facts, "name")
    value, mean = _number(facts, "value"), _number(facts, "mean")
    return Words(
        f"{facts.metric} does not beat the reference {name}{facts.here}",
        f"{facts.lead}{facts.oriented} of the branch is {mean} on average, no better "
        f"than the reference {name} ({value}{_mean_of(facts)}).",
    )


def _mean_of(facts: Facts) -> str:
    """How a value was measured; nothing where the policy states it."""
    runs = facts.count("runs")
    return f", the mean of {runs} runs" if runs > 1 else ", measured" if runs else ""


def _reference_unmeasured(facts: Facts) -> Words:
    name, why = _named(facts, "name"), facts.text("why")
    happened = _happened(facts, why)
    return Words(
        f"the reference {name} {happened}{facts.here}",
        f"{facts.lead}the reference {name} {happened}{_how(facts)}. So nothing is said "
        "of the branch beside it; it decides nothing.",
        _MEND_REFERENCE.get(why, ""),
    )


def _happened(facts: Facts, why: str) -> str:
    match why:
        case "failed":
            runs, bad = facts.count("runs"), facts.count("bad")
            return f"failed in {bad} of {runs} runs" if runs > 1 else "failed"
        case "lost":
            return "was lost"
        case _:
            return "was not run, because the budget has no room left for it"


def _how(facts: Facts) -> str:
    detail = one_line(facts.text("detail"), _LONGEST_DETAIL).rstrip(".")
    return f": {detail}" if detail else ""


_MEND_REFERENCE = {
    "failed": "It runs the base's own files: mend it there, or its command in the "
    "policy (`references`).",
    "lost": "The same command tries it again.",
    "budget": "Raise `budget` if it is worth it: references come last.",
}
