"""`seedgate split` wired: split a branch off, then judge it as any other."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from bot.app.local import Request, compare
from bot.app.splitting import Split, split_off
from bot.compose.site import make_private
from bot.settings import Settings


def split(
    repo: Path, request: Request, without: Sequence[str], branch: str
) -> tuple[Split, Request]:
    """Make the branch; what to judge then.

    It shares the seeds of the whole branch, so that trials which its ablation has run
    serve again. Raises `UserFault` before anything is spent.
    """
    from bot.adapters.policy_file import load_policy
    from bot.adapters.repository import GitRepository

    settings = Settings()
    make_private(settings.cache_dir)
    scratch = settings.cache_dir / "scratch"
    repository = GitRepository(repo.absolute(), scratch, request.outputs)
    comparison = compare(repository, request, load_policy)
    made = split_off(repository, comparison, without, branch)
    return made, dataclasses.replace(request, head=made.branch, pool=made.pool)
