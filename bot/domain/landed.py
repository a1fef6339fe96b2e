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
        self.released = frozenset(parents - commits.keys())
        """Those of the release that something was made on, or that were merged."""
        own = reversed([*self._firsts(next(iter(commits), ""))])
        self._own = {name: step for step, name in enumerate(own)}
        self._since = self._steps()

    def _steps(self) -> Mapping[str, int]:
        """With which step of its own line the branch came to have a commit."""
        since = dict[str, int]()
        for name, step in self._own.items():
            waiting = [name]
            while waiting:
                one = waiting.pop()
                if one in self._commits and one not in since:
                    since[one] = step
                    waiting += self._commits[one].parents
        return since

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

        Nothing for a base that is neither here nor known to be in the release, and
        nothing for a top that is not here. A step of the branch's own line has all that
        came with it or before: there nobody walks on, however old the top's parents.
        """
        known = base in self._place or base in self.released
        if not known or top not in self._place:
            return frozenset()
        seen, alone, found = {base, top}, {top} - {base}, set[str]()
        waiting = [self._place[one] for one in seen if one in self._place]
        heapify(waiting)
        reached = -1  # the last step that the base has
        while alone:
            name = self._names[heappop(waiting)]
            if name not in alone:
                reached = max(reached, self._own.get(name, -1))
            if self._since.get(name, len(self._names)) <= reached:
                alone.discard(name)
                continue
            parents = self._place.keys() & self._commits[name].parents
            if name in alone:
                found.add(name)
                alone |= parents - seen
            else:
                alone -= parents
            alone.discard(name)
            for one in parents - seen:
                heappush(waiting, self._place[one])
            seen |= parents
        return frozenset(found)
