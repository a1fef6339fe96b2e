"""Base branches that moved: whom that concerns at once, whom later, and whom never.

A merge must not cost a look for every open pull request. What a look would find is
mostly known before: where training can see no difference nothing changes, and where it
can, a verdict stands until it is too old.

Each pull request is compared with where its own last look saw the branches. A branch
that moved during that look, or while nobody listened, is found so by the next sweep.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.app.mirroring import WantedBranch
from bot.app.pulls import remembered
from bot.app.pulls.in_force import Broken, Found, LastGood
from bot.app.pulls.reach import Reach
from bot.app.pulls.sweeping.steps import (
    Change,
    Kept,
    Redefined,
    Reruled,
    Steps,
    policy_of,
)
from bot.domain.github import Place, Repository
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.gated import gated
from bot.domain.pulls.standing import Outline

Prewarm = Callable[[Place, str, str], None]
"""Begin what a base branch will need, by its name and its new tip."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A repository as it is now: `tips` are where its branches are, by name."""

    place: Place
    repository: Repository
    steps: Steps
    tips: Mapping[str, str]

    @property
    def default(self) -> str:
        """The name of the branch whose policy says what is gated at all."""
        return self.repository.default_branch


@dataclass(frozen=True, slots=True)
class Minded:
    """Up to where the moves of its base, and of the default branch, were minded."""

    outline: Outline
    base: str
    default: str


@dataclass(frozen=True, slots=True)
class Looked:
    """`ruled` is whether the default branch has a policy, `ruled_anew` another one."""

    ruled: bool
    ruled_anew: bool = False


class Bases:
    """Looks at base branches, and remembers where they were."""

    def __init__(self, reach: Reach, prewarm: Prewarm) -> None:
        """Nothing is asked before `look`."""
        self._reach, self._prewarm = reach, prewarm
        # By repository; what is lost with the process is worked out once more.
        self._minded: dict[int, Mapping[PullKey, Minded]] = {}

    def that_matter(self, place: Place, branches: Collection[str]) -> Collection[str]:
        """Those of the branches on which anything hangs; GitHub is not asked.

        One in a repository of which nothing is known yet may be the default branch.
        """
        known = remembered.tips(self._reach.store, place.repository)
        others = set(branches).difference(known)
        if not known or not others:
            return branches
        outlines = self._reach.store.outlines(place.repository)
        return {*known, *(one.base_ref for one in outlines)}.intersection(branches)

    def look(
        self, place: Place, branches: Collection[str], before: Mapping[str, str]
    ) -> Looked:
        """Have looked at again what hangs on branches, where they moved.

        The default branch is always among them. `before` is where branches were that
        were never seen here. Raises `MirrorError` and `GitHubError`.
        """
        reach = self._reach
        repository = reach.known.repository(place)
        names = list(dict.fromkeys([repository.default_branch, *branches]))
        mirror = reach.mirror(place, [WantedBranch(one) for one in names])
        known = remembered.tips(reach.store, place.repository)
        tips = {one: tip for one in names if (tip := mirror.branch(one)) is not None}
        scan = Scan(place, repository, Steps(mirror, reach.parse), tips)
        was = {one: known.get(one) or before.get(one, tips[one]) for one in tips}
        anew = self._renamed(scan)
        for branch in tips:
            anew = self._moved(scan, branch, was[branch]) or anew
        self._mind(scan, was)
        others = {one: tip for one, tip in known.items() if one not in names}
        remembered.keep_tips(reach.store, place.repository, {**others, **tips})
        return Looked(_ruled(scan), anew)

    def look_at_all(self, place: Place, branches: Collection[str]) -> Looked:
        """`look` at these and at all that are known; what was deleted is forgotten."""
        known = remembered.tips(self._reach.store, place.repository)
        return self.look(place, [*branches, *known], {})

    def keep_only(self, repositories: Collection[int]) -> None:
        """Forget what was minded in all other repositories."""
        for one in list(self._minded):
            if one not in repositories:
                self._minded.pop(one, None)

    def _renamed(self, scan: Scan) -> bool:
        """Whether another branch is the default now: it says what is gated."""
        store, repository = self._reach.store, scan.place.repository
        was = remembered.default_branch(store, repository)
        if was == scan.default:
            return False
        if was:
            now = self._reach.now()
            for one in store.outlines(repository):
                self._reach.wake(one.pull, one.installation, now)
        remembered.keep_default_branch(store, repository, scan.default)
        return was != ""

    def _moved(self, scan: Scan, branch: str, before: str) -> bool:
        """Have a new base run; whether another policy says now what is gated."""
        change = scan.steps.change(before, scan.tips[branch])
        if change is None:
            return False
        self._warm(scan, branch)
        return isinstance(change, Reruled) and branch == scan.default

    def _warm(self, scan: Scan, branch: str) -> None:
        """Have the new base run, where it is gated."""
        tip = scan.tips[branch]
        rules = scan.tips.get(scan.default, tip)
        gate, own = (policy_of(scan.steps.rules(one)) for one in (rules, tip))
        if gate is not None and own is not None and gated(gate, scan.default, branch):
            self._prewarm(scan.place, branch, tip)

    def _mind(self, scan: Scan, was: Mapping[str, str]) -> None:
        """Wake whom moves concern that its last look did not see.

        `was` is where the branches were that merge groups go by: those are judged on
        commits of their own.
        """
        kept = self._minded.get(scan.place.repository, {})
        minded, now = dict[PullKey, Minded](), self._reach.now()
        for one in self._reach.store.outlines(scan.place.repository):
            last = _last(one, kept.get(one.pull), scan.default, was)
            base = scan.tips.get(one.base_ref, last.base)
            default = scan.tips.get(scan.default, last.default)
            rebased = scan.steps.change(last.base, base)
            regated = scan.steps.change(last.default, default)
            at = _due(one, rebased, regated, now)
            if at is not None:  # a base is no news of a pull request
                self._reach.wake(one.pull, one.installation, at)
            minded[one.pull] = Minded(one, base, default)
        self._minded[scan.place.repository] = minded


def _ruled(scan: Scan) -> bool:
    tip = scan.tips.get(scan.default)
    if tip is None:
        return False
    return isinstance(scan.steps.rules(tip), Found | LastGood | Broken)


def _last(
    one: Outline, kept: Minded | None, default: str, was: Mapping[str, str]
) -> Minded:
    """Up to where moves were minded for it: since it was said, or when it was."""
    if kept is not None and kept.outline == one:
        return kept
    if one.pull.is_group:
        return Minded(one, was.get(one.base_ref, ""), was.get(default, ""))
    return Minded(one, one.base_now, one.default_now)


def _due(
    one: Outline, rebased: Change | None, regated: Change | None, now: float
) -> float | None:
    """When to look for what changed on its base, and on the default branch, or never.

    Of the default branch only the policy counts: it says what is gated.
    """
    if isinstance(regated, Reruled):
        return now
    match rebased:
        case Reruled() | Redefined():
            return now
        case Kept(differs=differs, rejudge=rejudge):
            again = differs and rejudge
            if again or one.waits or (one.speaks and one.stale_at is None):
                return now
            if differs and one.stale_at is not None:
                return max(one.stale_at, now)
            return None
        case None:
            return None
