"""Words for how modes behave, step by step, and who changed it."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Behaviours = Literal[
    Reason.MODE_IDENTICAL,
    Reason.MODE_NUMERIC,
    Reason.MODE_CHANGED,
    Reason.MODE_INVASIVE,
    Reason.MODE_UNTOUCHED,
    Reason.MODE_EQUIVALENT,
    Reason.MODE_UNKNOWN,
    Reason.TARGETS_INFERRED,
]


def behaviours(  # noqa: C901, PLR0911 - a closed list, read down
    reason: Behaviours, facts: Facts
) -> Words:
    """Modes compared bit for bit over their first steps."""
    match reason:
        case Reason.MODE_IDENTICAL:
            return _mode_identical(facts)
        case Reason.MODE_NUMERIC:
            return _mode_numeric(facts)
        case Reason.MODE_CHANGED:
            return _mode_changed(facts)
        case Reason.MODE_INVASIVE:
            return _mode_invasive(facts)
        case Reason.MODE_UNTOUCHED:
            return _mode_untouched(facts)
        case Reason.MODE_EQUIVALENT:
            return _mode_equivalent(facts)
        case Reason.MODE_UNKNOWN:
            return _mode_unknown(facts)
        case Reason.TARGETS_INFERRED:
            return _targets_inferred(facts)
        case _:
            assert_never(reason)


def _mode_identical(facts: Facts) -> Words:
    return Words(
        f"nothing changed{facts.here} in {facts.count('steps')} steps",
        f"{facts.lead}the first {facts.count('steps')} steps are "
        "the same bit for bit on base and branch. This proves "
        "nothing of later steps.",
    )


def _mode_numeric(facts: Facts) -> Words:
    return Words(
        f"rounding differs{facts.here}",
        f"{facts.lead}{facts.text('quantity')} first differs at "
        f"step {facts.count('step')}, within rounding.",
    )


def _mode_changed(facts: Facts) -> Words:
    return Words(
        f"the behaviour changed{facts.here}, as meant",
        f"{facts.lead}which is a target, {facts.text('quantity')} "
        f"differs from step {facts.count('step')} on.",
    )


def _mode_invasive(facts: Facts) -> Words:
    return Words(
        f"the behaviour changed{facts.here}, which nobody named as a target",
        f"{facts.lead}{facts.text('quantity')} differs from step "
        f"{facts.count('step')} on, and the mode is not named as "
        "a target.",
        "Take the change out of this mode, or name the mode as a target.",
    )


def _mode_untouched(facts: Facts) -> Words:
    return Words(
        f"nothing of the target changed{facts.here}",
        f"{facts.lead}which is named as a target, the first {facts.count('steps')} "
        "steps are the same bit for bit on base and branch.",
    )


def _mode_equivalent(facts: Facts) -> Words:
    return Words(
        f"the behaviour changed{facts.here}, and {facts.metric} is equivalent",
        f"{facts.lead}the behaviour changed, and {facts.metric} "
        f"is shown to differ by less than {facts.amount('margin')}: "
        f"{facts.effect}.",
    )


def _mode_unknown(facts: Facts) -> Words:
    return Words(
        f"it is not known whether the behaviour changed{facts.here}",
        f"{facts.lead}it is not known whether the behaviour changed: "
        f"{facts.text('why')}.",
    )


def _targets_inferred(facts: Facts) -> Words:
    return Words(
        "the target was inferred",
        "Nobody named a target, and exactly one mode changed: "
        f"{', '.join(facts.listed('modes'))} is taken as the target.",
    )
