"""Words for slow losses: the branch against a pinned release, and what is spent."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation import numbers
from bot.presentation.words.phrase import MORE_EVIDENCE, Facts, Words

Anchors = Literal[
    Reason.ANCHOR_KEPT, Reason.ANCHOR_LOST, Reason.ANCHOR_OPEN, Reason.TOLERANCE_SPENT
]


_MEND_FIRST = (
    "Mend what makes trials fail first: while the branch fails more often than the "
    "release, it passes at no number of seeds. Then judge again."
)


def anchors(reason: Anchors, facts: Facts) -> Words:
    """Against the release that the policy pins: kept, lost, open; and why at all."""
    match reason:
        case Reason.ANCHOR_KEPT:
            return _kept(facts)
        case Reason.ANCHOR_LOST:
            return _lost(facts)
        case Reason.ANCHOR_OPEN:
            return _open(facts)
        case Reason.TOLERANCE_SPENT:
            return _spent(facts)
        case _:
            assert_never(reason)


def _anchor(facts: Facts) -> str:
    name = facts.text("anchor")
    return f"the anchor {name}" if name else "the anchor"


def _allowed(facts: Facts) -> str:
    return f"the {numbers.number(facts.real('tolerance'))} allowed since then"


def _kept(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} holds against {_anchor(facts)}{facts.here}",
        f"{facts.lead}{facts.oriented} is not worse than at {_anchor(facts)} by more "
        f"than {_allowed(facts)}: {facts.effect}, {facts.seeds}.",
    )


def _lost(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} got worse{facts.here} since {_anchor(facts)}{facts.means}",
        f"{facts.lead}{facts.oriented} is worse than at {_anchor(facts)}"
        f"{_moved(facts)}: {facts.effect}, {facts.seeds}. Losses within the "
        "tolerance add up over many merges.",
        "Win back what was lost since then, or pin a later release as anchor on the "
        "base branch.",
    )


def _moved(facts: Facts) -> str:
    return f",{facts.means}" if facts.means else ""


def _open(facts: Facts) -> Words:
    so_far = "" if facts.real("d") is None else f": {facts.effect}, {facts.seeds}"
    return Words(
        f"it is still open whether {facts.metric} holds against {_anchor(facts)}"
        f"{facts.here}",
        f"{facts.lead}it is still open whether {facts.oriented} got worse since "
        f"{_anchor(facts)} by more than {_allowed(facts)}{so_far}.",
        _MEND_FIRST if facts.flag("failing") else MORE_EVIDENCE,
    )


def _spent(facts: Facts) -> Words:
    spent, budget = (numbers.number(facts.real(key)) for key in ("spent", "budget"))
    return Words(
        f"{facts.metric} has used up what it may lose since {_anchor(facts)}"
        f"{facts.here}",
        f"{facts.lead}what was lost of {facts.metric} since {_anchor(facts)} adds "
        f"up to {spent} times its tolerance (budget {budget}), so branches are held "
        "against the anchor itself too.",
        "Win some of it back, or pin a later release as anchor on the base branch.",
    )
