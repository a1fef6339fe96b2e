"""The pinned release of a policy, and what was lost since then by small steps."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from bot.app.ports import Revision, SourceRepository
from bot.domain.errors import UnheldFault, UserFault
from bot.domain.history import Charge, Place
from bot.domain.landed import Landed
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
    """Shown losses of what landed since the anchor, in tolerances.

    A judged head landed if the base pointed to it, or to a merge of it, or to the tree
    that would land. So an earlier head of a merged branch did not, though the base has
    it in its history; where it did, because it was landed without a merge, it is part
    of what was judged later, and that counts in its place. What was judged more than
    once, as onto a base that moved on or for an order, landed once: its largest loss
    counts.
    """
    lost: dict[Place, list[_Branch]] = {}
    for place, one in _landed(repository, anchor, base, charges):
        before = lost.get(place, [])
        same = [other for other in before if other.names & one.names]
        apart = [other for other in before if other not in same]
        lost[place] = [*apart, one.with_(same)]
    summed = {place: _summed(many) for place, many in lost.items()}
    return {place: loss for place, loss in summed.items() if loss}


def _landed(
    repository: SourceRepository,
    anchor: Revision,
    base: Revision,
    charges: Sequence[Charge],
) -> Iterator[tuple[Place, "_Branch"]]:
    """What was judged of each place, and landed."""
    landed = Landed(repository.landed(anchor.commit, base.commit))
    line = landed.line([base.commit, *(one.base_commit for one in charges)])
    merges = {side: name for name, one in line.items() for side in one.parents[1:]}
    by_head = {**merges, **{name: name for name in line}}
    by_tree = {one.tree: name for name, one in line.items()}
    between = cache(landed.between)
    for charge in charges:
        head, tree = charge.head_commit, charge.merged_tree
        at = by_head.get(head, "")
        of_tree = at if at and line[at].tree == tree else by_tree.get(tree, "")
        if mark := head if at else of_tree:
            names = frozenset([head, f"{charge.base_commit}:{tree}"])
            holds = between(charge.base_commit, of_tree or head)
            yield charge.place, _Branch(names, {mark}, holds, charge.tolerances)


def _summed(branches: Sequence["_Branch"]) -> float:
    """The losses of all that is not part of another one."""
    return sum(
        one.loss
        for one in branches
        if one.loss and not any(one.is_part_of(other) for other in branches)
    )


@dataclass(frozen=True, slots=True)
class _Branch:
    """What was judged of one branch, and the largest loss that it showed.

    `names` are those of all that was judged: heads, and trees on a base. `marks` are
    the commits by which it landed, `holds` are those that it was judged with.
    """

    names: AbstractSet[str]
    marks: AbstractSet[str]
    holds: AbstractSet[str]
    loss: float

    def is_part_of(self, other: "_Branch") -> bool:
        """Whether the other was judged with it; with more, if that is so of both."""
        if self.marks & other.holds and other.marks & self.holds:
            return self.holds < other.holds
        return bool(self.marks & other.holds)

    def with_(self, others: Sequence["_Branch"]) -> "_Branch":
        every = [self, *others]
        return _Branch(
            frozenset[str]().union(*(one.names for one in every)),
            frozenset[str]().union(*(one.marks for one in every)),
            frozenset[str]().union(*(one.holds for one in every)),
            max(one.loss for one in every),
        )
