"""Words for single changes of a branch: what each costs, and what hides it."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import Facts, Words, begun, quoted

Changes = Literal[
    Reason.CHANGE_HARMFUL,
    Reason.CHANGE_SUSPECT,
    Reason.CHANGE_TOLERATED,
    Reason.CHANGE_NOT_ESTIMABLE,
    Reason.INTERACTION,
]


def changes(reason: Changes, facts: Facts) -> Words:
    """The whole branch against the branch without one change."""
    match reason:
        case Reason.CHANGE_HARMFUL:
            return _harmful(facts)
        case Reason.CHANGE_SUSPECT:
            return _suspect(facts)
        case Reason.CHANGE_TOLERATED:
            return _tolerated(facts)
        case Reason.CHANGE_NOT_ESTIMABLE:
            return _not_estimable(facts)
        case Reason.INTERACTION:
            return _interaction(facts)
        case _:
            assert_never(reason)


def _cost(facts: Facts) -> str:
    size = facts.size("d")
    return f"{size} of {facts.metric}" if size else facts.metric


def _compared(facts: Facts) -> str:
    """The comparison behind the sentence."""
    whole, without = facts.real("full_mean"), facts.real("without_mean")
    parts = [facts.effect, numbers.counted(facts.count("n_branch"), "seed")]
    if whole is not None and without is not None:
        means = (facts.amount("full_mean"), facts.amount("without_mean"))
        parts.insert(0, f"mean {means[0]} with it and {means[1]} without it")
    return f"{', '.join(parts)}.{_shared(facts)}{facts.undivided}"


def _shared(facts: Facts) -> str:
    """With how many the error rate is shared; empty where it is with none."""
    family, share = facts.count("family"), facts.count("share")
    every = f"{family} comparisons of changes share the error rate"
    part = f"as a part of a group this one has 1/{share} of its group's share"
    match family > 1, share > 1:
        case True, True:
            return f" {every}; {part}."
        case True, False:
            return f" {every}."
        case False, True:
            return f" {begun(part)}."
        case _:
            return ""


def _harmful(facts: Facts) -> Words:
    return Words(
        f"{facts.change} costs {_cost(facts)}{facts.here}, hidden by the rest of the "
        "branch",
        f"{facts.lead}{facts.titled} makes {facts.oriented} worse, and the rest of "
        f"the branch hides it: {_compared(facts)}",
        "Take the change out and keep the rest, or mend it; then judge again.",
    )


def _suspect(facts: Facts) -> Words:
    return Words(
        f"{facts.change} is a suspect: the branch without it has a better "
        f"{facts.metric}{facts.here}",
        f"{facts.lead}the branch without {facts.titled} has a better "
        f"{facts.metric}: {_compared(facts)} This was looked for after the branch was "
        "blocked, when every change looks worse than it is: a suspect, not a proof.",
        "Judge the branch without it.",
    )


def _tolerated(facts: Facts) -> Words:
    tolerance = numbers.number(facts.real("tolerance"))
    return Words(
        f"{facts.change} costs a little {facts.metric}{facts.here}, within its "
        "tolerance",
        f"{facts.lead}{facts.titled} makes {facts.oriented} worse, but by less than "
        f"the tolerance of {tolerance}: {_compared(facts)}",
        "Nothing must be done; ask whether the change is worth it.",
    )


def _not_estimable(facts: Facts) -> Words:
    why = facts.text("why").strip().rstrip(".")
    because = f": {why}" if why else ""
    by = f" by {facts.metric}" if facts.finding.metric else ""
    return Words(
        f"{facts.change} cannot be judged alone{by}{facts.here}",
        f"{facts.lead}{facts.titled} cannot be judged alone{by}{because}. That "
        "speaks neither for nor against it.",
        "To have it judged, make it a change that applies and runs by itself, and give "
        "the branch without it the same seeds.",
    )


def _interaction(facts: Facts) -> Words:
    first, second = (
        quoted(facts.text(key) or "another") for key in ("first", "second")
    )
    d = facts.real("d")
    way = "differently" if d is None else "better" if d > 0 else "worse"
    seeds = numbers.counted(facts.count("look"), "seed")
    return Words(
        f"changes {first} and {second} act on each other ({facts.metric}{facts.here})",
        f"{facts.lead}changes {first} and {second} do {way} together than what each "
        f"does alone adds up to, in {facts.oriented}: {facts.effect}, {seeds}.",
    )
