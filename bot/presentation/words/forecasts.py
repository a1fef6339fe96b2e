"""Words for what a branch was expected to do."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Forecasts = Literal[
    Reason.HYPOTHESIS_SCORED,
    Reason.HYPOTHESIS_UNREADABLE,
]


def forecasts(reason: Forecasts, facts: Facts) -> Words:
    """A prediction against its outcome."""
    match reason:
        case Reason.HYPOTHESIS_SCORED:
            return _hypothesis_scored(facts)
        case Reason.HYPOTHESIS_UNREADABLE:
            return _hypothesis_unreadable(facts)
        case _:
            assert_never(reason)


def _hypothesis_scored(facts: Facts) -> Words:
    return Words(
        f"the expected effect on {facts.metric} is {facts.text('outcome')}",
        f"{facts.metric} was expected to change by {facts.real('expected') or 0.0:+g}: "
        f"{facts.text('outcome')}.",
    )


def _hypothesis_unreadable(facts: Facts) -> Words:
    return Words(
        "an expectation could not be read",
        f"The line {facts.text('text')!r} could not be read: {facts.text('why')}.",
        "Write it as `Expected: METRIC CHANGE (likelihood 60%, effort 2h)`.",
    )
