"""Who did it, as precisely as it is known: groups of changes give way to their parts.

A group that was flagged is halved, and where a half is flagged at the same place (mode,
metric, reason, stage), what is said of the group says nothing more.
"""

from collections.abc import Sequence

from bot.domain.verdict.reasons import Reason, Ruling
from bot.domain.verdict.tree import Finding

FLAGS = (Reason.CHANGE_HARMFUL, Reason.CHANGE_SUSPECT, Reason.MORE_FAILURES)
"""Reasons by which a change is flagged: it is looked into further."""

_Place = tuple[object, ...]


def flagged(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings by which single changes, and groups of them, are flagged."""
    return tuple(one for one in findings if one.change and one.reason in FLAGS)


def outdone(findings: Sequence[Finding]) -> frozenset[str]:
    """Keys of findings on groups of which a half is flagged at the same place.

    Not of a group that holds the branch up where no half of it does any more, because
    somebody accepted that: then the group is what is left.
    """
    known = flagged(findings)
    inside = {_at(one, one.evidence.get("inside")) for one in known}
    held = {_at(one, one.evidence.get("inside")) for one in known if _holds(one)}
    return frozenset(
        one.key
        for one in known
        if _at(one, one.change) in (held if _holds(one) else inside)
    )


def _holds(one: Finding) -> bool:
    return one.state is not Ruling.INFO


def _at(one: Finding, change: object) -> _Place:
    return change, one.mode, one.metric, one.reason, one.evidence.get("rung")
