"""What a mode left open because one finding had ended it early.

While that finding blocks, none of this matters. Once somebody accepts it, all of it
does: a metric that was not judged to its end has not passed.
"""

import dataclasses

from bot.domain.policy import Role
from bot.domain.verdict.counting import more_failed, only_guarded, so_far
from bot.domain.verdict.findings import finding
from bot.domain.verdict.reasons import Reason, Ruling
from bot.domain.verdict.tree import Finding, MetricVerdict, ModeVerdict

_ANSWERS = (Reason.ANCHOR_KEPT, Reason.ANCHOR_LOST, Reason.ANCHOR_OPEN)


def completed(mode: ModeVerdict) -> ModeVerdict:
    """The mode with a finding for every metric that was left open without a word.

    Only a mode that has ended: what is cut short says so elsewhere.
    """
    silent = [one for one in mode.metrics if _is_silent(one)]
    if not mode.decided or not silent:
        return mode
    metrics = (
        dataclasses.replace(one, reason=Reason.STOPPED_EARLY) if one in silent else one
        for one in mode.metrics
    )
    findings = (*mode.findings, *(_stopped(mode.name, one) for one in silent))
    return dataclasses.replace(mode, metrics=tuple(metrics), findings=findings)


def _is_silent(metric: MetricVerdict) -> bool:
    return metric.state is Ruling.UNDECIDED and metric.reason is None


def _stopped(mode: str, metric: MetricVerdict) -> Finding:
    place = {"mode": mode, "metric": metric.name}
    return finding(Reason.STOPPED_EARLY, Ruling.INFO, so_far(metric), **place)


def is_open(mode: ModeVerdict, found: Finding) -> bool:
    """Whether a finding that only tells something stands for what nobody judged."""
    match found.reason:
        case Reason.STOPPED_EARLY:
            return any(
                one.name == found.metric and one.state is Ruling.UNDECIDED
                for one in mode.metrics
            )
        case Reason.FAILURES_SEEN:
            return _fails_more(found)
        case Reason.GUARDRAIL_KEPT:
            early = mode.look < max(mode.looks, default=0)
            return early and only_guarded({one.role for one in mode.metrics})
        case Reason.ANCHOR_OPEN:
            return found.state is Ruling.INFO
        case Reason.TOLERANCE_SPENT:
            return not any(
                one.metric == found.metric and one.reason in _ANSWERS
                for one in mode.findings
            )
        case _:
            return False


def is_shadowed(mode: ModeVerdict, found: Finding) -> bool:
    """Whether what was found of changes held nothing up for the mode did already.

    So it is of changes that were not judged to their end (`shadowed`), and of flags.
    A flag is a suspect then, for the branch was seen at its worst. That holds for the
    loss, or the failures, by which it blocked: whoever accepts those accepts what
    brought them about. Harm that a change does to another metric, which the branch as
    a whole does not show, is accepted by nobody.
    """
    told = found.state is Ruling.INFO and found.mode in (None, mode.name)
    if found.evidence.get("shadowed"):
        return told and any(map(_hides, mode.metrics))
    seen = _SEEN_AS.get(found.reason) if found.change else None
    if seen is None or not told or "reported" in found.evidence:
        return False
    known = {(one.reason, one.metric) for one in mode.findings if not one.change}
    return (seen, found.metric) not in known


def _hides(metric: MetricVerdict) -> bool:
    """Whether changes are judged by it, and the branch as a whole shows no harm."""
    return metric.role is Role.PRIMARY and metric.reason is not Reason.HARM_SHOWN


_SEEN_AS = {
    Reason.CHANGE_SUSPECT: Reason.HARM_SHOWN,
    Reason.MORE_FAILURES: Reason.MORE_FAILURES,
}
"""What the harm of a change is called where the whole branch shows it."""


def _fails_more(found: Finding) -> bool:
    """Whether the branch failed more often than the baseline, by these counts."""
    names = ("failed_branch", "n_branch", "failed_baseline", "n_baseline")
    counts = [one for one in map(found.evidence.get, names) if isinstance(one, int)]
    return len(counts) == len(names) and more_failed(*counts)
