"""What is known before an evaluation, pinned with it; and how evaluations are counted.

An evaluation counts where it could turn a verdict around by luck: another tree of the
head, another commit of the base (seeds follow it), another policy or machine make other
trials, or another test of them. One that looks again at what an earlier one of the same
branch compared, to tell changes apart or to name targets, does not count: it is judged
by what was known when that one began, and finds the same trials. A part of the plan
shows trials of the whole, so all parts of one plan and the whole count once together.
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.app.knowledge_text import dump_knowledge, load_knowledge
from bot.app.ports import Memory
from bot.domain.history import (
    Knowledge,
    MetricHistory,
    MetricKey,
    Place,
    Summary,
    resolve,
)
from bot.domain.judgement.findings import finding
from bot.domain.past import (
    Scene,
    drifted,
    foreign,
    keys,
    pool,
    restarted,
    same_baseline,
)
from bot.domain.plan import Plan, digest_of
from bot.domain.policing import (
    chance_finding,
    findings,
    outlooks,
    police,
    prospect,
    refusal,
)
from bot.domain.policy import Mode, Stage
from bot.domain.stats.drift import THRESHOLD
from bot.domain.verdict import Evidence, Finding, Reason, Ruling


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose evaluation it is: the repository, both branches by name, and the head.

    `begins` is the stage with which the whole plan begins where several stages, or a
    part of them, are evaluated for one answer; None where it is the plan's own.
    """

    repository: str
    base: str
    head: str
    head_commit: str
    begins: Stage | None = None

    @property
    def branch(self) -> str:
        """Both branches in one word."""
        return f"{self.base}..{self.head}"


def history(
    memory: Memory, asked: Sequence[MetricKey]
) -> Mapping[Place, MetricHistory]:
    """What comparable evaluations say of each metric, where there were any."""
    past = {key.place: memory.past(key) for key in asked}
    return {place: pool(many) for place, many in past.items() if many}


def informed(
    memory: Memory,
    plan: Plan,
    subject: Subject,
    lost: Mapping[Place, float],
    now: float,
) -> Plan:
    """The plan with all that is known, every tolerance an amount.

    A resumed evaluation is judged by what was known when it began, and one that looks
    again at what an earlier one compared by what was known then. Raises UserFault
    for a tolerance that nothing is known to make of, or that cannot be policed; such an
    evaluation has not begun, and is not counted. `now` is Unix seconds.
    """
    pinned = memory.pinned(plan.evaluation) or _compared(memory, plan, subject)
    if pinned is not None:
        _go_on(memory, plan, subject, pinned)
    else:
        known = _known(memory, plan, subject, now)
        known = dataclasses.replace(known, lost=lost)
        pinned = _begin(memory, plan, subject, known)
    plan = _with(plan, load_knowledge(pinned))
    return dataclasses.replace(plan, notes=_notes(plan))


def foreseen(
    memory: Memory,
    plan: Plan,
    subject: Subject,
    lost: Mapping[Place, float],
    now: float,
) -> Plan:
    """The plan as `informed` would make it; nothing is pinned or counted yet.

    For whatever comes before the first trial that is judged. Raises the same.
    """
    pinned = memory.pinned(plan.evaluation) or _compared(memory, plan, subject)
    if pinned is not None:
        told = _with(plan, load_knowledge(pinned))
    else:
        known = _known(memory, plan, subject, now)
        told = _with(plan, dataclasses.replace(known, lost=lost))
        _refuse(told)
    return dataclasses.replace(told, notes=_notes(told))


def remembered(memory: Memory, scene: Scene, modes: Sequence[Mode]) -> Knowledge:
    """History and pilots of a stage, for whoever only looks ahead."""
    asked = keys(scene, modes)
    pilots = {key.place: memory.pilot(key) for key in asked}
    known = {place: one for place, one in pilots.items() if one is not None}
    return Knowledge(history=history(memory, asked), pilots=known)


def _known(memory: Memory, plan: Plan, subject: Subject, now: float) -> Knowledge:
    """History without this very branch: its own data must not choose its test."""
    asked = keys(scene_of(plan, subject), plan.modes)
    past = {key.place: memory.past(key) for key in asked}
    trees, branch = plan.trees, subject.branch
    others = {
        place: foreign(many, branch, trees.merged_tree) for place, many in past.items()
    }
    baselines = {
        place: same_baseline(many, trees.base_tree) for place, many in past.items()
    }
    pilots = {key.place: memory.pilot(key) for key in asked}
    charts = {place: drifted(many) for place, many in past.items()}
    drift = {place: one.cusum for place, one in charts.items() if one.alarmed}
    return Knowledge(
        history={place: pool(many) for place, many in others.items() if many},
        pilots={place: one for place, one in pilots.items() if one is not None},
        baselines={place: one for place, one in baselines.items() if one is not None},
        drift=drift,
        fresh_from=_fresh_from(past, {mode for mode, _ in drift}, now),
        begun_at=now,
    )


def _fresh_from(
    past: Mapping[Place, Sequence[Summary]], moved: Collection[str], now: float
) -> Mapping[str, float]:
    """From when on stored runs serve, where a baseline has ever moved."""
    found: dict[str, float] = {}
    for (mode, _), many in past.items():
        at = now if mode in moved else restarted(many)
        if at:
            found[mode] = max(at, found.get(mode, 0.0))
    return found


def _begin(memory: Memory, plan: Plan, subject: Subject, known: Knowledge) -> str:
    _refuse(_with(plan, known))
    attempt = _attempt(memory, plan, subject)
    document = dump_knowledge(dataclasses.replace(known, attempt=attempt))
    document = memory.pin(_comparison(plan, subject), document)
    _go_on(memory, plan, subject, document)
    return document


def _go_on(memory: Memory, plan: Plan, subject: Subject, document: str) -> None:
    """Note an evaluation of what is counted already, and what it is judged by.

    The comparison too: an earlier version may have pinned the evaluation alone.
    """
    memory.attempt(plan.evaluation, *_place(subject), again=True)
    memory.pin(_comparison(plan, subject), document)
    memory.pin(plan.evaluation, document)


def _attempt(memory: Memory, plan: Plan, subject: Subject) -> int:
    """Which attempt it is: that of the whole plan, whatever part of it comes first.

    Earlier versions counted the whole plan alone, and kept it with its comparison.
    """
    whole = _whole(plan, subject)
    name = _named("attempt", whole, subject)
    kept = memory.pinned(name) or memory.pinned(_comparison(whole, subject))
    if kept is None:
        attempt = memory.attempt(name, *_place(subject))
        kept = memory.pin(name, dump_knowledge(Knowledge(attempt=attempt)))
    return load_knowledge(kept).attempt


def _whole(plan: Plan, subject: Subject) -> Plan:
    """The first plan of the ladder that this is a plan of, with nothing left out."""
    stage, modes = subject.begins or plan.stage, plan.policy.modes
    return dataclasses.replace(plan, stage=stage, modes=modes, max_seeds=None)


def _compared(memory: Memory, plan: Plan, subject: Subject) -> str | None:
    """What was known when this branch was first compared like this, if it ever was."""
    return memory.pinned(_comparison(plan, subject))


def _comparison(plan: Plan, subject: Subject) -> str:
    """The name under which that is kept; it is no evaluation's."""
    return _named("comparison", plan, subject)


def _named(what: str, plan: Plan, subject: Subject) -> str:
    return digest_of({what: plan.comparison, "branch": _place(subject)})[:16]


def _place(subject: Subject) -> tuple[str, str, str]:
    return subject.repository, subject.base, subject.head


def scene_of(plan: Plan, subject: Subject) -> Scene:
    """What the evaluation's numbers have in common with others."""
    version = plan.version.after if plan.version else ""
    return Scene(subject.repository, plan.policy, plan.stage, plan.machine, version)


def _with(plan: Plan, known: Knowledge) -> Plan:
    modes = tuple(resolve(mode, known.pilots) for mode in plan.modes)
    return dataclasses.replace(plan, knowledge=known, modes=modes)


def _refuse(plan: Plan) -> None:
    found = police(plan.policy, plan.stage, plan.modes, plan.knowledge)
    fault = refusal(found, plan.policy.decision)
    if fault is not None:
        raise fault


def _notes(plan: Plan) -> tuple[Finding, ...]:
    """What a reader should know of the plan: small tolerances, and clean branches."""
    decision, known = plan.policy.decision, plan.knowledge
    small = findings(police(plan.policy, plan.stage, plan.modes, known))
    looks = outlooks(decision, plan.stage, plan.modes, known)
    ahead = prospect([looks])
    chance = (chance_finding(ahead, decision),) if ahead else ()
    return (*small, *chance, *(_moved(*one) for one in known.drift.items()))


def _moved(place: Place, sum_of: float) -> Finding:
    mode, metric = place
    facts: Evidence = {"cusum": sum_of, "threshold": THRESHOLD}
    return finding(Reason.DRIFT, Ruling.INFO, facts, mode=mode, metric=metric)
