"""One comparison judged, from its trees to its report: what local and the App share."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from bot.app.engine import Pulse
from bot.app.informing import Subject
from bot.app.ladder import Course, Reached, Watch, climb
from bot.app.local import Comparison, ParsePolicy
from bot.app.pinned import tolerated_since
from bot.app.planning import Ground, Known, course_of, plans_of
from bot.app.ports import SourceRepository, Store
from bot.app.preparing import Prepared, asked_apart, prepare
from bot.app.relevance import not_needed
from bot.app.spending import so_far
from bot.app.versioning import unjudgeable
from bot.compose.reporting import completed, reported, unrun
from bot.domain.evaluation import unjudged
from bot.domain.history import Place
from bot.domain.plan import Trees
from bot.domain.verdict import Cost, Override, Reason, Report, applied
from workers.contract import Node


class Hold(Protocol):
    """Says that somebody carries evaluations on, for as long as the block lasts."""

    def __call__(self, *evaluations: str) -> AbstractContextManager[None]:
        """By their ids: all that one report is of at once."""
        ...


@dataclass(frozen=True, slots=True)
class Bench:
    """Where trials are run for an evaluation, up and running.

    `done` is told once no more trials are wanted.
    """

    store: Store
    pulse: Pulse
    node: Node
    hold: Hold
    done: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged, and in whose name.

    `secret` is that of the seeds, `jobs` the most trials at once. `accepted` are
    findings that somebody lifted. `description` is what the branch says of
    itself beside its commits. `path` stands in the report. `apart` are names
    of changes: with any, only those are judged apart.
    """

    comparison: Comparison
    repository: SourceRepository
    subject: Subject
    secret: str
    path: str
    jobs: int | None = None
    accepted: tuple[Override, ...] = ()
    description: str = ""
    apart: tuple[str, ...] = ()


def judged(
    case: Case, parse: ParsePolicy, bench: Callable[[], Bench], watch: Watch
) -> Report:
    """The report; a bench is set up only where a trial is wanted."""
    asked = case.comparison
    trees = asked.trees
    if trees is None:
        verdict = unjudged(Reason.MERGE_CONFLICT, {"files": asked.conflicts})
        return unrun(asked, verdict, case.path)
    ends = (trees.base_tree, trees.merged_tree)
    spared = not_needed(case.repository, asked.policy, *ends)
    if spared is not None:
        return unrun(asked, spared, case.path)
    return _prepared(case, trees, parse, bench, watch)


def _prepared(
    case: Case,
    trees: Trees,
    parse: ParsePolicy,
    bench: Callable[[], Bench],
    watch: Watch,
) -> Report:
    prepared = prepare(case.comparison, trees, case.repository, parse)
    gone = unjudgeable(prepared.version)
    if gone is not None:
        return unrun(case.comparison, gone, case.path)
    return _climbed(case, prepared, bench(), watch)


def _climbed(case: Case, prepared: Prepared, bench: Bench, watch: Watch) -> Report:
    plans = plans_of(prepared, Ground(bench.node, case.secret, case.jobs))
    apart = asked_apart(prepared, case.apart)
    plans = {name: replace(plan, apart=apart) for name, plan in plans.items()}
    ids = tuple(plan.evaluation for plan in plans.values())
    with bench.hold(*ids):
        known = _known(case, bench.store)
        given = (case.subject, case.repository, known)
        accepted = frozenset(one.digest for one in case.accepted)
        course = course_of(prepared, plans, *given, accepted=accepted)
        reached = climb(course, bench.store, bench.pulse, watch)
    bench.done()
    return _report(case, prepared, course, reached, bench)


def _report(
    case: Case, prepared: Prepared, course: Course, reached: Reached, bench: Bench
) -> Report:
    """The report, kept under every evaluation that it answers."""
    report = reported(prepared, course, reached, bench.node, case.repository)
    if case.comparison.on_github:
        report = _with_all_cost(report, bench.store)
    accepted = applied(report.verdict, case.accepted)
    report = replace(report, repository_path=case.path, accepted=accepted)
    found = (case.comparison, case.repository, bench.store, case.description)
    report = completed(report, *found)
    text = json.dumps(_document(report), allow_nan=False)
    for one in dict.fromkeys([report.evaluation, *reached.evaluations]):
        bench.store.save_evaluation(one, text)
    return report


def _with_all_cost(report: Report, store: Store) -> Report:
    """The report with what its evaluation has cost since it began.

    A pull request is judged again and again, by orders and acceptances, and shows one
    report; who runs a command is told what that run of it cost.
    """
    cost = so_far(report.trials, report.cost, _cost_before(report.evaluation, store))
    return replace(report, cost=cost)


def _cost_before(evaluation: str, store: Store) -> Cost:
    from bot.presentation.report_reading import report_of

    text = store.load_evaluation(evaluation)
    kept = report_of(json.loads(text)) if text else None
    # A report is kept under each stage that it answers, too.
    return kept.cost if kept and kept.evaluation == evaluation else Cost()


def _known(case: Case, store: Store) -> Known:
    return Known(store, _lost(case, store), time.time)


def _lost(case: Case, store: Store) -> Mapping[Place, float]:
    """Shown losses that landed since the pinned release."""
    asked, repository = case.comparison, case.repository
    if asked.anchor is None:
        return {}
    charges = store.charges(repository.identity)
    return tolerated_since(repository, asked.anchor, asked.base, charges)


def _document(report: Report) -> object:
    from bot.presentation.report_json import document

    return document(report)
