"""The App's store of pull requests: the four that are asked of it, as one."""

from collections.abc import Sequence
from typing import Protocol

from bot.app.pulls.ports.alarms import Alarms
from bot.app.pulls.ports.notes import Notes
from bot.app.pulls.ports.outbox import Outbox
from bot.app.pulls.ports.register import Register
from bot.domain.pulls.acts import PullKey


class PullStore(Alarms, Register, Outbox, Notes, Protocol):
    """All that the App keeps of pull requests."""

    def leave(
        self, installation: int, repository: int | None = None
    ) -> Sequence[PullKey]:
        """Nothing of an installation, or of one repository in it, is done any more.

        As one: alarms rest until somebody wakes them, open standings are closed, posts
        that wait are given up (and sent when they are put again), remarks that wait are
        settled. Says which pull requests were open.
        """
        ...

    def prune(self, before: float) -> int:
        """Forget pull requests that were closed before this; how many.

        A portion at a time, so that nothing else waits for long: ask until there are
        none.

        A pull request counts as closed from when this is first asked and finds it so,
        and anew after it was open again. What was ordered is kept for ever; so is what
        stands for a commit that is another one's head. Forgets settled remarks, what
        was sent to nobody's pull request, and pull requests of which nothing was ever
        said, as old as that, too.
        """
        ...
