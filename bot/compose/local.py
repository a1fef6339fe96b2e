"""`seedgate local` wired: repository, store, dispatcher and engine."""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Self

from bot.app.engine import Evaluated, Tick, evaluate
from bot.app.informing import Subject, informed
from bot.app.local import Comparison, Request, compare
from bot.app.pinned import tolerated_since
from bot.app.ports import SourceRepository, Store
from bot.app.remembering import remember
from bot.compose.site import make_private, open_site
from bot.domain.evaluation import circumstances, unjudged
from bot.domain.history import Place
from bot.domain.plan import Pinned, Plan, Trees, room
from bot.domain.verdict import Provenance, Reason, Report, Verdict
from bot.settings import Settings
from workers.contract import Node

Watch = Callable[[Tick], None]


class LocalGate:
    """`seedgate local`: one repository, one request, one report.

    A context: the dispatcher ends while the report is shown, and is waited for at the
    end of the `with` block.
    """

    def __init__(self, repo: Path, request: Request, jobs: int | None) -> None:
        """Read the settings; nothing is touched before `run`."""
        self.settings = Settings()
        self._repo = repo.absolute()
        self._request = request
        self._jobs = jobs
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Nothing is started before `run`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait until the dispatcher and all its trials have ended."""
        self._stack.close()

    def run(self, watch: Watch) -> Report:
        """Judge; every fault of the caller is raised before anything is spent."""
        from bot.adapters.policy_file import load_policy
        from bot.adapters.repository import GitRepository

        make_private(self.settings.cache_dir)
        repository = GitRepository(self._repo, self.settings.cache_dir / "scratch")
        comparison = compare(repository, self._request, load_policy)
        path = str(repository.path)
        if comparison.trees is None:
            verdict = unjudged(Reason.MERGE_CONFLICT, {"files": comparison.conflicts})
            return _unrun(comparison, verdict, path)
        if comparison.trees.base_tree == comparison.trees.merged_tree:
            return _unrun(comparison, unjudged(Reason.NOTHING_CHANGED, {}), path)
        return self._judge(comparison, comparison.trees, repository, watch)

    def _judge(
        self,
        comparison: Comparison,
        trees: Trees,
        repository: SourceRepository,
        watch: Watch,
    ) -> Report:
        path = Path(str(repository.path))
        site = open_site(self.settings, self._jobs, path, self._stack)
        plan = self._plan(comparison, trees, site.node)
        subject = self._subject(comparison, repository)
        with site.hold(plan.evaluation):
            lost = _lost(comparison, repository, site.store)
            plan = informed(site.store, plan, subject, lost, time.time())
            evaluated = evaluate(plan, site.store, site.dispatcher, watch)
            remember(site.store, plan, subject, evaluated)
        site.dispatcher.dismiss()
        report = _report(comparison, plan, site.node, evaluated, str(path))
        site.store.save_evaluation(report.evaluation, _document(report))
        return report

    def _subject(self, comparison: Comparison, repository: SourceRepository) -> Subject:
        """Branches by name: a dirty working copy is work on the one checked out."""
        return Subject(
            repository=repository.identity,
            base=repository.branch_name(comparison.base.name),
            head=repository.branch_name(self._request.head),
            head_commit=comparison.head.commit,
        )

    def _plan(self, comparison: Comparison, trees: Trees, node: Node) -> Plan:
        slots = [room(node, mode) for mode in comparison.modes]
        anchor = comparison.anchor
        return Plan(
            policy=comparison.policy,
            stage=comparison.stage,
            modes=comparison.modes,
            trees=trees,
            machine=node.machine,
            secret=self.settings.secret(),
            targeted=comparison.targeted,
            max_seeds=comparison.max_seeds,
            slots=min([*slots, self._jobs] if self._jobs else slots),
            narrowed=comparison.narrowed,
            more=comparison.more,
            anchor=Pinned(anchor.name, anchor.tree) if anchor else None,
        )


def _lost(
    comparison: Comparison, repository: SourceRepository, store: Store
) -> Mapping[Place, float]:
    """Tolerated losses that landed since the pinned release."""
    if comparison.anchor is None:
        return {}
    charges = store.charges(repository.identity)
    return tolerated_since(repository, comparison.anchor, comparison.base, charges)


def _provenance(comparison: Comparison) -> Provenance:
    trees = comparison.trees
    return Provenance(
        base_revision=comparison.base.name,
        head_revision=comparison.head.name,
        base_commit=comparison.base.commit,
        head_commit=comparison.head.commit,
        base_tree=comparison.base.tree,
        merged_tree=trees.merged_tree if trees else "",
        policy_source=comparison.policy_source,
        policy_sha256=comparison.policy.sha256,
        scratch_ref=comparison.scratch_ref,
        seedgate_version=version("seedgate"),
    )


def _unrun(comparison: Comparison, verdict: Verdict, path: str) -> Report:
    """The report of an evaluation that needed no trial."""
    provenance = _provenance(comparison)
    parts = [provenance.base_commit, provenance.head_commit, provenance.policy_sha256]
    return Report(
        evaluation=hashlib.sha256("".join(parts).encode()).hexdigest()[:16],
        stages=(comparison.stage.name,),
        provenance=provenance,
        verdict=circumstances(verdict, provenance.sandbox, comparison.scratch_ref),
        repository_path=path,
    )


def _report(
    comparison: Comparison, plan: Plan, node: Node, evaluated: Evaluated, path: str
) -> Report:
    provenance = dataclasses.replace(
        _provenance(comparison),
        node=node.name,
        hardware_class=node.hardware_class,
        environment_hash=node.environment_hash,
        environment_summary=node.environment_summary,
    )
    return Report(
        evaluation=plan.evaluation,
        stages=(plan.stage.name,),
        provenance=provenance,
        verdict=circumstances(
            evaluated.verdict, provenance.sandbox, comparison.scratch_ref
        ),
        trials=evaluated.trials,
        cost=evaluated.cost,
        repository_path=path,
    )


def _document(report: Report) -> str:
    from bot.presentation.report_json import document

    return json.dumps(document(report), allow_nan=False)
