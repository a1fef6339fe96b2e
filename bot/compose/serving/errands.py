"""Errands of the App carried out: a branch split, a scan, runs added to a baseline."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from bot.app.bundling import BundleSource, bundle_without
from bot.app.informing import Subject
from bot.app.local import Comparison
from bot.app.pages import Pages
from bot.app.planning import Ground, plans_of
from bot.app.preparing import Prepared, prepare
from bot.app.pulls.beside.alarms import Alarms
from bot.app.pulls.beside.errands import Errand
from bot.app.pulls.evaluations import Task
from bot.app.replicating import Base, first_places, refresh
from bot.app.scan_values import against, parse
from bot.app.scanning import evaluation, scan, scannable
from bot.app.splitting import merged_trees
from bot.app.versioning import unjudgeable
from bot.compose.judging import Bench
from bot.compose.serving.heartbeat import Heartbeat
from bot.compose.serving.judging import Pinned, SetUp, compared
from bot.domain.commands import Baseline, Scan, Split
from bot.domain.errors import UserFault
from bot.domain.github import Place
from bot.domain.links import Kind
from bot.domain.plan import Plan
from bot.presentation.bundle_text import offered
from bot.presentation.github import errands as shown

SCAN_SEEDS = 4
"""Seeds of each value; as `seedgate scan` has it."""

Link = Callable[[int, str, Kind], str]
"""A signed address of what is kept for a repository under an id, for a day."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What errands are carried out with; `secret` is that of the seeds."""

    secret: str
    bench: SetUp
    jobs: int | None
    pages: Pages
    link: Link
    alarms: Alarms
    pinned: Pinned


class ErrandWork:
    """Carries errands out; each answer is Markdown."""

    def __init__(self, tools: Tools) -> None:
        """A bench is set up when an errand wants its first trial."""
        self._tools = tools

    def __call__(self, errand: Errand, pulse: Heartbeat) -> str:
        """The answer. Raises `Stopped`, `UserFault` and `MachineryFault`."""
        command = errand.act.command
        match command:
            case Split(without=without):
                return self._split(errand.task, without)
            case Scan():
                return self._scan(errand.task, command, pulse)
            case Baseline():
                return self._refresh(errand, pulse)
            case _:
                raise AssertionError(command)

    def _split(self, task: Task, without: tuple[str, ...]) -> str:
        repository = cast(BundleSource, task.repository)
        comparison = self._compared(task)
        made = bundle_without(repository, comparison, without, task.head_ref)
        number, now = task.pull.repository, time.time()
        self._tools.pages.keep_bundle(number, made.id, made.data, now)
        address = self._tools.link(number, made.id, Kind.BUNDLE)
        kept = [(one.id, one.title) for one in made.kept]
        return offered(made.branch, made.left_out, kept, address)

    def _scan(self, task: Task, asked: Scan, pulse: Heartbeat) -> str:
        wish = parse(f"{asked.param}={','.join(asked.values)}", SCAN_SEEDS)
        comparison = replace(self._compared(task), ablation=False)
        policy, stage = comparison.policy, comparison.stage
        scannable(policy, stage, comparison.modes, wish.param)
        wish = against(wish, stage.params[wish.param])
        prepared = _prepared(task, comparison)
        if unjudgeable(prepared.version) is not None:
            problem = "The branch removes what defines its metrics: nothing is scored."
            raise UserFault(problem, "Bring the files back that the policy names.")
        bench = self._tools.bench(pulse)
        plan = self._plan(prepared, bench)
        with bench.hold(evaluation(plan, wish)):
            found = scan(plan, wish, bench.store, pulse, lambda _: None)
        counts = (found.tick.ended - found.tick.reused, found.tick.reused)
        return shown.scanned(
            shown.Scan(
                param=found.param,
                own=found.own,
                seeds=found.seeds,
                stage=plan.stage.name,
                commit=task.head,
                counts=counts,
                metrics=found.metrics,
                same=found.same,
            )
        )

    def _refresh(self, errand: Errand, pulse: Heartbeat) -> str:
        task = errand.task
        base = self.base(replace(task, head=task.base), pulse)
        found = refresh(base, errand.key)
        place = Place(task.installation, task.pull.repository)
        self._tools.alarms.heard(place, task.base_ref, found.moved)
        return shown.refreshed(
            shown.Refreshed(
                base=task.base_ref,
                commit=task.base,
                stage=base.plan.stage.name,
                runs=found.runs,
                metrics=found.added,
                shared=bool(first_places(base.plan)),
                moved=tuple(one.place for one in found.moved),
            )
        )

    def base(self, task: Task, pulse: Heartbeat) -> Base:
        """The base of a task, to be run by itself; its head is its base."""
        bench = self._tools.bench(pulse)
        comparison = replace(self._compared(task), ablation=False)
        plan = self._plan(_prepared(task, comparison), bench)
        subject = Subject(task.repository.identity, task.base_ref, "", "")
        return Base(plan, subject, bench.store, pulse, bench.hold)

    def _compared(self, task: Task) -> Comparison:
        return compared(task, self._tools.pinned)

    def _plan(self, prepared: Prepared, bench: Bench) -> Plan:
        ground = Ground(bench.node, self._tools.secret, self._tools.jobs)
        return plans_of(prepared, ground)[prepared.comparison.stage.name]


def _prepared(task: Task, comparison: Comparison) -> Prepared:
    from bot.adapters.policy_file import load_policy

    trees = merged_trees(comparison)
    return prepare(comparison, trees, task.repository, load_policy)
