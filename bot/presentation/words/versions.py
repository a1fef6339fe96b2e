"""Words for what defines a metric, and who says its value."""

from typing import Literal, assert_never

from bot.domain.verdict import Reason
from bot.presentation.words.phrase import Facts, Words

Versions = Literal[
    Reason.METRIC_VERSION_CHANGED,
    Reason.SELF_REPORT_DIFFERS,
]


def versions(reason: Versions, facts: Facts) -> Words:
    """Metric versions."""
    match reason:
        case Reason.METRIC_VERSION_CHANGED:
            return _metric_version_changed(facts)
        case Reason.SELF_REPORT_DIFFERS:
            return _self_report_differs(facts)
        case _:
            assert_never(reason)


def _metric_version_changed(facts: Facts) -> Words:
    return Words(
        f"the branch changes what defines {facts.metric}{facts.here}",
        f"{facts.lead}the branch changes what defines {facts.metric} "
        f"({', '.join(facts.listed('files'))}): the unchanged baseline "
        f"was {facts.amount('old_mean')} and is {facts.amount('new_mean')} "
        "under the branch's evaluation. History starts anew.",
    )


def _self_report_differs(facts: Facts) -> Words:
    return Words(
        f"the branch reports another {facts.metric}{facts.here} "
        "than the base's code scores",
        f"{facts.lead}the branch reports {facts.metric} {facts.amount('own')}, "
        f"and the evaluation code of the base scores {facts.amount('scored')}.",
        "Look at what the branch does to its own evaluation.",
    )
