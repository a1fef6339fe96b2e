"""What earlier evaluations on this machine know of a policy's metrics."""

from collections.abc import Callable
from pathlib import Path

from bot.app.informing import remembered
from bot.app.ports import SourceRepository
from bot.app.versioning import version_of
from bot.compose.database import begun, open_store
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.history import Knowledge
from bot.domain.past import Scene
from bot.domain.policy import Policy, Stage
from bot.settings import Settings

Recall = Callable[[Policy, Stage], Knowledge]


def recall_in(folder: Path) -> Recall | None:
    """How to recall what is stored for the repository that holds `folder`.

    None where there is no repository, nothing was ever run here, or what was cannot be
    read: a policy is sound or not without it. The node that was registered last stands
    for the machine.
    """
    settings = Settings()
    if not begun(settings):
        return None
    try:
        return _recall(folder, settings)
    except (UserFault, MachineryFault):
        return None


def _recall(folder: Path, settings: Settings) -> Recall | None:
    from bot.adapters.repository import GitRepository

    repository = GitRepository(folder, settings.cache_dir / "scratch")
    identity = repository.identity
    store = open_store(settings)
    node = next(iter(store.nodes()), None)
    if node is None:
        return None

    def recall(policy: Policy, stage: Stage) -> Knowledge:
        version = _version(repository, policy)
        scene = Scene(identity, policy, stage, node.machine, version)
        return remembered(store, scene, policy.modes)

    return recall


def _version(repository: SourceRepository, policy: Policy) -> str:
    """The version of the metrics on the base; empty where the policy does not fit."""
    try:
        tree = repository.resolve(repository.default_base(None)).tree
        return version_of(repository, policy, tree, tree).after
    except UserFault:
        return ""
