"""Words for branch against baseline: worse, not worse, better, still open."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import ACCEPTED, WORTH_IT, Facts, Words
from bot.presentation.words.still_open import still_open

Settled = Literal[
    Reason.NOT_WORSE,
    Reason.TOLERATED_LOSS,
    Reason.BIT_IDENTICAL,
    Reason.NO_DIFFERENCE,
    Reason.BETTER,
]
Open = Literal[
    Reason.HARM_SHOWN,
    Reason.NOT_SHOWN,
    Reason.STOPPED_EARLY,
    Reason.TOLERANCE_UNCLEAR,
]


def settled(reason: Settled, facts: Facts) -> Words:
    """Comparisons that do not stand in the way of a merge."""
    match reason:
        case Reason.NOT_WORSE:
            return _not_worse(facts)
        case Reason.TOLERATED_LOSS:
            return _tolerated(facts)
        case Reason.BIT_IDENTICAL:
            return _identical(facts)
        case Reason.NO_DIFFERENCE:
            return _no_difference(facts)
        case Reason.BETTER:
            return _better(facts)
        case _:
            assert_never(reason)


def unsettled(reason: Open, facts: Facts) -> Words:
    """Comparisons that block, or that leave the question open."""
    match reason:
        case Reason.HARM_SHOWN:
            return _harm(facts)
        case Reason.NOT_SHOWN:
            return still_open(facts)
        case Reason.STOPPED_EARLY:
            return _stopped(facts)
        case Reason.TOLERANCE_UNCLEAR:
            return _unclear(facts)
        case _:
            assert_never(reason)


def _tolerance(facts: Facts) -> str:
    return f"the tolerance of {numbers.number(facts.real('tolerance'))}"


def _not_worse(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} is not worse{facts.here}",
        f"{facts.lead}{facts.oriented} is not worse than the baseline by more than "
        f"{_tolerance(facts)}: {facts.effect}, {facts.seeds}.{facts.any_time}",
    )


def _tolerated(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} lost a little{facts.here}, within its tolerance",
        f"{facts.lead}{facts.oriented} did get worse{facts.means}, but by less than "
        f"{_tolerance(facts)}: {facts.effect}, {facts.seeds}.{facts.any_time}",
        "Nothing must be done. Small losses add up over many merges, so name it in "
        "the pull request.",
    )


def _identical(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} is bit-identical{facts.here}",
        f"{facts.lead}{facts.metric} is bit-identical: for every seed, branch and "
        f"baseline gave the same values from the first to the last, {facts.seeds}.",
    )


def _no_difference(facts: Facts) -> Words:
    share = numbers.percent(facts.real("may_differ"))
    return Words(
        f"{facts.metric} does not differ{facts.here}",
        f"{facts.lead}{facts.metric} has the same value on branch and baseline for "
        f"every seed, {facts.seeds}; at most {share} of all seeds may differ.",
    )


def _better(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} got better{facts.here}",
        f"{facts.lead}{facts.oriented} got better{facts.means}: {facts.effect}, "
        f"{facts.seeds}.",
    )


def _harm(facts: Facts) -> Words:
    undo = "Undo or mend what costs it."
    raised = "raise the tolerance on the base branch first."
    return Words(
        f"{facts.metric} got worse{facts.here}{facts.means} "
        f"(tolerance {numbers.number(facts.real('tolerance'))}, {facts.seeds})",
        f"{facts.lead}{facts.oriented} got worse{facts.means}: {facts.effect}, "
        f"tolerance {numbers.number(facts.real('tolerance'))}, "
        f"{facts.seeds}.{facts.any_time}",
        f"{undo} {WORTH_IT}, {raised}",
        instead=f"{undo} {WORTH_IT}, {ACCEPTED} Or {raised}",
    )


def _stopped(facts: Facts) -> Words:
    so_far = "" if facts.real("d") is None else f" So far: {facts.effect}."
    return Words(
        f"{facts.metric} was not judged to its end{facts.here}",
        f"{facts.lead}{facts.metric} was not judged to its end, because another rule "
        f"had decided.{so_far}",
    )


def _unclear(facts: Facts) -> Words:
    return Words(
        f"the tolerance of {facts.metric} has no meaning{facts.here}",
        f"{facts.lead}the tolerance of {facts.metric} is a share of the baseline's "
        "mean, and the baseline's values lie on both sides of zero.",
        "Give the tolerance in units of the metric; the trials are kept.",
    )
