"""`seedgate local` wired: repository, store, dispatcher and engine."""

import dataclasses
import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.app.engine import Evaluated, Tick, evaluate
from bot.app.local import Comparison, Request, compare, require_own_code
from bot.app.ports import EvaluationStore
from bot.domain.errors import UserFault
from bot.domain.evaluation import circumstances, unjudged
from bot.domain.plan import Plan, Trees, room
from bot.domain.verdict import Provenance, Reason, Report, Verdict
from bot.settings import Settings
from workers.contract import Node

if TYPE_CHECKING:
    from bot.adapters.alive import AliveLocks
    from bot.adapters.dispatcher_process import DispatcherProcess

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

        _make_private(self.settings.cache_dir)
        repository = GitRepository(self._repo, self.settings.cache_dir / "scratch")
        comparison = compare(repository, self._request, load_policy)
        path = str(repository.path)
        if comparison.trees is None:
            verdict = unjudged(Reason.MERGE_CONFLICT, {"files": comparison.conflicts})
            return _unrun(comparison, verdict, path)
        if comparison.trees.base_tree == comparison.trees.merged_tree:
            return _unrun(comparison, unjudged(Reason.NOTHING_CHANGED, {}), path)
        return self._judge(comparison, comparison.trees, path, watch)

    def _judge(
        self, comparison: Comparison, trees: Trees, path: str, watch: Watch
    ) -> Report:
        from bot.adapters.alive import AliveLocks
        from bot.adapters.dispatcher_process import DispatcherProcess
        from bot.adapters.store import SqlStore, sqlite_url

        cache = self.settings.cache_dir
        url = sqlite_url(cache / "seedgate.sqlite")
        options = {
            "url": url,
            "cache": str(cache),
            "cpus": len(os.sched_getaffinity(0)),
            "address": self.settings.ray_address,
            "at_once": self._jobs,
        }
        started = time.time()
        store = SqlStore(url, time.time)
        locks = AliveLocks(cache / "evaluations")
        process = DispatcherProcess(options, cache / "dispatcher.log")
        dispatcher = self._stack.enter_context(process)
        joined = started if self.settings.ray_address else None
        node = _first_node(store, dispatcher, joined)
        require_own_code(node, Path(path).resolve())
        plan = self._plan(comparison, trees, node)
        with locks.hold(plan.evaluation):
            _withdraw_abandoned(store, locks)
            evaluated = evaluate(plan, store, dispatcher, watch)
        dispatcher.dismiss()
        report = _report(comparison, plan, node, evaluated, path)
        store.save_evaluation(report.evaluation, _document(report))
        return report

    def _plan(self, comparison: Comparison, trees: Trees, node: Node) -> Plan:
        slots = [room(node, mode) for mode in comparison.modes]
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
        )


def _make_private(folder: Path) -> None:
    """The cache holds a secret and results: it is nobody else's to read."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The cache folder {folder} cannot be made: {error.strerror}."
        mend = "Name another with the environment variable SEEDGATE_CACHE_DIR."
        raise UserFault(problem, mend) from None


def _withdraw_abandoned(store: EvaluationStore, locks: "AliveLocks") -> None:
    """Forget what killed evaluations still wanted: it would run before our own."""
    for evaluation in store.wishing():
        with locks.abandoned(evaluation) as abandoned:
            if abandoned:
                store.withdraw(evaluation)


def _first_node(
    store: EvaluationStore, dispatcher: "DispatcherProcess", joined: float | None
) -> Node:
    """The node that trials will run on.

    Our own dispatcher's, or the first of a cluster that it `joined` at that time.
    """
    while True:
        nodes = store.nodes(joined) if joined is not None else ()
        node = next(iter(nodes), None) or dispatcher.node()
        if node is not None:
            return node
        dispatcher.wait()


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
