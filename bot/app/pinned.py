"""The pinned release of a policy, and what was lost since then by small steps."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from bot.app.ports import Revision, SourceRepository
from bot.domain.errors import UnheldFault, UserFault
from bot.domain.history import Charge, Place
from bot.domain.landed import Landed, Step
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
    that would land; or, where it did none of it, if it was merged into another branch
    that landed. So an earlier head of a merged branch did not, though the base has it
    in its history; where it did, because it was landed without a merge, it is part of
    what was judged later, and that counts in its place. What was judged more than once,
    as onto a base that moved on or for an order, landed once: its largest loss counts.
    What landed on another branch, too, has a loss of its own there.
    """
    lost: dict[Place, dict[str, _Branch]] = {}
    for place, one in _landed(repository, anchor, base, charges):
        known = lost.setdefault(place, {})
        whole = one.with_([known[name] for name in one.names if name in known])
        known.update(dict.fromkeys(whole.names, whole))
    summed = {
        place: _summed([*dict.fromkeys(known.values())])
        for place, known in lost.items()
    }
    return {place: loss for place, loss in summed.items() if loss}


def _landed(
    repository: SourceRepository,
    anchor: Revision,
    base: Revision,
    charges: Sequence[Charge],
) -> Iterator[tuple[Place, "_Branch"]]:
    """What was judged of each place that lost anything, and landed since."""
    landed = Landed(commits := repository.landed(anchor.commit, base.commit))
    bases = [base.commit, *(one.base_commit for one in charges)]
    lines = [landed.line([base.commit]), landed.line(bases)]
    ways = [*(_Way.along(line, commits) for line in lines), _Way.through(commits)]
    between = cache(landed.between)
    losing = {one.place for one in charges if one.tolerances}
    for charge in charges:
        if charge.place not in losing or charge.head_commit in landed.released:
            continue
        if found := next(filter(None, (way.found(charge) for way in ways)), None):
            mark, top = found
            on = charge.base_commit
            # Of what landed on two lines each has the loss that it has there.
            here = on in lines[0] or on in landed.released
            line = "" if here else "elsewhere:"
            heard = (charge.head_commit, f"{on}:{charge.merged_tree}")
            names = frozenset(f"{line}{one}" for one in heard)
            holds = between(on, top)
            yield charge.place, _Branch(names, {mark}, holds, charge.tolerances)


def _summed(branches: Sequence["_Branch"]) -> float:
    """The losses of all that is not part of another one that counts.

    Whatever is part of one that does not count, as that is part of a third, may be no
    part of the third: this was judged when it had landed.
    """
    wholes, counts = _wholes(branches), dict["_Branch", bool]()
    for branch in branches:
        if branch not in counts:
            _settle(branch, wholes, counts)
    return sum(one.loss for one in branches if counts[one])


def _settle(
    branch: "_Branch",
    wholes: Mapping["_Branch", Sequence["_Branch"]],
    counts: dict["_Branch", bool],
) -> None:
    """Find out whether a branch counts, and before it those that it is part of."""
    path = {branch: None}  # in order: each is part of the next
    while path:
        one = next(reversed(path))
        above = wholes.get(one, ())
        unknown = (o for o in above if o not in counts and o not in path)
        if (first := next(unknown, None)) is not None:
            path[first] = None
        else:
            counts[one] = not any(counts.get(o) for o in above)
            del path[one]


def _wholes(branches: Sequence["_Branch"]) -> Mapping["_Branch", list["_Branch"]]:
    """For each branch those that it is part of."""
    marked: dict[str, list[_Branch]] = {}
    for one in branches:
        for mark in one.marks:
            marked.setdefault(mark, []).append(one)
    marks, found = frozenset(marked), dict["_Branch", list["_Branch"]]()
    for other in branches:
        inside = {one for mark in marks & other.holds for one in marked[mark]}
        for one in inside - {other}:
            if one.is_part_of(other):
                found.setdefault(one, []).append(other)
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """Commits by which heads may have landed.

    `at` names for each head the one of them that brought it: itself, or a merge of it.
    `trees` are those that a branch pointed to.
    """

    commits: Mapping[str, Step]
    landed: Mapping[str, Step]
    at: Mapping[str, str]
    trees: Mapping[str, str]

    @classmethod
    def along(cls, line: Mapping[str, Step], landed: Mapping[str, Step]) -> "_Way":
        """What branches pointed to."""
        at = {**_merges(line), **{name: name for name in line}}
        return cls(line, landed, at, {one.tree: name for name, one in line.items()})

    @classmethod
    def through(cls, landed: Mapping[str, Step]) -> "_Way":
        """What was merged anywhere; no trees, which earlier heads have, too."""
        return cls(landed, landed, _merges(landed), {})

    def found(self, charge: Charge) -> tuple[str, str] | None:
        """The commit that marks what landed, and the one that ends its comparison.

        That is where the judged tree came to be; but the head itself where it was
        judged on a branch that came another way, and may have come with it.
        """
        head, tree = charge.head_commit, charge.merged_tree
        at = self.at.get(head, "")
        same = bool(at) and self.commits[at].tree == tree
        of_tree = at if same else self.trees.get(tree, "")
        if not (at or of_tree):
            return None
        base = charge.base_commit
        elsewhere = base in self.landed and base not in self.commits
        return head if at else of_tree, head if elsewhere else of_tree or head


def _merges(line: Mapping[str, Step]) -> Mapping[str, str]:
    """The merge that brought each head."""
    return {side: name for name, one in line.items() for side in one.parents[1:]}


@dataclass(frozen=True, slots=True, eq=False)
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
        """What was judged more than once, as it was when it lost most."""
        every = [self, *others]
        worst = min(every, key=lambda one: (-one.loss, len(one.holds)))
        names = frozenset[str]().union(*(one.names for one in every))
        return _Branch(names, worst.marks, worst.holds, worst.loss)
