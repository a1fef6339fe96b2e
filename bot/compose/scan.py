"""`seedgate scan` wired: one parameter at several values, on the branch's own tree."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from bot.app.local import Request, compare, scanned_base
from bot.app.piloting import PilotTick
from bot.app.planning import Ground, plans_of
from bot.app.preparing import Prepared, prepare
from bot.app.scan_values import Wish, against
from bot.app.scanning import Scanned, evaluation, scan, scannable
from bot.app.splitting import merged_trees
from bot.app.versioning import unjudgeable
from bot.compose.site import make_private, open_site
from bot.domain.errors import UserFault
from bot.settings import Settings

Watch = Callable[[PilotTick], None]


@dataclass(frozen=True, slots=True)
class Done:
    """The scan, the stage that it was made in, and the commit and machine of it."""

    scanned: Scanned
    stage: str
    head: str
    commit: str
    machine: str


class Scanner:
    """One scan; a context, whose end waits for the dispatcher."""

    def __init__(
        self, repo: Path, request: Request, wish: Wish, jobs: int | None
    ) -> None:
        """Read the settings; nothing is touched before `run`."""
        self._settings = Settings()
        self._repo = repo.absolute()
        self._request = request
        self._wish = wish
        self._jobs = jobs
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Nothing is started before `run`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait until the dispatcher and all its trials have ended."""
        self._stack.close()

    def run(self, watch: Watch) -> Done:
        """Scan; every fault of the caller is raised before anything is spent."""
        from bot.adapters.policy_file import load_policy
        from bot.adapters.repository import GitRepository

        make_private(self._settings.cache_dir)
        scratch = self._settings.cache_dir / "scratch"
        repository = GitRepository(self._repo, scratch, self._request.outputs)
        base = scanned_base(repository, self._request)
        request = replace(self._request, base=base)
        comparison = compare(repository, request, load_policy)
        policy, stage = comparison.policy, comparison.stage
        scannable(policy, stage, comparison.modes, self._wish.param)
        self._wish = against(self._wish, stage.params[self._wish.param])
        trees = merged_trees(comparison)
        prepared = prepare(comparison, trees, repository, load_policy)
        if unjudgeable(prepared.version) is not None:
            problem = "The branch removes what defines its metrics: nothing is scored."
            raise UserFault(problem, "Bring the files back that the policy names.")
        return self._scan(prepared, Path(str(repository.path)), watch)

    def _scan(self, prepared: Prepared, path: Path, watch: Watch) -> Done:
        site = open_site(self._settings, self._jobs, path, self._stack)
        comparison, wish = prepared.comparison, self._wish
        ground = Ground(site.node, self._settings.secret(), self._jobs)
        plan = plans_of(prepared, ground)[comparison.stage.name]
        with site.hold(evaluation(plan, wish)):
            scanned = scan(plan, wish, site.store, site.dispatcher, watch)
        site.dispatcher.dismiss()
        head = comparison.head
        return Done(scanned, plan.stage.name, head.name, head.commit, plan.machine)
