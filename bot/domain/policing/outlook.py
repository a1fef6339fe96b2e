"""How often a branch that changes nothing is stopped, by all rules of a policy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.domain.history import AUTO_SDS, Knowledge
from bot.domain.judgement.attempts import per_attempt
from bot.domain.judgement.findings import finding
from bot.domain.judgement.guardrail import slices_judged
from bot.domain.policing.known import known_of
from bot.domain.policy import Decision, Metric, Mode, Role, Seeding, Stage
from bot.domain.stats.stopping import Planned, Rules, chance_of_stop
from bot.domain.stats.walk import Ends
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling

_WIDEST = 1e6  # simulated tolerances end here, in SDs
_MOST_NAMES = 3
_STILL = Planned(tolerance=1.0, effect=100.0)  # no spread, no change: passes at once


@dataclass(frozen=True, slots=True)
class Outlook:
    """One mode in one stage as it is simulated.

    `unknown` are metrics whose spread is not known: their tolerance counts as 1.5 SDs.
    `failing` is the share of past trials that failed, None where none are known.
    `improves` says that metrics with that role are left out.
    """

    mode: str
    rules: Rules
    unknown: tuple[str, ...]
    failing: float | None
    improves: bool


class _Hypothesis(NamedTuple):
    """A metric or slice in the role in which it can stop a branch without effect."""

    name: str
    metric: Metric
    guards: bool


def outlooks(
    decision: Decision, stage: Stage, modes: Sequence[Mode], knowledge: Knowledge
) -> tuple[Outlook, ...]:
    """The modes of a stage in which a branch that changes nothing can be stopped.

    By harm to primaries, guardrails and slices, and by failed trials; targets and
    limits face fixed numbers, and nothing is known of those.
    """
    compared = [mode for mode in modes if any(_hypotheses(mode))]
    return tuple(_outlook(decision, stage, mode, knowledge) for mode in compared)


def _hypotheses(mode: Mode) -> Iterator[_Hypothesis]:
    for metric in mode.metrics:
        if metric.role in (Role.PRIMARY, Role.GUARDRAIL):
            yield _Hypothesis(metric.name, metric, guards=metric.role is Role.GUARDRAIL)
        for name in slices_judged(metric):
            yield _Hypothesis(name, metric, guards=True)


def _outlook(
    decision: Decision, stage: Stage, mode: Mode, knowledge: Knowledge
) -> Outlook:
    rule = per_attempt(mode, decision)[1]
    failing = _failing(mode, knowledge)
    planned = [
        (one, _planned(one, mode, stage, knowledge)) for one in _hypotheses(mode)
    ]
    assumed = Planned(tolerance=AUTO_SDS, paired=mode.seeding is not Seeding.NONE)
    return Outlook(
        mode=mode.name,
        rules=Rules(
            looks=stage.looks,
            alpha=rule.alpha,
            spending=rule.spending,
            primaries=tuple(p or assumed for one, p in planned if not one.guards),
            guardrails=tuple(p or assumed for one, p in planned if one.guards),
            failing=failing or 0.0,
        ),
        unknown=tuple(one.name for one, found in planned if found is None),
        failing=failing,
        improves=any(metric.role is Role.IMPROVE for metric in mode.metrics),
    )


def _failing(mode: Mode, knowledge: Knowledge) -> float | None:
    """The largest share of failed trials that any metric of the mode has met."""
    places = [(mode.name, metric.name) for metric in mode.metrics]
    past = (knowledge.history.get(place) for place in places)
    shares = [one.failed / one.trials for one in past if one and one.trials]
    pilots = (knowledge.pilots.get(place) for place in places)
    shares += [one.failed / (one.n + one.failed) for one in pilots if one and one.n]
    return max(shares, default=None)


def _planned(
    one: _Hypothesis, mode: Mode, stage: Stage, knowledge: Knowledge
) -> Planned | None:
    """The hypothesis in per-run SDs; None where the tolerance in SDs is not known."""
    known = known_of(mode, one.metric, one.name, stage, knowledge)
    if known is not None and known.sd <= 0.0:
        return _STILL
    if known is not None and known.tolerance is not None:
        size = min(_WIDEST, known.tolerance / known.sd)
        return Planned(size, known.correlation, known.paired)
    if one.metric.tolerance is None:
        return Planned(0.0, paired=mode.seeding is not Seeding.NONE)
    return None


@dataclass(frozen=True, slots=True)
class Prospect:
    """How a branch without effect ends, `sound` being without any failed trial.

    `failing` is the largest known share of failed trials. `assumed` is a sentence
    without its stop: what was not known, and what is left out.
    """

    ends: Ends
    sound: Ends
    failing: float | None
    assumed: str


def prospect(stages: Sequence[Sequence[Outlook]]) -> Prospect | None:
    """All modes of all stages together; None where nothing can stop such a branch."""
    every = [one for stage in stages for one in stage]
    if not every:
        return None
    failing = [one.failing for one in every if one.failing is not None]
    return Prospect(
        ends=chance_of_stop([[one.rules for one in stage] for stage in stages]),
        sound=chance_of_stop(
            [[replace(one.rules, failing=0.0) for one in stage] for stage in stages]
        ),
        failing=max(failing, default=None),
        assumed="; ".join(_assumptions(every, known=bool(failing))),
    )


def _assumptions(every: Sequence[Outlook], *, known: bool) -> Iterator[str]:
    names = list(dict.fromkeys(name for one in every for name in one.unknown))
    if names:
        some = ", ".join(names[:_MOST_NAMES])
        rest = len(names) - _MOST_NAMES
        more = f" and {rest} more" if rest > 0 else ""
        sizes = f"tolerances of {AUTO_SDS:g} SDs"
        yield f"{sizes} where the spread is not known ({some}{more})"
    if not known:
        yield "no failed trials"
    if len(every) > 1 or any(_several(one.rules) for one in every):
        yield "metrics that vary independently"
    if any(one.improves for one in every):
        yield "improvements that are asked for are shown"


def _several(rules: Rules) -> bool:
    return len(rules.primaries) + len(rules.guardrails) > 1


def chance_finding(found: Prospect, decision: Decision) -> Finding:
    """The note that a report carries: the whole chance, and what each rule promises.

    Where trials failed it says how many, and what the chance were without them.
    """
    facts: Facts = {
        "chance": found.ends.stopped,
        "blocked": found.ends.blocked,
        "undecided": found.ends.undecided,
        "failing": found.failing,
        "sound": found.sound.stopped,
        "promised": decision.alpha / (decision.attempts or 1),
        "assumed": found.assumed,
    }
    return finding(Reason.CHANCE_OF_STOP, Ruling.INFO, facts)
