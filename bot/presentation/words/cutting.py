"""Words for how a branch was cut into changes."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import Facts, Words, begun

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
    why = facts.text("why").strip().rstrip(".")
    because = f": {why}" if why else ""
    return Words(
        f"{facts.change} leaves nothing to train{facts.here}",
        begun(
            f"{facts.lead}{facts.titled} leaves no trace in the tree that would "
            f"land{because}. So there was nothing to judge."
        ),
    )


def _changes_grouped(facts: Facts) -> Words:
    found = numbers.counted(facts.count("found"), "change")
    groups = numbers.counted(facts.count("groups"), "group")
    return Words(
        f"{found} in {groups}",
        f"The branch has {found}, and the policy takes at most {facts.count('most')} "
        f"apart (`max_changes`): neighbours were put together into {groups}, and "
        "only a group that does harm is halved, until the change is found.",
    )


def _changes_noted(facts: Facts) -> Words:
    alone = facts.text("alone").strip().rstrip(".")
    if alone:
        return Words(
            f"{facts.change} was not taken alone{facts.here}",
            begun(
                f"{facts.lead}{facts.titled} could not be put on the base alone: "
                f"{alone}."
            ),
        )
    noted = facts.text("note").strip()
    return Words(
        "a part of the branch could not be taken apart",
        noted or "A part of the branch could not be taken apart.",
    )
