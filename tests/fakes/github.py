"""GitHub in memory, behind the App's port; held to the same tests as the real thing.

`fails` makes the next calls of a method fail, before or after their effect.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.app.github import MOST_DELIVERIES, GitHub
from bot.domain.github import (
    Account,
    Annotation,
    AppProfile,
    BranchRules,
    CheckChange,
    CheckDraft,
    CheckRun,
    Comment,
    CommentDraft,
    Failure,
    Forbidden,
    GitHubError,
    HookDelivery,
    Installation,
    Issue,
    IssueDraft,
    NotFound,
    Permission,
    Place,
    Pull,
    Reaction,
    Refused,
    Remarks,
    Repository,
    Review,
    Secret,
    Side,
    next_annotations,
    uncertain,
)

K = TypeVar("K")
T = TypeVar("T")
MOST_BODY = 65_536
OLD_WORDS = {"maintain": "write", "triage": "read"}


@dataclass
class Town:
    """One repository with all that is in it."""

    repository: Repository
    commits: set[str] = field(default_factory=set)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)  # reviews, by node
    checks: dict[int, CheckRun] = field(default_factory=dict)
    said: dict[int, CheckChange] = field(default_factory=dict)  # by check run
    annotations: dict[int, list[Annotation]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)  # by account id
    rules: dict[str, BranchRules] = field(default_factory=dict)
    reactions: dict[int, set[Reaction]] = field(default_factory=dict)
    folded: set[str] = field(default_factory=set)


@dataclass
class Fails:
    """A failure that waits for a call."""

    method: str
    failure: Failure
    after: bool = False


class GitHubInMemory(GitHub):
    """GitHub with one App; its clock is `ahead` of `now`, which is everybody's."""

    def __init__(self, now: Callable[[], float], app: int = 4711) -> None:
        self._now = now
        self.ahead = 0.0
        self.profile = AppProfile(app, "gate", {"checks": "write"}, ("pull_request",))
        self.bot = Account(99, "gate[bot]", "Bot")
        self.accounts: dict[str, Account] = {}
        self.places: dict[int, Installation] = {}
        self.towns: dict[Place, Town] = {}
        self.attempts: list[HookDelivery] = []
        self.redelivered: list[int] = []
        self.hook = "https://gate.example/webhook"
        self.calls: list[str] = []
        self.refusals: Counter[Place] = Counter()
        self.failing: list[Fails] = []
        self._ids = itertools.count(1000)

    # What tests do

    def new_id(self) -> int:
        return next(self._ids)

    def fails(self, method: str, failure: Failure, *, after: bool = False) -> None:
        """The next call of this method that is not spoken for fails."""
        self.failing.append(Fails(method, failure, after))

    def founds(self, full_name: str) -> Place:
        """A repository on an installation of its own."""
        owner = Account(self.new_id(), full_name.partition("/")[0], "User")
        place = Place(self.new_id(), self.new_id())
        self.places[place.installation] = Installation(
            place.installation, owner, self.profile.permissions, (), suspended=False
        )
        repository = Repository(place.repository, full_name, "main", private=True)
        self.towns[place] = Town(repository)
        return place

    def joins(self, login: str) -> Account:
        """Somebody new."""
        return self.accounts.setdefault(login, Account(self.new_id(), login, "User"))

    def opens(
        self, place: Place, branch: str, sha: str, author: Account, base: str = "0" * 40
    ) -> Pull:
        """A pull request from a branch of the repository itself."""
        town = self.towns[place]
        number = len(town.pulls) + len(town.issues) + 1
        pull = Pull(
            number=number,
            open=True,
            draft=False,
            merged=False,
            head=Side(sha, branch, place.repository),
            base=Side(base, "main", place.repository),
            author=author,
            title="An idea",
            body="",
            updated_at=self._now(),
            created_at=self.their_now(),
        )
        town.commits.add(sha)
        town.pulls[number] = pull
        return pull

    def pushes(self, place: Place, number: int, sha: str) -> None:
        """Another head."""
        town = self.towns[place]
        town.commits.add(sha)
        old = town.pulls[number]
        head = replace(old.head, sha=sha)
        town.pulls[number] = replace(old, head=head, updated_at=self._now())

    def closes(self, place: Place, number: int) -> None:
        """Closed without a merge."""
        pulls = self.towns[place].pulls
        pulls[number] = replace(pulls[number], open=False, updated_at=self._now())

    def says(
        self, place: Place, number: int, body: str, author: Account, app: int | None
    ) -> Comment:
        """A comment of anybody's."""
        made = self.new_id()
        at = self.their_now()
        comment = Comment(made, f"IC_{made}", number, body, author, app, at, at)
        self.towns[place].comments[made] = comment
        return comment

    def reviews_it(self, place: Place, number: int, body: str, by: Account) -> Review:
        """A review that is submitted now."""
        made, town = self.new_id(), self.towns[place]
        at = self.their_now()
        town.reviews[made] = Review(made, f"PRR_{made}", number, body, by, at)
        town.pulls[number] = replace(town.pulls[number], updated_at=at)
        return town.reviews[made]

    # The port

    def their_now(self) -> float:
        return self._now() + self.ahead

    def _begin(self, method: str) -> None:
        self.calls.append(method)
        self._strike(method, after=False)

    def _strike(self, method: str, *, after: bool) -> None:
        for planned in self.failing:
            if (planned.method, planned.after) == (method, after):
                self.failing.remove(planned)
                raise GitHubError(planned.failure)

    def _town(self, place: Place) -> Town:
        if place not in self.towns:
            raise GitHubError(NotFound("Not Found"))
        return self.towns[place]

    def app(self) -> AppProfile:
        self._begin("app")
        return self.profile

    def installations(self) -> Sequence[Installation]:
        self._begin("installations")
        return list(self.places.values())

    def installation(self, installation: int) -> Installation:
        self._begin("installation")
        return _found(self.places, installation)

    def hook_address(self) -> str:
        self._begin("hook_address")
        return self.hook

    def deliveries(
        self, since: float, most: int = MOST_DELIVERIES
    ) -> Sequence[HookDelivery]:
        self._begin("deliveries")
        found = [one for one in self.attempts if one.delivered_at >= int(since)]
        return sorted(found, key=lambda one: -one.id)[:most]

    def redeliver(self, delivery: int) -> None:
        self._begin("redeliver")
        _found({one.id: one for one in self.attempts}, delivery)
        self.redelivered.append(delivery)

    def git_token(self, place: Place) -> Secret:
        self._begin("git_token")
        self._town(place)
        return Secret(f"ghs_{place.repository}_{self.refusals[place]}")

    def git_refused(self, place: Place) -> None:
        self.refusals[place] += 1

    def ready(self, place: Place) -> None:
        self._strike("ready", after=False)
        self._town(place)

    def repositories(self, installation: int) -> Sequence[Repository]:
        self._begin("repositories")
        _found(self.places, installation)
        return [
            town.repository
            for place, town in self.towns.items()
            if place.installation == installation
        ]

    def repository(self, place: Place) -> Repository:
        self._begin("repository")
        return self._town(place).repository

    def branch_rules(self, place: Place, branch: str) -> BranchRules:
        self._begin("branch_rules")
        nothing = BranchRules((), strict=False, queue_minutes=None)
        return self._town(place).rules.get(branch, nothing)

    def permission(self, place: Place, person: Account) -> Permission:
        self._begin("permission")
        town = self._town(place)
        known = _found(self.accounts, person.login)
        if known.id != person.id:
            raise GitHubError(NotFound("another person"))
        role = town.roles.get(known.id, "none")
        return Permission(known, OLD_WORDS.get(role, role), role)

    def pull(self, place: Place, number: int) -> Pull:
        self._begin("pull")
        return _found(self._town(place).pulls, number)

    def open_pulls(self, place: Place) -> Sequence[Pull]:
        self._begin("open_pulls")
        return [one for _, one in sorted(self._town(place).pulls.items()) if one.open]

    def pulls_with(self, place: Place, sha: str) -> Sequence[Pull]:
        self._begin("pulls_with")
        pulls = sorted(self._town(place).pulls.items())
        return [one for _, one in pulls if one.open and one.head.sha == sha]

    def checks(self, place: Place, sha: str, name: str) -> Sequence[CheckRun]:
        self._begin("checks")
        return self._checks(place, sha, name)

    def _checks(self, place: Place, sha: str, name: str) -> list[CheckRun]:
        found = sorted(self._town(place).checks.items())
        return [run for _, run in found if (run.head_sha, run.name) == (sha, name)]

    def create_check(self, place: Place, draft: CheckDraft, *, again: bool) -> CheckRun:
        self._begin("create_check")
        return self._once(
            "create_check",
            lambda: self._make_check(place, draft),
            lambda: self._made_check(place, draft),
            again=again,
        )

    def _make_check(self, place: Place, draft: CheckDraft) -> CheckRun:
        town = self._town(place)
        if draft.head_sha not in town.commits:
            raise GitHubError(Refused(f"No commit found for SHA: {draft.head_sha}"))
        change = draft.change
        run = CheckRun(
            self.new_id(),
            draft.head_sha,
            draft.name,
            draft.external_id,
            change.status,
            change.conclusion,
            self.profile.id,
            len(change.output.annotations),
        )
        town.checks[run.id], town.said[run.id] = run, change
        town.annotations[run.id] = list(change.output.annotations)
        return run

    def _made_check(self, place: Place, draft: CheckDraft) -> CheckRun | None:
        found = self._checks(place, draft.head_sha, draft.name)
        ours = [run for run in found if run.app == self.profile.id][-1:]
        return next((one for one in ours if one.answers(draft, one.app or 0)), None)

    def change_check(self, place: Place, run: int, change: CheckChange) -> CheckRun:
        if change.output.annotations:
            raise ValueError("annotations are added, and go by `annotate`")
        self._begin("change_check")
        town = self._town(place)
        old = _found(town.checks, run)
        if old.app != self.profile.id:
            raise GitHubError(Forbidden((), f"Invalid app_id `{self.profile.id}`"))
        made = replace(old, status=change.status, conclusion=change.conclusion)
        if old.conclusion is not None and change.conclusion is None:
            made = old  # what has ended is opened no more
        town.checks[run], town.said[run] = made, change
        self._strike("change_check", after=True)
        return made

    def annotate(
        self, place: Place, run: CheckRun, remarks: Remarks, *, again: bool
    ) -> CheckRun:
        self._begin("annotate")
        town = self._town(place)
        now = _found(town.checks, run.id) if again else run
        more = next_annotations(remarks.annotations, now.annotations)
        if not more:
            return now
        town.annotations.setdefault(run.id, []).extend(more)
        count = len(town.annotations[run.id])
        made = replace(_found(town.checks, run.id), annotations=count)
        town.checks[run.id] = made
        town.said[run.id] = replace(town.said[run.id], output=remarks.output)
        self._strike("annotate", after=True)
        return made

    def comments(self, place: Place, number: int) -> Sequence[Comment]:
        self._begin("comments")
        return self._comments(place, number)

    def _comments(self, place: Place, number: int) -> list[Comment]:
        listed = sorted(self._town(place).comments.items())
        return [one for _, one in listed if one.number == number]

    def comments_since(self, place: Place, since: float) -> Sequence[Comment]:
        self._begin("comments_since")
        found = self._town(place).comments.values()
        late = [one for one in found if one.updated_at >= int(since)]
        return sorted(late, key=lambda one: (one.updated_at, one.id))

    def comment(self, place: Place, comment: int) -> Comment:
        self._begin("comment")
        return _found(self._town(place).comments, comment)

    def reviews(self, place: Place, number: int) -> Sequence[Review]:
        self._begin("reviews")
        town = self._town(place)
        _found(town.pulls, number)
        listed = sorted(town.reviews.items())
        return [one for _, one in listed if one.number == number]

    def review_edited(self, place: Place, node: str) -> bool:
        self._begin("review_edited")
        town = self._town(place)
        _found({one.node: one for one in town.reviews.values()}, node)
        return node in town.edited

    def create_comment(
        self, place: Place, draft: CommentDraft, *, again: bool
    ) -> Comment:
        self._begin("create_comment")
        return self._once(
            "create_comment",
            lambda: self._make_comment(place, draft),
            lambda: self._made_comment(place, draft),
            again=again,
        )

    def _make_comment(self, place: Place, draft: CommentDraft) -> Comment:
        town = self._town(place)
        _found(town.pulls, draft.number)
        _fits(draft.body)
        return self.says(place, draft.number, draft.body, self.bot, self.profile.id)

    def _made_comment(self, place: Place, draft: CommentDraft) -> Comment | None:
        found = self._comments(place, draft.number)
        ours = [c for c in found if c.app == self.profile.id and draft.marker in c.body]
        return ours[0] if ours else None

    def edit_comment(self, place: Place, comment: int, body: str) -> Comment:
        self._begin("edit_comment")
        comments = self._town(place).comments
        old = _found(comments, comment)
        _fits(body)
        comments[comment] = replace(old, body=body, updated_at=self._now())
        self._strike("edit_comment", after=True)
        return comments[comment]

    def minimise(self, place: Place, node: str) -> None:
        self._begin("minimise")
        town = self._town(place)
        _found({one.node: one for one in town.comments.values()}, node)
        town.folded.add(node)

    def react(self, place: Place, comment: int, reaction: Reaction) -> None:
        self._begin("react")
        town = self._town(place)
        _found(town.comments, comment)
        town.reactions.setdefault(comment, set()).add(reaction)

    def open_issue(self, place: Place, draft: IssueDraft, *, again: bool) -> Issue:
        self._begin("open_issue")
        return self._once(
            "open_issue",
            lambda: self._make_issue(place, draft),
            lambda: self._made_issue(place, draft),
            again=again,
        )

    def _make_issue(self, place: Place, draft: IssueDraft) -> Issue:
        town = self._town(place)
        number = len(town.pulls) + len(town.issues) + 1
        issue = Issue(number, draft.title, draft.body, self.profile.id)
        town.issues.append(issue)
        return issue

    def _made_issue(self, place: Place, draft: IssueDraft) -> Issue | None:
        found = self._town(place).issues
        return next((one for one in found if draft.marker in one.body), None)

    def _once(
        self,
        method: str,
        post: Callable[[], T],
        find: Callable[[], T | None],
        *,
        again: bool,
    ) -> T:
        """A failure after the effect is lost on the way: what is there is adopted."""
        if again and (found := find()) is not None:
            return found
        made = post()
        try:
            self._strike(method, after=True)
        except GitHubError as fault:
            if not uncertain(fault.failure):
                raise
        return made


def _found(things: Mapping[K, T], key: K) -> T:
    if key not in things:
        raise GitHubError(NotFound("Not Found"))
    return things[key]


def _fits(body: str) -> None:
    if len(body) > MOST_BODY:
        raise GitHubError(Refused("Body is too long (maximum is 65536 characters)"))
