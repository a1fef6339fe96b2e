"""One mode at its looks: the rules of its metrics put together."""

from collections.abc import Callable, Iterator, Mapping

from bot.domain.judgement.case import Case, Judged, Settled
from bot.domain.judgement.ending import Step, settled
from bot.domain.judgement.evidence import Evidence, Look, Rulebook
from bot.domain.judgement.extension import extend_looks, is_extendable
from bot.domain.judgement.failures import opened
from bot.domain.judgement.futile import judge_futility
from bot.domain.judgement.guardrail import judge_guardrails
from bot.domain.judgement.improve import judge_improves
from bot.domain.judgement.limit import judge_limit
from bot.domain.judgement.primary import judge_primaries
from bot.domain.judgement.target import judge_target
from bot.domain.policy import Role
from bot.domain.verdict import MetricVerdict, ModeVerdict, Ruling


def judge_looks(
    rules: Rulebook, evidence_at: Callable[[int], Evidence | None], *, targeted: bool
) -> ModeVerdict:
    """The mode after every look whose trials have all ended, in order.

    `evidence_at(n)` gives the first n trials of each arm, or None while one of them
    still runs. Not `decided` means that the next look is wanted: of the schedule, or
    of `rules.beyond` where only primary metrics are open after the last one.
    """
    step: Step | None = None
    for look in _schedule(rules):
        evidence = evidence_at(round(look.n))
        if evidence is None:
            break
        step = _step(rules, evidence, look, settled(step.judged) if step else {})
        if step.decided:
            break
    if step is None:
        return _unseen(rules, targeted=targeted)
    if rules.beyond and is_extendable(step):
        step = extend_looks(step, evidence_at)
    return step.verdict(targeted=targeted)


def judge_look(
    rules: Rulebook, evidence: Evidence, look: Look, *, targeted: bool
) -> ModeVerdict:
    """The mode at one single look."""
    return _step(rules, evidence, look, {}).verdict(targeted=targeted)


def _schedule(rules: Rulebook) -> Iterator[Look]:
    for index, n in enumerate(rules.looks):
        earlier = tuple(float(one) for one in rules.looks[:index])
        last = rules.looks[-1]
        yield Look(float(n), earlier, last, n == last)


def _unseen(rules: Rulebook, *, targeted: bool) -> ModeVerdict:
    metrics = tuple(
        MetricVerdict(
            name=name,
            role=metric.role,
            direction=metric.direction,
            source=metric.source.kind,
            state=Ruling.UNDECIDED,
            target=metric.target,
            maximum=metric.maximum,
            minimum=metric.minimum,
            margin=metric.margin,
            slice_of=None if name == metric.name else metric.name,
        )
        for metric in rules.mode.metrics
        for name in (metric.name, *metric.slice_names)
    )
    looks = (*rules.looks, *rules.beyond)
    name = rules.mode.name
    return ModeVerdict(name, Ruling.UNDECIDED, targeted, metrics, (), looks)


def _step(rules: Rulebook, evidence: Evidence, look: Look, before: Settled) -> Step:
    case, failures = opened(rules, evidence, look)
    judged = judge_futility(case, _judge(case, before))
    return Step.of(case, judged, failures)


def _judge(case: Case, before: Settled) -> Mapping[str, Judged]:
    """Every metric and slice in file order; those of no role are shown."""
    found = {
        **judge_primaries(case, before),
        **judge_guardrails(case),
        **judge_improves(case, before),
    }
    for metric in case.of(Role.TARGET):
        found[metric.name] = before.get(metric.name) or judge_target(case, metric)
    for metric in case.of(Role.LIMIT):
        found[metric.name] = judge_limit(case, metric)
    return {
        name: found.get(name) or (case.shown(metric, name), ())
        for metric in case.rules.mode.metrics
        for name in (metric.name, *metric.slice_names)
    }
