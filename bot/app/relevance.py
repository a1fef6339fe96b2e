"""Whether training could see any difference between two trees, asked of git."""

from collections.abc import Sequence

from bot.app.ports import SourceRepository
from bot.domain.changes import Leaf
from bot.domain.errors import UserFault
from bot.domain.evaluation import unjudged
from bot.domain.policy import Policy
from bot.domain.relevance import meaningless, relevant_hash
from bot.domain.verdict import Reason, Verdict


def seen_by_training(repository: SourceRepository, policy: Policy, tree: str) -> str:
    """The hash of what can matter to training in a tree, as 64 hex digits."""
    return relevant_hash(policy, repository.leaves(tree))


def not_needed(
    repository: SourceRepository, policy: Policy, base_tree: str, merged_tree: str
) -> Verdict | None:
    """The verdict on a branch that training could not tell from its base, else None.

    Raises `UserFault` where `relevant` has a pattern that means nothing on the base: a
    misspelled one would let everything pass.
    """
    if base_tree == merged_tree:
        return unjudged(Reason.NOTHING_CHANGED, {})
    base = repository.leaves(base_tree)
    _require_meant(policy, base)
    merged = repository.leaves(merged_tree)
    if relevant_hash(policy, base) != relevant_hash(policy, merged):
        return None
    files = tuple(one.path for one in repository.touched(base_tree, merged_tree))
    facts = {"files": files, "patterns": policy.relevant}
    return unjudged(Reason.NOTHING_RELEVANT, facts)


def require_relevant(repository: SourceRepository, policy: Policy, tree: str) -> None:
    """Refuse patterns of `relevant` that mean no file of a tree, as `UserFault`."""
    if policy.relevant:
        _require_meant(policy, repository.leaves(tree))


def _require_meant(policy: Policy, leaves: Sequence[Leaf]) -> None:
    nothing = meaningless(policy, leaves)
    if nothing:
        problem = f"`relevant` names {nothing[0]}, and the base has no such file."
        mend = "Correct the pattern, or remove it: a branch that touches nothing of "
        raise UserFault(problem, f"{mend}`relevant` is not trained at all.")
