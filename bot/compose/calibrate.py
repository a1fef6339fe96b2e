"""`seedgate calibrate` wired: pilot runs, what they say, and what is kept of them."""

import dataclasses
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.app.local import Alone, Request, baseline_alone
from bot.app.piloting import PilotTick, calibrated, require_seeds, run_pilots
from bot.app.ports import SourceRepository
from bot.app.versioning import version_of
from bot.compose.site import make_private, open_site
from bot.domain.calibration import Calibration
from bot.domain.history import Pilot, Place
from bot.domain.past import Scene
from bot.domain.plan import Plan, room
from bot.settings import Settings
from workers.contract import Node

Watch = Callable[[PilotTick], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to calibrate: a base and its policy, `seeds` runs a mode.

    `renew` replaces amounts that an earlier calibration has frozen.
    """

    request: Request
    seeds: int
    jobs: int | None = None
    renew: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The calibration, and the pilots that `tolerance: auto` is taken from now.

    `base` is the name of the calibrated revision and `commit` its commit.
    """

    calibration: Calibration
    kept: Mapping[Place, Pilot]
    base: str
    commit: str
    node: Node
    tick: PilotTick


class Calibrator:
    """One calibration; a context, whose end waits for the dispatcher."""

    def __init__(self, repo: Path, wish: Wish) -> None:
        """Read the settings; nothing is touched before `run`."""
        self._settings = Settings()
        self._repo = repo.absolute()
        self._wish = wish
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Nothing is started before `run`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait until the dispatcher and all its runs have ended."""
        self._stack.close()

    def run(self, watch: Watch) -> Done:
        """Calibrate; every fault of the caller is raised before anything is spent."""
        from bot.adapters.policy_file import load_policy
        from bot.adapters.repository import GitRepository

        require_seeds(self._wish.seeds)
        make_private(self._settings.cache_dir)
        scratch = self._settings.cache_dir / "scratch"
        repository = GitRepository(self._repo, scratch)
        alone = baseline_alone(repository, self._wish.request, load_policy)
        return self._calibrate(alone, repository, watch)

    def _calibrate(
        self, alone: Alone, repository: SourceRepository, watch: Watch
    ) -> Done:
        wish, path = self._wish, Path(str(repository.path))
        site = open_site(self._settings, wish.jobs, path, self._stack)
        tree = alone.base.tree
        version = version_of(repository, alone.policy, tree, tree)
        plan = dataclasses.replace(self._plan(alone, site.node), version=version)
        with site.hold(plan.evaluation):
            piloted = run_pilots(plan, wish.seeds, site.store, site.dispatcher, watch)
        site.dispatcher.dismiss()
        place = (repository.identity, plan.policy, plan.stage, plan.machine)
        scene = Scene(*place, version.after)
        runs = piloted.runs
        found, kept = calibrated(site.store, scene, runs, renew=wish.renew)
        return Done(
            found, kept, alone.base.name, alone.base.commit, site.node, piloted.tick
        )

    def _plan(self, alone: Alone, node: Node) -> Plan:
        for mode in alone.modes:
            room(node, mode)
        return Plan(
            policy=alone.policy,
            stage=alone.stage,
            modes=alone.modes,
            trees=alone.trees,
            machine=node.machine,
            secret=self._settings.secret(),
        )
