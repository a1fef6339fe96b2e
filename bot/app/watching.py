"""Files that are watched: those that the policy protects."""

from bot.app.ports import SourceRepository
from bot.domain.policy import Policy
from bot.domain.verdict import Finding, Reason, Ruling
from bot.domain.verdict.findings import finding


def watched(
    repository: SourceRepository, policy: Policy, base_tree: str, merged_tree: str
) -> tuple[Finding, ...]:
    """What a branch does to watched files, seen from both trees.

    A protected file that is changed, added, deleted, moved in or out, or made
    executable blocks.
    """
    paths = {one.path for one in repository.touched(base_tree, merged_tree)}
    hits = _hits(repository, policy.protected, (base_tree, merged_tree), paths)
    if not hits:
        return ()
    files = tuple(sorted(set().union(*hits.values())))
    shown = {"files": files, "patterns": tuple(hits)}
    return (finding(Reason.PROTECTED_TOUCHED, Ruling.BLOCK, shown),)


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
