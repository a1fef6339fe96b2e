"""One post as calls: made once, changed from then on, and kept with what came of it.

What was begun and not known to have ended is looked for on GitHub before it is made
again, so that no check run or comment is ever there twice.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from bot.app.github import GitHub
from bot.app.pulls.ports import Outbox, Queued, Remote
from bot.domain.github import (
    MOST_ANNOTATIONS,
    CheckChange,
    CheckDraft,
    CheckRun,
    CommentDraft,
    GitHubError,
    IssueDraft,
    Operation,
    Refused,
    Remarks,
)
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    IssuePost,
    ReactionPost,
    ReplyPost,
    StickyPost,
    external_id,
    text_digest,
)
from bot.presentation.github import NAME


class Poster:
    """Posts one after the other; which, and when, others say."""

    def __init__(
        self, outbox: Outbox, github: GitHub, now: Callable[[], float]
    ) -> None:
        """Times are Unix seconds by `now`."""
        self._outbox, self._github, self._now = outbox, github, now

    def post(self, one: Queued) -> None:
        """Make or change what it says; raises `GitHubError`."""
        post = one.post
        match post:
            case CheckPost():
                self._check(one, post)
            case CallPost(over=True):
                self._fold(one, post)
            case StickyPost() | CallPost() | ReplyPost():
                self._comment(one, post)
            case ReactionPost():
                self._github.react(post.place, post.comment, post.reaction)
                self._outbox.sent(one, None)
            case IssuePost():
                issue = IssueDraft(post.title, post.body, post.marker)
                made = self._github.open_issue(post.place, issue, again=one.tried)
                self._outbox.sent(one, Remote(made.number))
            case _:
                assert_never(post)

    def _check(self, one: Queued, post: CheckPost) -> None:
        """The run, then its annotations, a portion each time it is its turn.

        One that an earlier try left may show an earlier text: it is told once more.
        """
        run = self._checked(one, post)
        known = one.remote is not None and one.remote.id == run.id
        found = one.tried and not known
        digest = "" if found else one.digest
        shows = run.conclusion if found else post.change.conclusion
        shown = Remote(run.id, "", run.annotations, digest, shows is not None)
        if found:
            self._outbox.later(one, self._now(), "an earlier try was found", shown)
        elif run.annotations < len(post.annotations):
            self._outbox.later(one, self._now(), "annotations follow", shown)
        else:
            self._outbox.sent(one, shown)

    def _checked(self, one: Queued, post: CheckPost) -> CheckRun:
        remote, change = one.remote, post.change
        if remote is not None and one.tried:
            newer = self._newer(post, remote)
            if newer is not None:
                return newer
        if remote is None or _ended(one):
            return self._made(one, post)
        if one.tried or remote.digest != one.digest:
            return self._changed(post, remote) or self._made(one, post)
        has = (change.status, change.conclusion, None, remote.annotations)
        run = CheckRun(remote.id, post.sha, NAME, external_id(post.sha), *has)
        remarks = Remarks(change.output, post.annotations)
        return self._github.annotate(post.place, run, remarks, again=False)

    def _newer(self, post: CheckPost, known: Remote) -> CheckRun | None:
        """The newest run of ours, where an earlier try made it after the known one."""
        ours = self._github.app().id
        found = self._github.checks(post.place, post.sha, NAME)
        newer = [run for run in found if run.app == ours and run.id > known.id]
        return newer[-1] if newer else None

    def _changed(self, post: CheckPost, known: Remote) -> CheckRun | None:
        """The run as it is to be; None where it has ended, and stays as it ended.

        It may have ended by a call of which we never heard.
        """
        try:
            run = self._github.change_check(post.place, known.id, post.change)
        except GitHubError as fault:
            if known.concluded and isinstance(fault.failure, Refused):
                return None
            raise
        return run if run.conclusion is post.change.conclusion else None

    def _made(self, one: Queued, post: CheckPost) -> CheckRun:
        """A run from which on GitHub goes by no other one of our name."""
        draft = CheckDraft(post.sha, NAME, external_id(post.sha), _first(post))
        return self._github.create_check(post.place, draft, again=one.tried)

    def _comment(self, one: Queued, post: StickyPost | CallPost | ReplyPost) -> None:
        """Made once, edited from then on; what an earlier try left is edited too."""
        if one.remote is not None:
            there = self._github.edit_comment(post.place, one.remote.id, post.body)
            digest = _digest(post, there.body)
            self._outbox.sent(one, replace(one.remote, digest=digest))
            return
        draft = CommentDraft(post.number, post.body, post.marker)
        made = self._github.create_comment(post.place, draft, again=one.tried)
        shown = Remote(made.id, made.node)
        if _found(one) and made.body != post.body:
            self._outbox.later(one, self._now(), "an earlier try was found", shown)
        else:
            self._outbox.sent(one, replace(shown, digest=_digest(post, post.body)))

    def _fold(self, one: Queued, post: CallPost) -> None:
        """Fold a call away; one that never got there needs nothing.

        The next call of that name is another comment: nobody sees a folded one.
        """
        node = one.remote.node if one.remote is not None else self._lost(one, post)
        if node:
            self._github.minimise(post.place, node)
        self._outbox.sent(one, None)

    def _lost(self, one: Queued, post: CallPost) -> str:
        """The node of a call of which it is not known whether it got there."""
        if not one.tried:
            return ""
        ours, mark = self._github.app().id, post.marker
        found = self._github.comments(post.place, post.number)
        nodes = [one.node for one in found if one.app == ours and mark in one.body]
        return nodes[-1] if nodes else ""


def operation(one: Queued) -> Operation:
    """A reaction, or a change of what is there, does no harm when it is doubled."""
    if isinstance(one.post, ReactionPost):
        return Operation.CHANGE
    there = one.remote is not None and not _ended(one)
    return Operation.CHANGE if there else Operation.CREATE


def _first(post: CheckPost) -> CheckChange:
    """The change with the first portion of annotations, which goes along."""
    some = post.annotations[:MOST_ANNOTATIONS]
    return replace(post.change, output=replace(post.change.output, annotations=some))


def _digest(post: StickyPost | CallPost | ReplyPost, body: str) -> str:
    """Of the text that stands there, for what is held against it later.

    Of an edit that is what GitHub says it took. A comment that was made may be another
    one, found after its answer was lost: there it is what should stand.
    """
    return text_digest(body) if isinstance(post, StickyPost) else ""


def _found(one: Queued) -> bool:
    """Whether what is made now may have been made before."""
    return one.remote is None and one.tried


def _ended(one: Queued) -> bool:
    """Whether a check run has ended that is to be open: GitHub opens none again."""
    post, remote = one.post, one.remote
    opens = isinstance(post, CheckPost) and post.change.conclusion is None
    return opens and remote is not None and remote.concluded
