"""`seedgate reproduce` wired: a stored trial, its store and its objects."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.app.ports import StoredTrial
from bot.app.reproducing import Reproduced, ended, gone, named, reproduce
from bot.compose.database import FILE, begun, open_store
from bot.compose.site import open_site
from bot.domain.errors import UserFault
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.adapters.store import SqlStore

Watch = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A stored trial, and what is known of the evaluation that first wanted it."""

    trial: StoredTrial
    known: Mapping[str, str]


class Reproducer:
    """One trial of the store; a context, whose end waits for the dispatcher."""

    def __init__(self, prefix: str, jobs: int | None = None) -> None:
        """Read the settings; nothing is touched before `find`."""
        self._settings = Settings()
        self._prefix = prefix
        self._jobs = jobs
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Nothing is started before `run`."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait until the dispatcher and its trial have ended."""
        self._stack.close()

    def find(self) -> Found:
        """Look the trial up; `UserFault` where it is none, or several."""
        if not begun(self._settings):
            file = self._settings.cache_dir / FILE
            problem = f"Nothing was run here yet: there is no store {file}."
            mend = "Trials are known on the machine that ran them."
            raise UserFault(problem, f"{mend} SEEDGATE_CACHE_DIR names the folder.")
        store = open_store(self._settings)
        try:
            trial = named(store, self._prefix)
            return Found(trial, _known(store, trial))
        finally:
            store.close()

    def run(self, found: Found, watch: Watch) -> Reproduced:
        """Run it again and compare; faults are raised before anything is spent."""
        from bot.adapters.repository.holding import holds

        trial = found.trial
        ended(trial)
        trees = [trial.spec.tree]
        trees += [trial.spec.scoring.tree] if trial.spec.scoring else []
        objects = Path(trial.spec.objects)
        missing = [tree for tree in trees if not holds(objects, tree)]
        if missing:
            raise gone(trial, f"git does not hold the tree {missing[0][:12]} any more.")
        site = open_site(self._settings, self._jobs, objects, self._stack)
        with site.hold(f"repeat-{trial.key[:16]}"):
            done = reproduce(
                trial, site.node.machine, site.store, site.dispatcher, watch
            )
        site.dispatcher.dismiss()
        return done


def _known(store: "SqlStore", trial: StoredTrial) -> Mapping[str, str]:
    """What the kept report says of the evaluation; little where it was interrupted."""
    text = store.load_evaluation(trial.evaluation)
    told = json.loads(text) if text else {}
    provenance = told.get("provenance") or {}
    return {
        "evaluation": trial.evaluation,
        "repository": provenance.get("repository") or "",
        "packages": provenance.get("environment_summary") or "",
    }
