"""What landed on a branch since a release, and which judged heads are part of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush


@dataclass(frozen=True, slots=True)
class Step:
    """A commit's tree and its parents; the first is the branch that it was made on."""

    tree: str
    parents: tuple[str, ...] = ()


class Landed:
    """The commits of a branch since a release: each stands before its parents."""

    def __init__(self, commits: Mapping[str, Step]) -> None:
        """`commits` lacks none but those that the release has."""
        self._commits = commits
        self._names = (*commits,)
        self._place = {name: place for place, name in enumerate(commits)}
        parents = {one for commit in commits.values() for one in commit.parents}
        self._known = parents | commits.keys()

    def line(self, starts: Iterable[str]) -> Mapping[str, Step]:
        """What the branch itself pointed to: first parents, from each of `starts`.

        Beside the branch's tip these are the bases of judgements: where a branch that
        had merged its base was landed without a merge, the first parents of its tip
        are those of the branch, not of the base.
        """
        found = set[str]()
        for start in starts:
            for one in self._firsts(start):
                if one in found:
                    break
                found.add(one)
        return {name: one for name, one in self._commits.items() if name in found}

    def _firsts(self, name: str) -> Iterator[str]:
        while (commit := self._commits.get(name)) is not None:
            yield name
            name = commit.parents[0] if commit.parents else ""

    def between(self, base: str, top: str) -> frozenset[str]:
        """What a comparison of `top` with `base` contains: commits of `top` alone.

        Nothing for a base that is neither here nor known to be in the release.
        """
        if base not in self._known:
            return frozenset()
        below = {top: False, base: True}  # whether the base has it
        waiting = [self._place[one] for one in below if one in self._place]
        heapify(waiting)
        found, more = set[str](), sum(not below[one] for one in below)
        while more:
            name = self._names[heappop(waiting)]
            if not below[name]:
                more -= 1
                found.add(name)
            for one in self._commits[name].parents:
                if one not in self._place:
                    continue
                if one not in below:
                    heappush(waiting, self._place[one])
                    more += not below[name]
                elif below[name] and not below[one]:
                    more -= 1
                below[one] = below[name] or below.get(one, False)
        return frozenset(found)
