"""Merging in bare repositories: trees by git, commits written by hand, no refs."""

from pathlib import Path

from tests.fakegithub.history import read_commit
from tests.fakegithub.plumbing import GitError, ask, run, store_commit
from tests.fakegithub.state import GitCommit, GitPerson


def merged_tree(path: Path, base: str, head: str) -> str | None:
    """The tree of head merged into base; None when they conflict.

    None as well without common history: GitHub says no more than "not mergeable".
    """
    answer = ask(path, "merge-tree", "--write-tree", base, head)
    if b"unrelated histories" in answer.stderr:
        return None
    if answer.returncode > 1:
        raise GitError(answer.stderr.decode(errors="replace").strip())
    tree = answer.stdout.decode().partition("\n")[0]
    return None if answer.returncode else tree


def merge_commit(
    path: Path, sides: tuple[str, str], message: str, person: GitPerson
) -> str | None:
    """A merge of (base, head), on no ref yet; None when they conflict."""
    tree = merged_tree(path, *sides)
    if tree is None:
        return None
    return store_commit(path, tree, sides, message, (person, person))


def squash_commit(
    path: Path, sides: tuple[str, str], message: str, person: GitPerson
) -> str | None:
    """All of head as one commit on base, on no ref yet; None when they conflict."""
    tree = merged_tree(path, *sides)
    if tree is None:
        return None
    return store_commit(path, tree, sides[:1], message, (person, person))


def rebase_commits(
    path: Path, sides: tuple[str, str], committer: GitPerson
) -> str | None:
    """Head's own commits replayed onto base; the last, or None when one conflicts."""
    base, head = sides
    listed = run(
        path, "rev-list", "--reverse", "--topo-order", "--no-merges", f"{base}..{head}"
    )
    tip: str | None = base
    for sha in listed.decode().split():
        tip = _replayed(path, _known(path, sha), _known(path, tip or base), committer)
        if tip is None:
            return None
    return tip


def _replayed(
    path: Path, commit: GitCommit, tip: GitCommit, committer: GitPerson
) -> str | None:
    """One commit on another tip.

    `merge-tree` takes its merge base from history, so the tip's tree is first written
    as if it grew from the commit's own parent.
    """
    both = (committer, committer)
    stand_in = store_commit(path, tip.tree, commit.parents[:1], "tip", both)
    tree = merged_tree(path, stand_in, commit.sha)
    if tree is None:
        return None
    people = (commit.author, committer)
    return store_commit(path, tree, [tip.sha], commit.message, people)


def _known(path: Path, sha: str) -> GitCommit:
    commit = read_commit(path, sha)
    if commit is None:
        raise GitError(f"no commit {sha}")
    return commit
