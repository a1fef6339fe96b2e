"""Files that are watched: those that the policy protects."""

import hashlib
import json
from collections.abc import Iterable

from bot.app.ports import SourceRepository
from bot.domain.changes import Touched
from bot.domain.policy import Policy
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.findings import finding


def watched(
    repository: SourceRepository, policy: Policy, base_tree: str, merged_tree: str
) -> tuple[Finding, ...]:
    """What a branch does to watched files, seen from both trees.

    A protected file that is changed, added, deleted, moved in or out, or made
    executable blocks. The finding holds what became of the files, so that one that was
    accepted is another one after the next change.
    """
    touched = {one.path: one for one in repository.touched(base_tree, merged_tree)}
    paths = set(touched)
    hits = _hits(repository, policy.protected, (base_tree, merged_tree), paths)
    if not hits:
        return ()
    files = tuple(sorted(set().union(*hits.values())))
    digest = _digest(touched[path] for path in files)
    shown: Evidence = {"files": files, "patterns": tuple(hits), "digest": digest}
    return (finding(Reason.PROTECTED_TOUCHED, Ruling.BLOCK, shown),)


def _digest(files: Iterable[Touched]) -> str:
    rows = [(one.path, one.before, one.after) for one in files]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _hits(
    repository: SourceRepository,
    patterns: tuple[str, ...],
    trees: tuple[str, str],
    paths: set[str],
) -> dict[str, set[str]]:
    """The touched paths under each pattern, in the policy's order; none left empty.

    A deleted file is known to the old tree alone, an added one to the new one.
    """
    found = {}
    for pattern in patterns if paths else ():
        known = {
            path for tree in trees for path in repository.matching(tree, (pattern,))
        }
        if known & paths:
            found[pattern] = known & paths
    return found
