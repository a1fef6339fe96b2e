"""`seedgate local` wired: repository, store, dispatcher and the climb."""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from bot.app.informing import Subject
from bot.app.ladder import Course, Reached, Watch, climb
from bot.app.local import Comparison, Request, compare
from bot.app.pinned import tolerated_since
from bot.app.planning import Ground, Known, course_of, plans_of
from bot.app.ports import SourceRepository, Store
from bot.app.preparing import Prepared, prepare
from bot.app.versioning import unjudgeable
from bot.compose.reporting import completed, reported, unrun
from bot.compose.site import Site, make_private, open_site
from bot.domain.evaluation import unjudged
from bot.domain.history import Place
from bot.domain.verdict import Reason, Report
from bot.settings import Settings


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
        scratch, outputs = self.settings.cache_dir / "scratch", self._request.outputs
        repository = GitRepository(self._repo, scratch, outputs)
        comparison = compare(repository, self._request, load_policy)
        path, trees = str(repository.path), comparison.trees
        if trees is None:
            verdict = unjudged(Reason.MERGE_CONFLICT, {"files": comparison.conflicts})
            return unrun(comparison, verdict, path)
        if trees.base_tree == trees.merged_tree:
            return unrun(comparison, unjudged(Reason.NOTHING_CHANGED, {}), path)
        prepared = prepare(comparison, trees, repository, load_policy)
        gone = unjudgeable(prepared.version)
        if gone is not None:
            return unrun(comparison, gone, path)
        return self._judge(prepared, repository, watch)

    def _judge(
        self, prepared: Prepared, repository: SourceRepository, watch: Watch
    ) -> Report:
        path = Path(str(repository.path))
        site = open_site(self.settings, self._jobs, path, self._stack)
        ground = Ground(site.node, self.settings.secret(), self._jobs)
        plans = plans_of(prepared, ground)
        ids = tuple(plan.evaluation for plan in plans.values())
        with ExitStack() as held:
            for one in ids:
                held.enter_context(site.hold(one))
            known = _known(prepared.comparison, repository, site.store)
            subject = self._subject(prepared.comparison, repository)
            course = course_of(prepared, plans, subject, repository, known)
            reached = climb(course, site.store, site.dispatcher, watch)
        site.dispatcher.dismiss()
        return self._report(prepared, course, reached, site, repository)

    def _report(
        self,
        prepared: Prepared,
        course: Course,
        reached: Reached,
        site: Site,
        repository: SourceRepository,
    ) -> Report:
        """The report, kept under every evaluation that it answers."""
        report = reported(prepared, course, reached, site.node, repository)
        report = completed(report, prepared.comparison, repository, site.store)
        document = _document(report)
        for one in dict.fromkeys([report.evaluation, *reached.evaluations]):
            site.store.save_evaluation(one, document)
        return report

    def _subject(self, comparison: Comparison, repository: SourceRepository) -> Subject:
        """Branches by name: a dirty working copy is work on the one checked out."""
        return Subject(
            repository=repository.identity,
            base=repository.branch_name(comparison.base.name),
            head=repository.branch_name(self._request.head),
            head_commit=comparison.head.commit,
        )


def _known(comparison: Comparison, repository: SourceRepository, store: Store) -> Known:
    return Known(store, _lost(comparison, repository, store), time.time())


def _lost(
    comparison: Comparison, repository: SourceRepository, store: Store
) -> Mapping[Place, float]:
    """Tolerated losses that landed since the pinned release."""
    if comparison.anchor is None:
        return {}
    charges = store.charges(repository.identity)
    return tolerated_since(repository, comparison.anchor, comparison.base, charges)


def _document(report: Report) -> str:
    from bot.presentation.report_json import document

    return json.dumps(document(report), allow_nan=False)
