"""What landed of random histories, held against what each of their commits lost.

No loss is mended in them, and whatever lands was judged on the base that it lands on.
So what was lost is known: the losses of all commits that the base came to have.
"""

import random
from collections.abc import Callable
from itertools import count

import pytest

from bot.app.pinned import tolerated_since
from bot.app.ports import Revision
from bot.domain.history import Charge
from bot.domain.landed import Step

PLACE = ("mlp", "loss")
DEEDS = ("begin", "push", "push", "judge", "update", "land", "land", "stack")


class Town:
    """A repository of commits by name; the tree of each is the set of what was done."""

    def __init__(self, seed: int, ways: list[str]) -> None:
        self.draw, self.ways, self.numbers = random.Random(seed), ways, count()
        self.parents: dict[str, tuple[str, ...]] = {}
        self.done: dict[str, frozenset[int]] = {}
        self.loss: dict[int, int] = {}
        self.charges: list[Charge] = []
        self.release = self.commit((), frozenset())
        self.tips = {"main": self.release}

    def commit(self, parents: tuple[str, ...], done: frozenset[int]) -> str:
        name = f"c{next(self.numbers)}"
        self.parents[name], self.done[name] = parents, done
        return name

    def ancestors(self, name: str) -> set[str]:
        found, waiting = set[str](), [name]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.parents[one]
        return found

    def landed(self, since: str, until: str) -> dict[str, Step]:
        """As `SourceRepository.landed`; younger ones are never parents."""
        names = self.ancestors(until) - self.ancestors(since)
        ordered = sorted(names, key=lambda one: int(one[1:]), reverse=True)
        return {one: Step(tree(self.done[one]), self.parents[one]) for one in ordered}

    def push(self, branch: str) -> None:
        what, tip = next(self.numbers), self.tips[branch]
        self.loss[what] = self.draw.choice([0, 0, 1, 2, 4])
        self.tips[branch] = self.commit((tip,), self.done[tip] | {what})

    def judge(self, branch: str, onto: str) -> None:
        head, base = self.tips[branch], self.tips[onto]
        own = self.done[head] - self.done[base]
        if own and head not in self.ancestors(base):
            merged = tree(self.done[head] | self.done[base])
            loss = float(sum(self.loss[one] for one in own))
            self.charges.append(Charge(PLACE, head, merged, loss, base))

    def merge(self, source: str, onto: str) -> None:
        head, base = self.tips[source], self.tips[onto]
        if head not in self.ancestors(base):
            done = self.done[base] | self.done[head]
            self.tips[onto] = self.commit((base, head), done)

    def squash(self, branch: str, onto: str) -> None:
        head, base = self.tips[branch], self.tips[onto]
        self.tips[onto] = self.commit((base,), self.done[base] | self.done[head])

    def rebase(self, branch: str, onto: str) -> None:
        """Merges cannot be rebased: such a branch is squashed."""
        own = self.ancestors(self.tips[branch]) - self.ancestors(self.tips[onto])
        if any(len(self.parents[one]) > 1 for one in own):
            self.squash(branch, onto)
            return
        for one in sorted(own, key=lambda one: int(one[1:])):
            base = self.tips[onto]
            if self.done[one] - self.done[base]:
                self.tips[onto] = self.commit((base,), self.done[base] | self.done[one])

    def queue(self, branch: str, onto: str) -> None:
        self.tips["queue"] = self.tips[onto]
        self.merge(branch, "queue")
        self.judge("queue", onto)
        self.tips[onto] = self.tips.pop("queue")

    def land(self, branch: str, onto: str) -> None:
        self.judge(branch, onto)
        if not self.done[self.tips[branch]] <= self.done[self.tips[onto]]:
            way: Callable[[str, str], None] = getattr(self, self.draw.choice(self.ways))
            way(branch, onto)

    def lives(self, *, nested: bool) -> None:
        """Somebody does something; where it is `nested`, branches land on branches."""
        names = [one for one in self.tips if one != "main"]
        what = self.draw.choice(DEEDS)
        if what == "begin" or not names:
            branch = f"b{next(self.numbers)}"
            self.tips[branch] = self.tips["main"]
            self.push(branch)
        elif what == "stack":
            below, branch = self.draw.choice(names), f"b{next(self.numbers)}"
            self.tips[branch] = self.tips[below]
            self.push(branch)
            self.judge(branch, below)
        elif what == "push":
            self.push(self.draw.choice(names))
        elif what == "judge":
            self.judge(self.draw.choice(names), "main")
        elif what == "update":
            self.merge("main", self.draw.choice(names))
        else:
            others = [one for one in self.tips if nested or one == "main"]
            branch = self.draw.choice(names)
            self.land(branch, self.draw.choice([o for o in others if o != branch]))

    @property
    def lost(self) -> float:
        """What is told of it."""
        anchor, base = (
            Revision(one, one, tree(self.done[one]))
            for one in (self.release, self.tips["main"])
        )
        found = tolerated_since(self, anchor, base, self.charges)  # type: ignore[arg-type]
        return found.get(PLACE, 0.0)

    @property
    def truth(self) -> float:
        return sum(self.loss[one] for one in self.done[self.tips["main"]])


def tree(done: frozenset[int]) -> str:
    return f"tree {sorted(done)}"


def told(ways: list[str], *, nested: bool) -> list[float]:
    """Of 600 histories: by how much more is told than was lost."""
    found = []
    for seed in range(600):
        town = Town(seed, ways)
        for _ in range(16):
            town.lives(nested=nested)
        found.append(town.lost - town.truth)
    return found


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("way", ["squash", "rebase"])
def test_what_is_squashed_or_rebased_is_lost_exactly_once(
    way: str, *, nested: bool
) -> None:
    assert set(told([way], nested=nested)) == {0.0}


@pytest.mark.parametrize(
    "ways", [["merge"], ["queue"], ["merge", "squash", "rebase", "queue"]]
)
def test_nothing_that_landed_is_forgotten_and_hardly_anything_counted_twice(
    ways: list[str],
) -> None:
    """A head that was judged with its neighbour, and alone later, lost its most."""
    found = told(ways, nested=False)
    assert min(found) == 0.0
    assert sum(one > 0.0 for one in found) <= 6
