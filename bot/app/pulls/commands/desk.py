"""What the handling of commands has to know of a pull request: `Desk`, its port."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.github import Place, Pull
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.ordering import Named, Terms
from bot.domain.pulls.standing import Standing
from bot.presentation.github.known import Known


class Desk(Protocol):
    """What the base's policy allows, and what is known by now.

    Both may raise `MachineryFault` and `GitHubError`; the command then waits.
    """

    def terms(self, place: Place, pull: Pull) -> Terms:
        """What the policy of its base says for commands on its head, in full.

        `rules.policy_edited` is whether the head changes the policy. Where no policy
        can be read, `rules.policy_known` says so.
        """
        ...

    def changes(self, place: Place, pull: Pull, typed: Sequence[str]) -> Named:
        """Which of the names are of changes of the branch; asked only where some are.

        This takes the branch apart, so it takes a while.
        """
        ...

    def errands(self, pull: PullKey, head: str) -> bool:
        """Whether an errand of a head waits for its answer, and nobody stopped it."""
        ...

    def renews(self, kept: Standing, pull: Pull) -> bool:
        """Whether the next look judges anew what a verdict is said of.

        By its labels, the base or what is accepted, as far as that is known.
        """
        ...

    def known(self, pull: PullKey) -> Known:
        """What questions are answered from, with a fresh link to the details."""
        ...
