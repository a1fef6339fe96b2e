"""Words for what people want to look at."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Exhibits = Literal[
    Reason.QUANTITY_OUTSIDE,
    Reason.DATA_DIFFERS,
    Reason.DATA_OVERLAPS,
    Reason.GAP_DIAGNOSED,
    Reason.REFERENCE_UNBEATEN,
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
        case _:
            assert_never(reason)


def _quantity_outside(facts: Facts) -> Words:
    return Words(
        f"{facts.text('quantity')} left its allowed range{facts.here}",
        f"{facts.lead}{facts.text('quantity')} left its allowed range.",
    )


def _data_differs(facts: Facts) -> Words:
    return Words(
        f"the data differ{facts.here}",
        f"{facts.lead}the {facts.text('split')} data differ in {facts.text('what')}.",
    )


def _data_overlaps(facts: Facts) -> Words:
    return Words(
        f"{facts.text('split')} and {facts.text('other')} data overlap{facts.here}",
        f"{facts.lead}{facts.count('shared')} examples are in {facts.text('split')} "
        f"and in {facts.text('other')}.",
    )


def _gap_diagnosed(facts: Facts) -> Words:
    return Words(
        f"high {facts.text('diagnosis')}{facts.here}",
        f"{facts.lead}the gap between training and evaluation says "
        f"high {facts.text('diagnosis')}.",
    )


def _reference_unbeaten(facts: Facts) -> Words:
    return Words(
        f"{facts.metric} does not beat the reference {facts.text('name')}{facts.here}",
        f"{facts.lead}{facts.metric} is no better than the reference "
        f"{facts.text('name')}.",
    )
