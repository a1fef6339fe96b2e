"""Arms that mix machines or settings: noticed, and never averaged."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.judgement.findings import finding
from bot.domain.judgement.guardrail import COMPARED
from bot.domain.policy import Mode, Role
from bot.domain.replay.runs import Comparisons, Run
from bot.domain.stats.estimate import centre
from bot.domain.stats.mixture import groups, other_machine
from bot.domain.trials import Value
from bot.domain.verdict import Evidence as Facts
from bot.domain.verdict import Finding, Reason, Ruling
from workers.contract import SourceKind

NODE = "node"
BOTH = "baseline and branch"
_SHOWN = 5

_MEASURED = (SourceKind.WALL_CLOCK, SourceKind.PEAK_MEMORY)
_TIMES = (
    r"(time|walltime|wallclock|latency|duration|elapsed|speed|throughput|fps"
    r"|seconds?|secs?|s|ms|minutes|hours)"
)
_SAYS_TIME = re.compile(rf"(?<![a-z0-9]){_TIMES}(?![a-z0-9])", re.IGNORECASE)

Arms = Mapping[str, Sequence[Run]]
"""The runs of each arm of one comparison, by what the arm is in it."""


@dataclass(frozen=True, slots=True)
class Mix:
    """One thing that is not the same in all runs, and the metrics it makes unfair."""

    finding: Finding
    metrics: frozenset[str]


def mixes(mode: Mode, rules: Comparisons, arms: Arms) -> tuple[Mix, ...]:
    """Everything in the arms of one comparison that mixes machines or settings."""
    found = [
        *(one for name in rules.constant for one in _settings(mode, name, arms)),
        *_nodes(mode, arms),
    ]
    for name in _timed(mode, rules, arms):
        inside = tuple(_groups(mode, name, arms))
        found += inside or _between(mode, name, arms)
    return tuple(found)


def _timed(mode: Mode, rules: Comparisons, arms: Arms) -> tuple[str, ...]:
    """The metrics and fields that measure the machine."""
    if rules.timed is not None:
        return rules.timed
    measured = [one.name for one in mode.metrics if one.source.kind in _MEASURED]
    fields = [name for runs in arms.values() for run in runs for name in run.values]
    named = [name for name in fields if _SAYS_TIME.search(name)]
    return tuple(dict.fromkeys([*measured, *named]))


def _settings(mode: Mode, name: str, arms: Arms) -> Iterator[Mix]:
    """A setting that differs inside an arm: it is no arm of one program."""
    judged = frozenset(
        one.name for one in mode.metrics if one.role not in (Role.LIMIT, Role.REPORT)
    )
    for arm, runs in arms.items():
        seen = Counter(_same(run.values[name]) for run in runs if name in run.values)
        if len(seen) > 1:
            listed = sorted(seen, key=str)
            facts: Facts = {"values": tuple(listed[:_SHOWN]), "n": len(runs)}
            yield Mix(_found(mode, arm, name, facts), judged)


def _same(value: Value) -> str | float | int | bool | None:
    """A whole number is the same as 1480 and as 1480.0."""
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole and value is not None else value


def _nodes(mode: Mode, arms: Arms) -> Iterator[Mix]:
    """Runs on several nodes, unless every seed ran all its arms on one of them."""
    if _blocked(arms):
        return
    compared = frozenset(one.name for one in mode.metrics if one.role in COMPARED)
    used = {arm: _places(runs) for arm, runs in arms.items()}
    inside = {arm: nodes for arm, nodes in used.items() if len(nodes) > 1}
    known = [nodes for nodes in used.values() if nodes]
    differ = any(nodes != known[0] for nodes in known)
    everywhere = {BOTH: sorted({one for nodes in known for one in nodes})}
    for arm, nodes in (inside or (everywhere if differ else {})).items():
        count = sum(len(runs) for name, runs in arms.items() if arm in (name, BOTH))
        facts: Facts = {"values": tuple(nodes[:_SHOWN]), "n": count}
        yield Mix(_found(mode, arm, NODE, facts), compared)


def _places(runs: Sequence[Run]) -> list[str]:
    return sorted({run.node for run in runs if run.node is not None})


def _blocked(arms: Arms) -> bool:
    """Whether seeds are blocks: all arms list them, each seed on one node only."""
    places = [{run.seed: run.node for run in runs} for runs in arms.values()]
    listed = len(places) > 1 and None not in places[0]
    return listed and all(one == places[0] for one in places)


def _groups(mode: Mode, name: str, arms: Arms) -> Iterator[Mix]:
    for arm, runs in arms.items():
        mixture = groups(_numbers(runs, name))
        if mixture is not None:
            facts: Facts = {
                "low": mixture.low,
                "high": mixture.high,
                "n": mixture.n,
                "n_high": mixture.n_high,
            }
            yield Mix(_found(mode, arm, name, facts), frozenset({name}))


def _between(mode: Mode, name: str, arms: Arms) -> tuple[Mix, ...]:
    """Two arms too far apart for one machine."""
    known = [one for runs in arms.values() if (one := _numbers(runs, name))]
    if len(known) != 2 or not other_machine(*known):  # noqa: PLR2004 - two arms
        return ()
    low, high = sorted(known, key=centre)
    facts: Facts = {
        "low": centre(low),
        "high": centre(high),
        "n": len(low) + len(high),
        "n_high": len(high),
    }
    return (Mix(_found(mode, BOTH, name, facts), frozenset({name})),)


def _numbers(runs: Sequence[Run], name: str) -> tuple[float, ...]:
    found = (run.number(name) for run in runs if run.failed is None)
    return tuple(one for one in found if one is not None)


def _found(mode: Mode, arm: str, what: str, facts: Facts) -> Finding:
    whole: Facts = {"arm": arm, "what": what, "low": None, "high": None, **facts}
    known = any(one.name == what for one in mode.metrics)
    return finding(
        Reason.MIXED_MACHINES,
        Ruling.UNDECIDED,
        whole,
        mode=mode.name,
        metric=what if known else None,
    )
