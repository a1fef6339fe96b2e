"""A tree given to the user as a new branch of the repository."""

from bot.adapters.repository.command import GitCommand, GitError, complaint
from bot.adapters.repository.identity import as_nobody, author_date
from bot.domain.errors import UserFault

_OTHER_NAME = "Choose another name with --branch: what a branch has is never replaced."


def require_new_branch(git: GitCommand, branch: str) -> None:
    """Refuse a name that git would not take, and one that is taken."""
    require_name(git, branch)
    ref = f"refs/heads/{branch}"
    taken = git.ask("show-ref", "--verify", "--quiet", ref).status == 0
    if taken or git.ask("symbolic-ref", "--quiet", "HEAD").line == ref:
        raise UserFault(f"There is a branch {branch!r} already.", _OTHER_NAME)


def require_name(git: GitCommand, branch: str) -> None:
    """Refuse a name that git would not take."""
    ref = f"refs/heads/{branch}"
    odd = branch.startswith("-") or branch in {"", "HEAD"} or "\0" in branch
    if odd or git.ask("check-ref-format", ref).status != 0:
        raise UserFault(
            f"{branch!r} cannot be the name of a branch.",
            "Use letters, digits, `-`, `_` and `/`, such as `split/without-warmup`.",
        )


def commit_on(scratch: GitCommand, tree: str, parent: str, message: str) -> str:
    """Commit a tree on top of a commit, in the scratch repository.

    The commit is Seedgate's and has the date of its parent: equal input, equal commit.
    """
    named = as_nobody(scratch, author_date(scratch, parent))
    text = f"{message.rstrip()}\n".encode()
    return named.run("commit-tree", "-p", parent, tree, feed=text).line


def hand_over(scratch: GitCommand, git: GitCommand, commit: str, parent: str) -> None:
    """Give the user's repository all that a commit has and its parent has not."""
    wanted = f"{commit}\n^{parent}\n".encode()
    pack = scratch.run("pack-objects", "--revs", "--stdout", "--quiet", feed=wanted)
    git.run("unpack-objects", "-q", feed=pack.output)


def make_branch(git: GitCommand, branch: str, commit: str) -> None:
    """Point a new branch at a commit; `UserFault` if another one leaves no room."""
    ref, none = f"refs/heads/{branch}", "0" * len(commit)
    answer = as_nobody(git).ask("update-ref", ref, commit, none)
    if answer.status == 0:
        return
    if "exists" in answer.words:
        raise UserFault(
            f"The branch {branch!r} cannot be made: {complaint(answer.words)}.",
            _OTHER_NAME,
        )
    raise GitError(answer)
