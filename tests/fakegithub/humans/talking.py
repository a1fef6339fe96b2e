"""Talk: comments, reviews, reactions, and the buttons of checks."""

from tests.fakegithub import changes, check_changes, pull_changes
from tests.fakegithub.changes import Author, Refused
from tests.fakegithub.humans.someone import Someone
from tests.fakegithub.pull_changes import ReviewState
from tests.fakegithub.records import (
    CheckRun,
    Comment,
    Issue,
    Pull,
    Reaction,
    Repository,
    Review,
    Role,
)


class Talks(Someone):
    """Somebody who talks."""

    __slots__ = ()

    def opens_issue(
        self, repository: Repository, title: str, body: str | None = None
    ) -> Issue:
        """Opens an issue."""
        with self.world.lock:
            self.may(repository, "read", "open an issue")
            author = Author(self.id)
            return changes.open_issue(self.world, repository, title, body, author)

    def comments(self, repository: Repository, on: Pull | int, body: str) -> Comment:
        """Comments on a pull request or an issue."""
        number = on.number if isinstance(on, Pull) else on
        with self.world.lock:
            self.may(repository, "read", "comment")
            author = Author(self.id)
            return changes.add_comment(self.world, repository, number, body, author)

    def edits_comment(
        self, repository: Repository, comment: Comment, body: str
    ) -> None:
        """Edits a comment: one's own, or with write access anybody's."""
        with self.world.lock:
            least: Role = "read" if comment.author_id == self.id else "write"
            self.may(repository, least, "edit the comment")
            changes.edit_comment(self.world, repository, comment, body, self.id)

    def deletes_comment(self, repository: Repository, comment: Comment) -> None:
        """Deletes a comment."""
        with self.world.lock:
            least: Role = "read" if comment.author_id == self.id else "write"
            self.may(repository, least, "delete the comment")
            changes.delete_comment(self.world, repository, comment, self.id)

    def locks(self, repository: Repository, on: Pull | int) -> None:
        """Locks the talk on a pull request or an issue."""
        self._sets_lock(repository, on, locked=True)

    def unlocks(self, repository: Repository, on: Pull | int) -> None:
        """Lets the talk go on."""
        self._sets_lock(repository, on, locked=False)

    def _sets_lock(
        self, repository: Repository, on: Pull | int, *, locked: bool
    ) -> None:
        number = on.number if isinstance(on, Pull) else on
        with self.world.lock:
            self.may(repository, "write", "lock")
            changes.set_lock(self.world, repository, number, self.id, locked=locked)

    def reacts(
        self, repository: Repository, comment: Comment, content: Reaction
    ) -> None:
        """Reacts to a comment."""
        with self.world.lock:
            self.may(repository, "read", "react")
            changes.react(self.world, comment, content, self.id)

    def reviews(
        self,
        repository: Repository,
        pull: Pull,
        state: ReviewState = "APPROVED",
        body: str = "",
    ) -> Review:
        """Reviews the head."""
        with self.world.lock:
            place = self.may(repository, "read", "review")
            return pull_changes.review(place, pull, state, body, self.id)

    def edits_review(self, repository: Repository, review: Review, body: str) -> None:
        """Changes what a review of one's own says."""
        with self.world.lock:
            least: Role = "read" if review.author_id == self.id else "write"
            place = self.may(repository, least, "edit the review")
            pull_changes.edit_review(place, review, body, self.id)

    def clicks(self, repository: Repository, run: CheckRun, identifier: str) -> None:
        """Clicks a button of a check run; it must be there to be clicked."""
        with self.world.lock:
            place = self.may(repository, "write", "click")
            if run.status != "completed":
                raise Refused("The buttons show once the check is completed.")
            if identifier not in {action["identifier"] for action in run.actions}:
                raise Refused(f"There is no button {identifier}.")
            check_changes.request_action(place, run, identifier, self.id)

    def reruns(self, repository: Repository, run: CheckRun) -> None:
        """Re-runs one check."""
        with self.world.lock:
            place = self.may(repository, "write", "re-run")
            check_changes.rerequest_run(place, run, self.id)

    def reruns_suite(self, repository: Repository, run: CheckRun) -> None:
        """Re-runs all checks of the run's App at its commit."""
        with self.world.lock:
            place = self.may(repository, "write", "re-run")
            suite = repository.suites[run.suite_id]
            check_changes.rerequest_suite(place, suite, self.id)
