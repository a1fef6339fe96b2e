"""What is known of a pull request at one moment: the values decided from."""

import hashlib
import json
from dataclasses import dataclass

from bot.app.mirroring import Mirror
from bot.app.ports import SourceRepository
from bot.app.pulls.looking.matter import Matter
from bot.app.pulls.ports import Pin
from bot.domain.errors import PolicyFault, UserFault
from bot.domain.github import Place, Pull, Repository
from bot.domain.policy import Policy
from bot.domain.pulls.acts import Act, Orders, PullKey, is_beside
from bot.domain.pulls.base_moved import Moved
from bot.domain.pulls.deciding import PullFacts, Unmergeable
from bot.domain.pulls.overrides import Acceptance
from bot.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """The policy that rules a base: `text` and where it was read, for whoever judges.

    `broken` are the faults of the base's own policy, where this is an earlier one.
    """

    policy: Policy
    text: bytes
    source: str
    broken: tuple[PolicyFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A pull request as GitHub told of it, and the mirror that holds its commits."""

    place: Place
    repository: Repository
    pull: Pull
    mirror: Mirror
    insider: bool

    @property
    def key(self) -> PullKey:
        """Its key."""
        return PullKey(self.place.repository, self.pull.number)

    @property
    def source(self) -> SourceRepository:
        """Its commits."""
        return self.mirror.repository

    @property
    def base_now(self) -> str:
        """Where its base branch is; empty where nobody knows."""
        return self._tip(self.pull.base.ref)

    @property
    def default_now(self) -> str:
        """Where the default branch is; empty where nobody knows."""
        return self._tip(self.repository.default_branch)

    def _tip(self, branch: str) -> str:
        try:
            return self.mirror.branch(branch) or ""
        except UserFault:  # nothing at all could be fetched
            return ""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a decision hangs on.

    `rule` is None where nothing rules; `pin` is the base that the head is judged on,
    and `moved` what became of that base since; None where nothing is judged. `nothing`
    is the verdict where training could see no difference.
    """

    seen: Seen
    facts: PullFacts
    orders: Orders
    acts: tuple[Act, ...] = ()
    rule: Rule | None = None
    pin: Pin | None = None
    base_now: str = ""
    moved: Moved | None = None
    accepted: tuple[Acceptance, ...] = ()
    nothing: Verdict | None = None

    @property
    def inputs(self) -> str:
        """A digest of all of it: equal scenes lead to equal ends."""
        pull, pin, rule = self.seen.pull, self.pin, self.rule
        known = [
            pull.head.sha,
            pull.base.ref,
            [pull.open, pull.draft, self.seen.insider, self.labels],
            [pin.base, repr(self.moved)] if pin else self._apart,
            [rule.policy.sha256, repr(rule.broken)] if rule else None,
            repr(self.facts.gate),
            [one.source for one in self.acts if not is_beside(one.command)],
            [one.digest for one in self.accepted],
        ]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()

    @property
    def _apart(self) -> str | None:
        """What tells the want of a common history from a conflict."""
        apart = self.facts.landing == Unmergeable(related=False)
        return "apart" if apart else None

    @property
    def matter(self) -> Matter:
        """What trials are run for."""
        return Matter(
            head=self.seen.pull.head.sha,
            base=self.pin.base if self.pin else "",
            policy=self.rule.policy if self.rule else None,
            orders=self.orders,
            accepted=self.accepted,
            labels=self.seen.pull.labels,
        )

    @property
    def task(self) -> str:
        """The name of that: another one is another evaluation."""
        return self.matter.digest

    @property
    def labels(self) -> list[str]:
        """The labels of the pull request that change something."""
        return self.matter.heeded
