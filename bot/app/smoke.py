"""A live round trip through the port: what the App does all day, once, on purpose.

It leaves finished check runs that no rule names and, on a pull request, a folded
comment: GitHub lets nobody delete the ones, and the other says what it was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.app.checkup import DAY_S, CheckupGitHub
from bot.app.finding import find_repository
from bot.domain.doctor.trip import CHECK, Step, Tried
from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckDraft,
    CheckRun,
    CheckStatus,
    Comment,
    CommentDraft,
    Conclusion,
    GitHubError,
    NotFound,
    Output,
    Place,
    Pull,
    Reaction,
    Remarks,
)

T = TypeVar("T")
Made = TypeVar("Made", CheckRun, Comment)


@dataclass(frozen=True, slots=True)
class Says:
    """The texts that the round trip leaves on GitHub; `marker` is in both comments."""

    started: Output
    worked: Output
    broken: Output
    comment: str
    edited: str
    marker: str
    annotation: Annotation


@dataclass(frozen=True, slots=True)
class Target:
    """The repository as it was named, the pull request if any, and when it is.

    `run` tells this round trip from others. `now` in seconds since the epoch.
    """

    repository: str
    pull: int | None
    run: str
    now: float


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is told of each step, and the pause that GitHub wants before each write."""

    tell: Callable[[Tried], None]
    rest: Callable[[], None]


class _Odd(Exception):  # noqa: N818 - told as a fact, never raised to a caller
    """A call went well, and what it should have done is not there."""


class Smoke:
    """One round trip in one repository."""

    def __init__(self, github: CheckupGitHub, says: Says, voice: Voice) -> None:
        """Nothing is asked before `run`."""
        self._github = github
        self._says = says
        self._voice = voice
        self._worked = True

    def run(self, target: Target) -> bool:
        """Whether every step went as it should; steps that need a failed one are left.

        A check run that was begun is concluded in any case.
        """
        place = self._try(Step.FIND, lambda: self._found(target.repository))
        if place is None:
            return False
        self._look(place, target.now)
        pull = None
        if target.pull is not None:
            number = target.pull
            pull = self._try(Step.PULL, lambda: self._github.pull(place, number))
        sha = pull.head.sha if pull else self._head(place)
        run = self._begin(place, sha, target.run) if sha else None
        if pull is not None:
            self._talk(place, pull)
        if run is not None:
            self._conclude(place, run, Step.CONCLUDE)
            self._renew(place, run)
        return self._worked

    # Steps

    def _found(self, name: str) -> Place:
        place = find_repository(self._github, name)
        if place is None:
            raise GitHubError(NotFound(""))
        return place

    def _look(self, place: Place, now: float) -> None:
        github = self._github
        repository = self._try(Step.REPOSITORY, lambda: github.repository(place))
        if repository is not None:
            main = repository.default_branch
            self._try(Step.RULES, lambda: github.branch_rules(place, main))
        self._try(Step.TOKEN, lambda: github.git_token(place))
        self._try(Step.DELIVERIES, lambda: github.deliveries(now - DAY_S))

    def _head(self, place: Place) -> str | None:
        def head() -> str:
            branch = self._github.repository(place).default_branch
            return self._github.head(place, branch)

        return self._try(Step.HEAD, head)

    def _begin(self, place: Place, sha: str, name: str) -> CheckRun | None:
        """A run that is made, adopted, changed, annotated and read."""
        change = CheckChange(CheckStatus.QUEUED, self._says.started)
        draft = CheckDraft(sha, CHECK, name, change)
        run = self._write(Step.CREATE, lambda: self._made(place, draft, again=False))
        if run is None:
            return None
        self._write(
            Step.ADOPT, lambda: _same(run, self._made(place, draft, again=True))
        )
        going = CheckChange(CheckStatus.IN_PROGRESS, self._says.started)
        self._write(
            Step.CHANGE, lambda: self._github.change_check(place, run.id, going)
        )
        self._write(Step.ANNOTATE, lambda: self._annotated(place, run))
        self._try(Step.READ_CHECK, lambda: self._listed(place, run))
        return run

    def _made(self, place: Place, draft: CheckDraft, *, again: bool) -> CheckRun:
        return self._github.create_check(place, draft, again=again)

    def _annotated(self, place: Place, run: CheckRun) -> CheckRun:
        remarks = Remarks(self._says.started, (self._says.annotation,))
        done = self._github.annotate(place, run, remarks, again=False)
        return _held(done, holds=done.annotations == 1)

    def _listed(self, place: Place, run: CheckRun) -> int:
        found = self._github.checks(place, run.head_sha, CHECK)
        return _held(run.id, holds=run.id in {one.id for one in found})

    def _renew(self, place: Place, ended: CheckRun) -> None:
        """What has ended is not opened again: another one has to take its place."""
        change = CheckChange(CheckStatus.QUEUED, self._says.started)
        draft = CheckDraft(ended.head_sha, CHECK, ended.external_id, change)

        def another() -> CheckRun:
            made = self._made(place, draft, again=True)
            newer = made.id > ended.id and made.conclusion is None
            return _held(made, holds=newer)

        made = self._write(Step.ANEW, another)
        if made is not None:
            self._conclude(place, made, Step.CONCLUDE_ANEW)

    def _conclude(self, place: Place, run: CheckRun, step: Step) -> None:
        """Success only where all went well; what is not known may never pass."""
        ended = Conclusion.SUCCESS if self._worked else Conclusion.CANCELLED
        output = self._says.worked if self._worked else self._says.broken
        change = CheckChange(CheckStatus.COMPLETED, output, ended)

        def conclude() -> CheckRun:
            done = self._github.change_check(place, run.id, change)
            return _held(done, holds=done.conclusion is ended)

        self._write(step, conclude)

    def _talk(self, place: Place, pull: Pull) -> None:
        """A comment that is made, adopted, edited, read, reacted to and folded away."""
        github, says = self._github, self._says
        draft = CommentDraft(pull.number, says.comment, says.marker)

        def comment(*, again: bool) -> Comment:
            return github.create_comment(place, draft, again=again)

        author = pull.author
        if author is not None:
            self._try(Step.PERMISSION, lambda: github.permission(place, author))
        made = self._write(Step.COMMENT, lambda: comment(again=False))
        if made is None:
            return
        self._write(Step.ADOPT_COMMENT, lambda: _same(made, comment(again=True)))
        self._write(Step.EDIT, lambda: github.edit_comment(place, made.id, says.edited))
        self._try(Step.READ_COMMENT, lambda: self._edited(place, made))
        self._write(Step.REACT, lambda: self._reacted(place, made))
        self._write(Step.FOLD, lambda: self._folded(place, made))

    def _edited(self, place: Place, made: Comment) -> Comment:
        found = self._github.comment(place, made.id)
        return _held(found, holds=found.body == self._says.edited)

    def _reacted(self, place: Place, made: Comment) -> bool:
        self._github.react(place, made.id, Reaction.SEEN)
        return True

    def _folded(self, place: Place, made: Comment) -> bool:
        self._github.minimise(place, made.node)
        return True

    # Trying

    def _write(self, step: Step, call: Callable[[], T]) -> T | None:
        self._voice.rest()
        return self._try(step, call)

    def _try(self, step: Step, call: Callable[[], T]) -> T | None:
        """What came of it; None where it went wrong, which is told."""
        result, tried = None, Tried(step)
        try:
            result = call()
        except GitHubError as fault:
            tried = Tried(step, fault.failure)
        except _Odd:
            tried = Tried(step, odd=True)
        self._worked = self._worked and tried.ok
        self._voice.tell(tried)
        return result


def _held(result: T, *, holds: bool) -> T:
    if not holds:
        raise _Odd
    return result


def _same(first: Made, second: Made) -> Made:
    return _held(second, holds=first.id == second.id)
