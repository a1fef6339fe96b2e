"""The pinned release of a policy, and what was lost since then by small steps."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

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
    once either of them is in the base's history. What was judged more than once, as
    onto a base that moved on or for an order, landed once: its largest loss counts.
    """
    landed = repository.landed(anchor.commit, base.commit)
    lost: dict[Place, list[_Branch]] = {}
    for charge in charges:
        names = {charge.head_commit, charge.merged_tree} - {""}
        one = _Branch(names, charge.tolerances)
        if landed & one.names:
            before = lost.get(charge.place, [])
            same = [other for other in before if other.names & one.names]
            apart = [other for other in before if other not in same]
            lost[charge.place] = [*apart, one.with_(same)]
    return {place: sum(one.loss for one in many) for place, many in lost.items()}


@dataclass(frozen=True, slots=True)
class _Branch:
    """The largest loss that it showed; `names` are those of all that was judged."""

    names: AbstractSet[str]
    loss: float

    def with_(self, others: Sequence["_Branch"]) -> "_Branch":
        every = [self, *others]
        names = frozenset[str]().union(*(one.names for one in every))
        return _Branch(names, max(one.loss for one in every))
