"""More trials than the last look allows, when nobody asked for them beforehand.

Then nothing is left to decide by, whatever was seen: stopping where it looks good is
what the schedule is there to prevent. The e-values are shown, as `more` would use them.
"""

import dataclasses

from bot.domain.judgement.case import Case, Judged
from bot.domain.judgement.compared import Incomparable, incomparable
from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.extension import weigh, weighed
from bot.domain.judgement.failures import opened
from bot.domain.judgement.limit import judge_limit
from bot.domain.policy import Metric, Role
from bot.domain.verdict import (
    Finding,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    worst,
)
from bot.domain.verdict.counting import SAMPLING


def judge_too_many(rules: Rulebook, evidence: Evidence, look: Look) -> ModeVerdict:
    """UNDECIDED, unless a limit is broken: that holds for every single trial."""
    case, failures = opened(rules, evidence, look)
    judged = {
        name: _judge(case, metric, name)
        for metric in rules.mode.metrics
        for name in (metric.name, *metric.slice_names)
    }
    verdicts = tuple(verdict for verdict, _ in judged.values())
    told = (one for _, many in judged.values() for one in many)
    limits = (one.state for one in verdicts if one.role is Role.LIMIT)
    return ModeVerdict(
        name=rules.mode.name,
        state=worst((Ruling.UNDECIDED, failures.state, *limits)),
        targeted=True,
        metrics=verdicts,
        findings=(*failures.findings, *told, _beyond(case, verdicts)),
        looks=rules.looks,
        look=round(look.n),
        decided=True,
    )


def _judge(case: Case, metric: Metric, name: str) -> Judged:
    """E-values of a primary, every trial of a limit; all else is shown."""
    shown = case.shown(metric, name)
    if shown.role is Role.LIMIT:
        return judge_limit(case, metric)
    if shown.role in SAMPLING:
        shown = dataclasses.replace(
            shown, state=Ruling.UNDECIDED, reason=Reason.BEYOND_LAST_LOOK
        )
    if shown.role is not Role.PRIMARY:
        return shown, ()
    found = weigh(case, metric)
    if isinstance(found, Incomparable):
        return incomparable(case, shown, found, Ruling.UNDECIDED)
    return weighed(shown, found), ()


def _beyond(case: Case, verdicts: tuple[MetricVerdict, ...]) -> Finding:
    """The e-values of the primary that is furthest from passing."""
    weighed_ones = [one for one in verdicts if one.e_ni is not None]
    worst_one = min(weighed_ones, key=lambda one: one.e_ni or 0.0, default=None)
    facts = {
        "n_given": round(case.look.n, 2),
        "n_max": case.look.n_max,
        "e_ni": worst_one.e_ni if worst_one else None,
        "e_harm": worst_one.e_harm if worst_one else None,
        "needed": 1.0 / case.rules.decision.alpha,
    }
    metric = worst_one.name if worst_one else None
    return case.found(Reason.BEYOND_LAST_LOOK, Ruling.UNDECIDED, facts, metric)
