"""Words for guardrails and slices: they block when a loss beyond tolerance is shown."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.hindered import too_few
from bot.presentation.words.phrase import ACCEPTED, WORTH_IT, Facts, Words

Guardrails = Literal[Reason.GUARDRAIL_BROKEN, Reason.GUARDRAIL_KEPT]


def guardrails(reason: Guardrails, facts: Facts) -> Words:
    """A loss beyond the tolerance: shown, or not shown."""
    match reason:
        case Reason.GUARDRAIL_BROKEN:
            return _broken(facts)
        case Reason.GUARDRAIL_KEPT:
            return _kept(facts)
        case _:
            assert_never(reason)


def _beyond(facts: Facts) -> str:
    tolerance = facts.real("tolerance")
    if not tolerance:
        return "no loss is tolerated"
    return f"beyond its tolerance of {numbers.number(tolerance)}"


def _by(facts: Facts) -> str:
    return f" by {facts.size('d')}" if facts.size("d") else ""


def _broken(facts: Facts) -> Words:
    family = facts.count("family")
    many = f"{family} slices and guardrails share the error rate"
    note = f"; {many}" if family > 1 else ""
    shared = f" {many}, so more of them mean no more false alarms." if note else ""
    raised = "raise the tolerance of this metric on the base branch first."
    return Words(
        f"{facts.metric} got worse{facts.here}{_by(facts)} ({_beyond(facts)}{note})",
        f"{facts.lead}{facts.oriented} got worse{facts.means}, {_beyond(facts)}: "
        f"{facts.effect}, {facts.seeds}.{shared}",
        f"Mend what costs it. {WORTH_IT}, {raised}",
        instead=f"Mend what costs it. {WORTH_IT}, {ACCEPTED} Or {raised}",
    )


def _kept(facts: Facts) -> Words:
    tolerance = facts.real("tolerance")
    beyond = f" by more than {numbers.number(tolerance)}" if tolerance else ""
    if facts.real("d") is None:
        return Words(
            f"{facts.metric} is not shown to be worse{facts.here}",
            too_few(facts),
        )
    return Words(
        f"{facts.metric} is not shown to be worse{facts.here}{beyond}",
        f"{facts.lead}{facts.oriented} is not shown to be worse{beyond}: "
        f"{facts.effect}, {facts.seeds}.{facts.seen('loss', 'tolerance')}",
    )
