"""`seedgate local` wired: repository, store, dispatcher and the climb."""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from bot.app.informing import Subject
from bot.app.ladder import Watch
from bot.app.local import Comparison, Request, compare
from bot.app.ports import SourceRepository
from bot.compose.judging import Bench, Case, judged
from bot.compose.site import make_private, open_site
from bot.domain.verdict import Report
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
        path = Path(str(repository.path))
        case = Case(
            comparison=comparison,
            repository=repository,
            subject=self._subject(comparison, repository),
            secret=self.settings.secret(),
            path=str(path),
            jobs=self._jobs,
        )
        return judged(case, load_policy, lambda: self._bench(path), watch)

    def _bench(self, path: Path) -> Bench:
        site = open_site(self.settings, self._jobs, path, self._stack)
        dispatcher = site.dispatcher
        return Bench(site.store, dispatcher, site.node, site.hold, dispatcher.dismiss)

    def _subject(self, comparison: Comparison, repository: SourceRepository) -> Subject:
        """Branches by name: a dirty working copy is work on the one checked out."""
        return Subject(
            repository=repository.identity,
            base=repository.branch_name(comparison.base.name),
            head=repository.branch_name(self._request.head),
            head_commit=comparison.head.commit,
        )
