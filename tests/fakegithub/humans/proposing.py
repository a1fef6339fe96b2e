"""Pull requests: opening, changing, merging, queueing."""

from tests.fakegithub import changes, pull_changes, queueing
from tests.fakegithub.humans.someone import Someone
from tests.fakegithub.merge_button import merge_pull
from tests.fakegithub.pull_changes import Opening
from tests.fakegithub.records import MergeGroup, Pull, Repository
from tests.fakegithub.repositories import Method


class Proposes(Someone):
    """Somebody who works with pull requests."""

    __slots__ = ()

    def opens_pull(
        self,
        repository: Repository,
        branch: str,
        base: str | None = None,
        title: str = "An idea",
        body: str | None = None,
        *,
        source: Repository | None = None,
        draft: bool = False,
    ) -> Pull:
        """Opens a pull request from a branch here, or of a fork (`source`)."""
        with self.world.lock:
            place = self.may(repository, "read", "open a pull request")
            into = base or repository.default_branch
            head = source or repository
            opening = Opening(head, branch, into, title, body, draft)
            return pull_changes.open_pull(place, opening, self.id)

    def retargets(self, repository: Repository, pull: Pull, base: str) -> None:
        """Points the pull request at another base."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.retarget(place, pull, base, self.id)

    def retitles(self, repository: Repository, pull: Pull, title: str) -> None:
        """Gives it another title."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.rename_pull(place, pull, title, self.id)

    def rewrites(self, repository: Repository, pull: Pull, body: str) -> None:
        """Gives it another description."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.rewrite(place, pull, body, self.id)

    def drafts(self, repository: Repository, pull: Pull) -> None:
        """Turns it into a draft."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.set_draft(place, pull, self.id, draft=True)

    def readies(self, repository: Repository, pull: Pull) -> None:
        """Says that it is ready for review."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.set_draft(place, pull, self.id, draft=False)

    def closes(self, repository: Repository, pull: Pull) -> None:
        """Closes it without merging."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.close_pull(place, pull, self.id)

    def reopens(self, repository: Repository, pull: Pull) -> None:
        """Opens it again."""
        with self.world.lock:
            place = self.may_change(repository, pull)
            pull_changes.reopen_pull(place, pull, self.id)

    def labels(self, repository: Repository, pull: Pull, name: str) -> None:
        """Puts a label on it."""
        with self.world.lock:
            self.may(repository, "triage", "label")
            changes.add_label(self.world, repository, pull.number, name, self.id)

    def unlabels(self, repository: Repository, pull: Pull, name: str) -> None:
        """Takes a label off it."""
        with self.world.lock:
            self.may(repository, "triage", "label")
            changes.drop_label(self.world, repository, pull.number, name, self.id)

    def merges(
        self,
        repository: Repository,
        pull: Pull,
        method: Method = "merge",
        *,
        bypass: bool = False,
    ) -> str:
        """Presses the button; the base's new tip. GitHub may refuse."""
        with self.world.lock:
            place = self.may(repository, "write", "merge")
            return merge_pull(place, pull, method, self.id, bypass=bypass)

    def queues(self, repository: Repository, pull: Pull) -> MergeGroup:
        """Puts it into the merge queue. GitHub may refuse."""
        with self.world.lock:
            place = self.may(repository, "write", "queue")
            return queueing.enqueue(place, pull, self.id)

    def dequeues(self, repository: Repository, pull: Pull) -> None:
        """Takes it out again."""
        with self.world.lock:
            place = self.may(repository, "write", "dequeue")
            queueing.dequeue(place, pull, self.id)
