"""Base branches that moved: whom that concerns at once, whom later, and whom never.

A merge must not cost a look for every open pull request. What a look would find is
mostly known before: where training can see no difference nothing changes, and where it
can, a verdict stands until it is too old.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.app.mirroring import Mirror, WantedBranch
from bot.app.pulls import remembered
from bot.app.pulls.in_force import Broken, Found, InForce, LastGood, policy_in_force
from bot.app.pulls.reach import Reach
from bot.app.relevance import seen_by_training
from bot.app.versioning import version_of
from bot.domain.errors import UserFault
from bot.domain.github import Place, Repository
from bot.domain.policy import Policy
from bot.domain.pulls.gated import gated
from bot.domain.pulls.standing import Outline

Prewarm = Callable[[Place, str, str], None]
"""Begin what a base branch will need, by its name and its new tip."""


@dataclass(frozen=True, slots=True)
class Step:
    """A branch went from one commit to another; `mirror` has where it is now."""

    place: Place
    repository: Repository
    mirror: Mirror
    branch: str
    before: str
    after: str

    @property
    def on_default(self) -> bool:
        """Whether it is the branch whose policy says what is gated at all."""
        return self.branch == self.repository.default_branch


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

    def matters(self, place: Place, branch: str) -> bool:
        """Whether anything hangs on a branch; GitHub is not asked.

        One in a repository of which nothing is known yet may be the default branch.
        """
        known = remembered.tips(self._reach.store, place.repository)
        outlines = self._reach.store.outlines(place.repository)
        return not known or branch in known or _onto(outlines, branch) != []

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
        anew = self._renamed(place, repository.default_branch)
        for branch, after in tips.items():
            was = known.get(branch) or before.get(branch, after)
            if was != after:
                step = Step(place, repository, mirror, branch, was, after)
                anew = (self._moved(step) and step.on_default) or anew
        remembered.keep_tips(reach.store, place.repository, {**known, **tips})
        ruled = self._ruled(mirror, tips.get(repository.default_branch))
        return Looked(ruled, anew)

    def _renamed(self, place: Place, default: str) -> bool:
        """Whether another branch is the default now: it says what is gated."""
        store = self._reach.store
        was = remembered.default_branch(store, place.repository)
        if was == default:
            return False
        if was:
            self._wake(store.outlines(place.repository), self._reach.now())
        remembered.keep_default_branch(store, place.repository, default)
        return was != ""

    def _ruled(self, mirror: Mirror, default: str | None) -> bool:
        if default is None:
            return False
        found = self._policy_at(mirror, default)
        return isinstance(found, Found | LastGood | Broken)

    def _moved(self, step: Step) -> bool:
        """Wake whom it concerns; whether another policy rules the branch now."""
        outlines = self._reach.store.outlines(step.place.repository)
        now = self._reach.now()
        if not step.mirror.has(step.before):  # rewritten: nobody knows what it was
            self._wake(_touched(step, outlines, policy=True), now)
            return True
        old = self._policy_at(step.mirror, step.before)
        new = self._policy_at(step.mirror, step.after)
        other = _name(old) != _name(new)
        if other or self._defined_otherwise(step, new):
            self._wake(_touched(step, outlines, policy=other), now)
        else:
            self._kept(step, new, _onto(outlines, step.branch))
        self._warm(step, new)
        return other

    def _kept(self, step: Step, found: InForce, onto: Iterable[Outline]) -> None:
        """The rules are what they were: only what training can see matters."""
        now = self._reach.now()
        policy = _policy(found)
        differs = policy is not None and _differs(step, policy)
        again = policy is not None and differs and policy.base_moved == "rejudge"
        for one in onto:
            if again or one.waits or (one.speaks and one.stale_at is None):
                self._wake([one], now)
            elif one.stale_at is not None and differs:
                self._wake([one], max(one.stale_at, now))

    def _wake(self, outlines: Iterable[Outline], at: float) -> None:
        for one in outlines:
            self._reach.store.wake(one.pull, one.installation, at)

    def _policy_at(self, mirror: Mirror, commit: str) -> InForce:
        source = mirror.repository
        return policy_in_force(source, source.resolve(commit), self._reach.parse)

    def _defined_otherwise(self, step: Step, found: InForce) -> bool:
        """Whether the metrics have another definition on the base now."""
        policy = _policy(found)
        if policy is None:
            return False
        source = step.mirror.repository
        names = []
        for commit in (step.before, step.after):
            tree = source.resolve(commit).tree
            try:
                names.append(version_of(source, policy, tree, tree).before)
            except UserFault as fault:
                names.append(fault.problem)
        return names[0] != names[1]

    def _warm(self, step: Step, found: InForce) -> None:
        """Have the new base run, where it is gated."""
        default = step.mirror.branch(step.repository.default_branch)
        rule = found
        if not step.on_default and default is not None:
            rule = self._policy_at(step.mirror, default)
        gate, own = _policy(rule), _policy(found)
        if gate is None or own is None:
            return
        if gated(gate, step.repository.default_branch, step.branch):
            self._prewarm(step.place, step.branch, step.after)


def _onto(outlines: Iterable[Outline], branch: str) -> list[Outline]:
    return [one for one in outlines if one.base_ref == branch]


def _touched(
    step: Step, outlines: Iterable[Outline], *, policy: bool
) -> Iterable[Outline]:
    """Those onto the branch; all, where the policy that gates others may be changed."""
    return outlines if policy and step.on_default else _onto(outlines, step.branch)


def _policy(found: InForce) -> Policy | None:
    return found.policy if isinstance(found, Found | LastGood) else None


def _name(found: InForce) -> str:
    """What tells policies in force from each other."""
    match found:
        case Found(policy=policy):
            return policy.sha256
        case LastGood(policy=policy):
            return f"{policy.sha256} and a broken one"
        case Broken(faults=faults):
            return repr(faults)
        case _:
            return ""


def _differs(step: Step, policy: Policy) -> bool:
    """Whether training can tell the two commits apart."""
    source = step.mirror.repository
    trees = [source.resolve(one).tree for one in (step.before, step.after)]
    hashes = {seen_by_training(source, policy, one) for one in trees}
    return len(hashes) > 1
