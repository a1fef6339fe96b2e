"""Where history chose how a metric is compared: said beside the verdict."""

from collections.abc import Iterator

from bot.domain.judgement.case import Case
from bot.domain.judgement.guardrail import COMPARED, slices_judged
from bot.domain.stats.choice import Choice
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling


def why_so(case: Case) -> tuple[Finding, ...]:
    """Every choice that is not the design's own.

    A slice that is compared as its metric is has nothing of its own to tell.
    """
    names = list(_compared(case))
    return tuple(
        one
        for name in names
        if name in case.rules.chosen or name in case.rules.choices
        for one in _told(case, name)
    )


def _compared(case: Case) -> Iterator[str]:
    for metric in case.rules.mode.metrics:
        if metric.role in COMPARED:
            yield metric.name
            yield from slices_judged(metric)


def _told(case: Case, name: str) -> Iterator[Finding]:
    why = case.rules.why(name)
    if why.choice != Choice():
        facts: Facts = {
            "test": str(why.choice.test),
            "correlation": why.correlation,
            "pairs": why.pairs,
            "break_even": why.break_even,
            "scale": str(why.choice.scale),
            "guarded": why.choice.guarded,
        }
        yield case.found(Reason.TEST_CHOSEN, Ruling.INFO, facts, name)
