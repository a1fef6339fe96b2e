"""The pinned release of a policy, and what was lost since then by small steps."""

from collections.abc import Mapping, Sequence

from bot.app.ports import Revision, SourceRepository
from bot.domain.errors import UnheldFault, UserFault
from bot.domain.history import Charge, Place
from bot.domain.policy import Policy


def pinned_release(repository: SourceRepository, policy: Policy) -> Revision | None:
    """The pinned release; a policy that names one which is not there is at fault."""
    if policy.anchor is None:
        return None
    try:
        return repository.resolve(policy.anchor)
    except (UserFault, UnheldFault) as fault:
        problem = f"The policy's `anchor` is {policy.anchor!r}. {fault.problem}"
        raise UserFault(problem, fault.mend) from None


def tolerated_since(
    repository: SourceRepository,
    anchor: Revision,
    base: Revision,
    charges: Sequence[Charge],
) -> Mapping[Place, float]:
    """Shown losses of the branches that landed since the anchor, in tolerances.

    A charge belongs to a judged head commit and the tree that would land; it counts
    once either of them is in the base's history.
    """
    landed = repository.landed(anchor.commit, base.commit)
    lost: dict[Place, float] = {}
    for charge in charges:
        if landed & {charge.head_commit, charge.merged_tree}:
            lost[charge.place] = lost.get(charge.place, 0.0) + charge.tolerances
    return lost
