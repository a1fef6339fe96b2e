"""Words for metrics that a branch has to make better."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.hindered import hindered
from bot.presentation.words.phrase import Facts, Words

Improvements = Literal[
    Reason.IMPROVEMENT_SHOWN,
    Reason.IMPROVEMENT_RULED_OUT,
    Reason.IMPROVEMENT_NOT_SHOWN,
    Reason.IMPROVEMENT_WAITS,
]


def improvements(reason: Improvements, facts: Facts) -> Words:
    """A gain that the policy asks for: shown, ruled out, still open, not yet asked."""
    match reason:
        case Reason.IMPROVEMENT_SHOWN:
            return _shown(facts)
        case Reason.IMPROVEMENT_RULED_OUT:
            return _ruled_out(facts)
        case Reason.IMPROVEMENT_NOT_SHOWN:
            return _open(facts)
        case Reason.IMPROVEMENT_WAITS:
            return _waits(facts)
        case _:
            assert_never(reason)


def _beyond(facts: Facts) -> str:
    margin = facts.real("margin")
    return f" by more than {numbers.number(margin)}" if margin else ""


def _shown(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} got better{facts.here}{_beyond(facts)}",
        f"{facts.lead}{facts.oriented} got better{_beyond(facts)}, as the policy "
        f"asks{_moved(facts)}: {facts.effect}, {facts.seeds}.",
    )


def _moved(facts: Facts) -> str:
    return f",{facts.means}" if facts.means else ""


def _ruled_out(facts: Facts) -> Words:
    mend = (
        "Improve the branch further, or change the margin on the base branch first."
        if facts.real("margin")
        else "Improve the branch, or change the role of the metric on the base branch."
    )
    if facts.real("margin"):
        return Words(
            f"{facts.metric} did not get better{facts.here}{_beyond(facts)}, which "
            "the policy asks for",
            f"{facts.lead}{facts.oriented} has to get better{_beyond(facts)}, and a "
            f"gain of that size is ruled out: {facts.effect}, {facts.seeds}.",
            mend,
        )
    return Words(
        f"{facts.metric} got worse{facts.here}, and the policy asks for a gain",
        f"{facts.lead}{facts.oriented} has to get better, and got "
        f"worse{facts.means}: {facts.effect}, {facts.seeds}.",
        mend,
    )


def _open(facts: Facts) -> Words:
    short = (
        f"{facts.metric} is not shown to get better{_beyond(facts)}{facts.here} "
        f"({facts.seeds})"
    )
    but = (
        f"show the gain that is asked for, {facts.effect}, {facts.seeds}, but trials "
        "of the branch failed."
    )
    return hindered(facts, "p_shown", but) or Words(
        short,
        f"{facts.lead}{facts.oriented} is neither shown to get "
        f"better{_beyond(facts)} nor shown not to: {facts.effect}, "
        f"{facts.seeds}.{facts.seen('gain', 'margin')}",
        "Allow more seeds (seeds of the stage), find a larger gain, or make single "
        "runs less noisy; then judge again.",
    )


def _waits(facts: Facts) -> Words:
    first = facts.text("waits_for") or "a metric before it"
    return Words(
        f"{facts.metric} waits for {first}{facts.here}",
        f"{facts.lead}{facts.metric} is not judged yet: gains are asked for in the "
        f"order of the policy file, and that of {first} is not shown.",
        f"Show the gain in {first} first, or change their order on the base branch.",
    )
