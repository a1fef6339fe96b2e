"""What the App asks of GitHub, in its own words; one fake and one real thing behind it.

Every method may raise `GitHubError` with one of the closed `Failure`s, and but for the
lead nothing else. None waits: what has to be tried again is tried by whoever called, at
the time that `bot.domain.github.retry` says. While GitHub has told an installation to
rest, its calls fail at once with `RateLimited`.

Where several instances share a store, only who leads may write: of what changes GitHub,
that is asked as the last thing before it goes out, and `MachineryFault` raised.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.github import (
    Account,
    AppProfile,
    BranchRules,
    CheckChange,
    CheckDraft,
    CheckRun,
    Comment,
    CommentDraft,
    HookDelivery,
    Installation,
    Issue,
    IssueDraft,
    Permission,
    Place,
    Pull,
    Reaction,
    Remarks,
    Repository,
    Review,
    Secret,
)

MOST_DELIVERIES = 2_500
"""Attempts to deliver that are listed at once: 25 calls. With a sweep every 3 minutes
that is a tenth of what GitHub lets an App ask in an hour."""
REACHES_S, BROKEN_OFF_S = 3, 10
"""A call that has not reached GitHub by then is not made; what takes longer there than
the second, GitHub breaks off (docs.github.com, "Timeouts")."""
CALL_S = REACHES_S + BROKEN_OFF_S
"""From the moment when a call goes out: by then it has had its effect, or has none."""


class GitHub(Protocol):
    """GitHub as this App sees it.

    Of what must happen once, `again` says that an earlier try may have taken effect:
    then what is there is looked at first, and ours is adopted. A call whose answer is
    lost looks at once, too; so the first try is `again=False`, and every later one is
    `again=True`, whatever the failure was.
    """

    # The App itself

    def their_now(self) -> float:
        """GitHub's clock, in seconds since the epoch; nothing is asked for it.

        Near what GitHub writes on comments: it is learnt from answers, and never so
        early that what was seen just now seems older than it is, but for clocks that
        agree within their precision.
        """
        ...

    def app(self) -> AppProfile:
        """The App as it is registered."""
        ...

    def installations(self) -> Sequence[Installation]:
        """Everywhere that the App is installed."""
        ...

    def installation(self, installation: int) -> Installation:
        """One of them."""
        ...

    def hook_address(self) -> str:
        """Where GitHub sends webhooks to; empty when nowhere."""
        ...

    def deliveries(
        self, since: float, most: int = MOST_DELIVERIES
    ) -> Sequence[HookDelivery]:
        """Attempts to deliver since a moment, newest first; GitHub keeps three days.

        Where there are more than `most`, the newest ones; a call for each hundred.
        """
        ...

    def redeliver(self, delivery: int) -> None:
        """Ask for one more attempt, by the id of an attempt."""
        ...

    def git_token(self, place: Place) -> Secret:
        """A token that reads the contents of this one repository, for git."""
        ...

    def git_refused(self, place: Place) -> None:
        """git was told that the token is no good: the next one is new. Asks nothing."""
        ...

    def ready(self, place: Place) -> None:
        """Have at hand what a call to a repository needs; changes nothing there."""
        ...

    # Repositories and people

    def repositories(self, installation: int) -> Sequence[Repository]:
        """What an installation reaches."""
        ...

    def repository(self, place: Place) -> Repository:
        """The repository, with the name that it has now."""
        ...

    def branch_rules(self, place: Place, branch: str) -> BranchRules:
        """What a branch requires before a merge."""
        ...

    def permission(self, place: Place, person: Account) -> Permission:
        """What a person may do here.

        `NotFound` also where the login is another one's now: nobody inherits a role.
        """
        ...

    # Pull requests

    def pull(self, place: Place, number: int) -> Pull:
        """A pull request."""
        ...

    def open_pulls(self, place: Place) -> Sequence[Pull]:
        """All that are open, by number."""
        ...

    def pulls_with(self, place: Place, sha: str) -> Sequence[Pull]:
        """The open ones whose head is this commit, by number."""
        ...

    # Check runs

    def checks(self, place: Place, sha: str, name: str) -> Sequence[CheckRun]:
        """All runs of a name at a commit, of whatever App, oldest first."""
        ...

    def create_check(self, place: Place, draft: CheckDraft, *, again: bool) -> CheckRun:
        """Make a run; `again` as above, found by App, commit, name and external id."""
        ...

    def change_check(self, place: Place, run: int, change: CheckChange) -> CheckRun:
        """Make a run what `change` says; saying it twice does no harm.

        Its output has no annotations: those go by `annotate`. `ValueError` otherwise.
        """
        ...

    def annotate(
        self,
        place: Place,
        run: CheckRun,
        remarks: Remarks,
        *,
        again: bool,
    ) -> CheckRun:
        """Add the next 50 annotations at most, beyond the `run.annotations` there.

        The run that comes back says how many there are now: keep it, and call again
        until none is missing. With `again`, and where an answer was lost, GitHub is
        asked how many it has, so that none is doubled.
        """
        ...

    # Comments

    def comments(self, place: Place, number: int) -> Sequence[Comment]:
        """All comments of a pull request or issue, oldest first."""
        ...

    def comments_since(self, place: Place, since: float) -> Sequence[Comment]:
        """Comments of the repository made or edited since a moment, by time of edit."""
        ...

    def comment(self, place: Place, comment: int) -> Comment:
        """One comment as it is now."""
        ...

    def reviews(self, place: Place, number: int) -> Sequence[Review]:
        """All reviews of a pull request, oldest first."""
        ...

    def review_edited(self, place: Place, node: str) -> bool:
        """Whether the text of a review was changed since it was submitted."""
        ...

    def create_comment(
        self, place: Place, draft: CommentDraft, *, again: bool
    ) -> Comment:
        """Comment; `again` as above, found by App and marker."""
        ...

    def edit_comment(self, place: Place, comment: int, body: str) -> Comment:
        """Give one of our comments another text."""
        ...

    def minimise(self, place: Place, node: str) -> None:
        """Fold a comment away as outdated; doing it twice does no harm."""
        ...

    def react(self, place: Place, comment: int, reaction: Reaction) -> None:
        """React to a comment; doing it twice does no harm."""
        ...

    def open_issue(self, place: Place, draft: IssueDraft, *, again: bool) -> Issue:
        """Open an issue; `again` as above, found by App and marker."""
        ...
