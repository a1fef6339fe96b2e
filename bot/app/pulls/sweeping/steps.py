"""What a step of a branch changed: the rules, or what training sees of it."""

from dataclasses import dataclass

from bot.app.local import ParsePolicy
from bot.app.mirroring import Mirror
from bot.app.pulls.in_force import Broken, Found, InForce, LastGood, policy_in_force
from bot.app.relevance import seen_by_training
from bot.app.versioning import version_of
from bot.domain.errors import UserFault
from bot.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Reruled:
    """Another policy is in force, or nobody knows which one was."""


@dataclass(frozen=True, slots=True)
class Redefined:
    """The same policy is in force, and what it names defines the metrics otherwise."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rules are what they were.

    `differs` is whether training can tell the two commits apart, `rejudge` whether the
    policy wants everything judged again then.
    """

    differs: bool
    rejudge: bool = False


Change = Reruled | Redefined | Kept


class Steps:
    """Reads steps from commit to commit in a mirror, each once."""

    def __init__(self, mirror: Mirror, parse: ParsePolicy) -> None:
        """Nothing is read before it is asked for."""
        self._mirror, self._parse = mirror, parse
        self._rules: dict[str, InForce] = {}
        self._changes: dict[tuple[str, str], Change] = {}

    def change(self, before: str, after: str) -> Change | None:
        """What a step changed; None for none. `before` is empty where it is unknown."""
        if before == after:
            return None
        if (before, after) not in self._changes:
            self._changes[before, after] = self._read(before, after)
        return self._changes[before, after]

    def rules(self, commit: str) -> InForce:
        """The policy in force at a commit."""
        if commit not in self._rules:
            source = self._mirror.repository
            found = policy_in_force(source, source.resolve(commit), self._parse)
            self._rules[commit] = found
        return self._rules[commit]

    def _read(self, before: str, after: str) -> Change:
        if not (before and self._mirror.has(before)):
            return Reruled()  # rewritten, or never seen: nobody knows what it was
        found = self.rules(after)
        if _name(self.rules(before)) != _name(found):
            return Reruled()
        policy = policy_of(found)
        if policy is None:
            return Kept(differs=False)
        trees = [self._tree(one) for one in (before, after)]
        if len({self._defined(policy, one) for one in trees}) > 1:
            return Redefined()
        source = self._mirror.repository
        hashes = {seen_by_training(source, policy, one) for one in trees}
        return Kept(len(hashes) > 1, policy.base_moved == "rejudge")

    def _tree(self, commit: str) -> str:
        return self._mirror.repository.resolve(commit).tree

    def _defined(self, policy: Policy, tree: str) -> str:
        """What tells definitions of the metrics from each other."""
        try:
            return version_of(self._mirror.repository, policy, tree, tree).before
        except UserFault as fault:
            return fault.problem


def policy_of(found: InForce) -> Policy | None:
    """The policy, where one can be read."""
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
