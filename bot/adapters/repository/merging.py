"""The tree that would land: a real merge, made without a working copy."""

from collections.abc import Sequence

from bot.adapters.repository.command import Answer, GitCommand, GitError, readable
from bot.adapters.repository.identity import commit_of
from bot.app.ports import Conflicted, Merged, MergeOutcome, Unrelated
from bot.domain.errors import UserFault

_OPTIONS = ("--write-tree", "-z", "--name-only", "--no-messages")
_UNRELATED = "--allow-unrelated-histories"


def merge_tree(git: GitCommand, base: str, head: str) -> MergeOutcome:
    """Merge commit `head` into commit `base` in the scratch repository of `git`.

    The result depends on the two commits alone: attributes, merge drivers and settings
    have no say there, as on a server. They have to have history in common.
    """
    return _read(git.ask("merge-tree", *_OPTIONS, base, head))


def merge_histories(git: GitCommand, base: str, head: str) -> MergeOutcome | Unrelated:
    """The same of any two commits."""
    answer = git.ask("merge-tree", *_OPTIONS, base, head)
    return Unrelated() if "unrelated histories" in answer.words else _read(answer)


def _read(answer: Answer) -> MergeOutcome:
    tree, *names = answer.output.split(b"\0")
    # A revision that is no good ends with status 1 as well, but without a tree.
    if answer.status not in {0, 1} or not tree:
        raise GitError(answer)
    if answer.status == 0:
        return Merged(tree.decode())
    files = tuple(sorted({readable(name) for name in names if name}))
    return Conflicted(files, tree.decode())


def remerged(git: GitCommand, parents: Sequence[str]) -> MergeOutcome:
    """The tree that git makes by itself of these commits, one after the other.

    Commits without common history are merged as well: who made such a merge said so.
    """
    tip, *others = parents
    outcome: MergeOutcome = Merged("")
    for other in others:
        outcome = _read(git.ask("merge-tree", _UNRELATED, *_OPTIONS, tip, other))
        if isinstance(outcome, Conflicted):
            return outcome
        tip = commit_of(git, outcome.tree, tip, other)
    return outcome


def require_history(git: GitCommand, base: str, head: str) -> None:
    """Refuse a merge in a shallow clone unless one commit is seen to hold the other.

    Otherwise the point at which the two parted may lie beyond the cut, and a merge
    from any other point would be a different tree.
    """
    for pair in ((base, head), (head, base)):
        if git.ask("merge-base", "--is-ancestor", *pair).status == 0:
            return
    raise UserFault(
        "This is a shallow clone: the history in which the two revisions parted may be "
        "cut off, so they cannot be merged.",
        "Fetch all of it once: `git fetch --unshallow` (in GitHub Actions: "
        "`fetch-depth: 0`).",
    )
