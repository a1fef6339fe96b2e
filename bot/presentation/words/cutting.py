"""Words for how a branch was cut into changes."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Cutting = Literal[
    Reason.CHANGE_INERT,
    Reason.CHANGES_GROUPED,
    Reason.CHANGES_NOTED,
]


def cutting(reason: Cutting, facts: Facts) -> Words:
    """What could be taken apart, and what not."""
    match reason:
        case Reason.CHANGE_INERT:
            return _change_inert(facts)
        case Reason.CHANGES_GROUPED:
            return _changes_grouped(facts)
        case Reason.CHANGES_NOTED:
            return _changes_noted(facts)
        case _:
            assert_never(reason)


def _change_inert(facts: Facts) -> Words:
    return Words(
        f"{facts.change} leaves nothing to train",
        f"{facts.titled} leaves no trace in the tree that would "
        f"land: {facts.text('why')}.",
    )


def _changes_grouped(facts: Facts) -> Words:
    return Words(
        f"{facts.count('found')} changes were judged in {facts.count('groups')} groups",
        f"The branch has {facts.count('found')} changes, and the "
        f"policy judges at most {facts.count('most')} apart: they "
        f"were put into {facts.count('groups')} groups of neighbours, "
        "and only a harmful group is halved.",
    )


def _changes_noted(facts: Facts) -> Words:
    return Words(
        "a part of the branch could not be taken apart",
        f"{facts.text('note')}",
    )
