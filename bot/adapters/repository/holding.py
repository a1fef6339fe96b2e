"""Whether a git directory still holds what a stored trial was made of."""

from pathlib import Path

from bot.adapters.repository.command import GitCommand, require_git


def holds(objects: Path, tree: str) -> bool:
    """Whether a tree can be read from a git directory; False where that is gone."""
    require_git()
    if not objects.is_dir():
        return False
    git = GitCommand(objects, {"GIT_DIR": str(objects)}, isolated=True)
    return git.ask("cat-file", "-e", f"{tree}^{{tree}}").status == 0
