"""What trials are run for: a name for each evaluation that there can be."""

import hashlib
import json
from dataclasses import dataclass

from bot.domain.policy import Policy
from bot.domain.pulls.acts import Orders
from bot.domain.pulls.overrides import Acceptance


@dataclass(frozen=True, slots=True)
class Matter:
    """What is judged of a pull request: another one is another evaluation.

    `base` is the commit that counts, empty where none does, and `policy` what rules
    there, None where nothing does. `labels` are all of the pull request.
    """

    head: str
    base: str
    policy: Policy | None
    orders: Orders
    accepted: tuple[Acceptance, ...]
    labels: tuple[str, ...]

    @property
    def heeded(self) -> list[str]:
        """The labels that a stage of the policy waits for; others change nothing.

        Nor does any of them where one stage alone was ordered.
        """
        stages = self.policy.stages if self.policy else ()
        waited = {one.label for one in stages}
        labels = () if self.orders.stage else self.labels
        return sorted(one for one in labels if one in waited)

    @property
    def digest(self) -> str:
        """Its name."""
        orders = self.orders
        known = [
            self.head,
            self.base,
            self.policy.sha256 if self.policy else "",
            [orders.stage, orders.modes, orders.targets, orders.more],
            [orders.apart, orders.changes, orders.attempt],
            [one.digest for one in self.accepted],
            self.heeded,
        ]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()
