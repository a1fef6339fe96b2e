"""The outbox emptied: each post sent when its lane lets it, and again where it failed.

Nothing here waits. What was begun and not known to have ended is looked for on GitHub
before it is made again, so that no check run or comment is ever there twice.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol, assert_never

from bot.app.github import CALL_S, GitHub
from bot.app.pulls.ports import Outbox, Queued, Remote
from bot.domain.github import (
    FLICKER_S,
    MOST_ANNOTATIONS,
    CheckChange,
    CheckDraft,
    CheckRun,
    CommentDraft,
    Failure,
    GitHubError,
    GiveUp,
    Go,
    IssueDraft,
    NotFound,
    Operation,
    RateLimited,
    Remarks,
    Rest,
    Tried,
    Waiting,
    retry,
    uncertain,
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

MOST_LOOKED_AT = 500
"""Posts that one look at the outbox takes in."""
DOUBT_S = CALL_S + 2.0
"""How long a call may take effect after whoever made it died, leads no more, or got no
answer. Looked for before that, what it makes may be missed, and made again."""


class Turns(Protocol):
    """The write lanes of all installations."""

    def turn(
        self, installation: int, waiting: Sequence[Waiting], now: float
    ) -> Go | Rest | None:
        """Whose turn it is; a `Go` is counted, whatever becomes of it."""
        ...

    def rest(self, installation: int, until: float) -> None:
        """GitHub said that none goes before then."""
        ...


@dataclass(frozen=True, slots=True)
class Picked:
    """What goes now, one for each installation at most, and when to look again."""

    now: tuple[Queued, ...]
    again_at: float | None


class Sender:
    """Sends what waits. `draw` gives numbers from 0 to 1 that spread repeated tries."""

    def __init__(
        self,
        outbox: Outbox,
        github: GitHub,
        turns: Turns,
        now: Callable[[], float],
        draw: Callable[[], float],
    ) -> None:
        """Times are Unix seconds by `now`."""
        self._outbox, self._github, self._turns = outbox, github, turns
        self._now, self._draw = now, draw
        self._doubted: dict[str, float] = {}  # until when, by key
        self._hidden: dict[str, float] = {}  # since when, by key

    def inherit(self, doubted: Collection[str]) -> None:
        """Let posts rest that another process may have on their way at this moment."""
        self._doubted = dict.fromkeys(doubted, self._now() + DOUBT_S)

    def pick(self, busy: Collection[int] = ()) -> Picked:
        """What may go now; nothing of the installations that are `busy`."""
        now = self._now()
        waiting = self._outbox.waiting(now, MOST_LOOKED_AT)
        doubted = {key: at for key, at in dict(self._doubted).items() if at > now}
        free = [
            one
            for one in waiting
            if one.installation not in busy and one.key not in doubted
        ]
        picked: list[Queued] = []
        opens = [doubted[one.key] for one in waiting if one.key in doubted]
        ordered = sorted(free, key=lambda one: one.installation)
        for installation, group in groupby(ordered, lambda one: one.installation):
            turn = self._next(installation, list(group), now)
            if isinstance(turn, Queued):
                picked.append(turn)
            elif turn is not None:
                opens.append(turn)
        later = self._outbox.next_at()
        # One that may go by now waits for its lane, or for what is under way.
        known = [*opens, *([later] if later is not None and later > now else [])]
        return Picked(tuple(picked), min(known, default=None))

    def _next(
        self, installation: int, group: Sequence[Queued], now: float
    ) -> Queued | float | None:
        named = {one.key: one for one in group}
        waiting = [Waiting(one.key, one.priority, one.since) for one in group]
        match self._turns.turn(installation, waiting, now):
            case Go(name=name):
                return named[name]
            case Rest(until=until):
                return until
            case None:
                return None

    def send(self, one: Queued) -> None:
        """Send a post that was picked; whatever comes of it is kept.

        To be let in may take long, and is no effect: it is done before the call counts
        as begun, which others wait for.
        """
        try:
            self._github.ready(one.post.place)
        except GitHubError as fault:
            self._outbox.begun(one)
            self._again(one, fault.failure)
            return
        self._outbox.begun(one)
        try:
            self._perform(one)
        except GitHubError as fault:
            self._failed(one, fault.failure)
        else:
            self._doubted.pop(one.key, None)
            self._hidden.pop(one.key, None)

    def _perform(self, one: Queued) -> None:
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
        if remote is None or _ended(one):
            return self._made(one, post)
        if one.tried or remote.digest != one.digest:
            run = self._github.change_check(post.place, remote.id, change)
            # It may have ended by a call of which we never heard.
            return run if run.conclusion is change.conclusion else self._made(one, post)
        has = (change.status, change.conclusion, None, remote.annotations)
        run = CheckRun(remote.id, post.sha, NAME, external_id(post.sha), *has)
        remarks = Remarks(change.output, post.annotations)
        return self._github.annotate(post.place, run, remarks, again=False)

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

    def _failed(self, one: Queued, failure: Failure) -> None:
        if isinstance(failure, NotFound) and one.remote is not None:
            self._missing(one, failure)
            return
        if uncertain(failure) and _would_show_twice(one):
            self._doubted[one.key] = self._now() + DOUBT_S
        self._again(one, failure)

    def _missing(self, one: Queued, failure: NotFound) -> None:
        """What GitHub hides it shows again; what stays away somebody deleted."""
        now = self._now()
        since = self._hidden.setdefault(one.key, now)
        asks = [since + pause for pause in FLICKER_S if since + pause > now]
        if asks:
            self._outbox.later(one, asks[0], str(failure))
            return
        self._hidden.pop(one.key, None)
        self._outbox.forget(one.key)  # it is made anew
        self._outbox.later(one, now, "it was gone")

    def _again(self, one: Queued, failure: Failure) -> None:
        now = self._now()
        self._hidden.pop(one.key, None)
        if isinstance(failure, RateLimited):
            self._turns.rest(one.installation, failure.until)
        tried = Tried(_operation(one), one.attempts + 1, now)
        decided = retry(tried, failure, self._draw())
        if isinstance(decided, GiveUp):
            self._outbox.give_up(one, str(failure))
        else:
            at = max(decided.at, self._doubted.get(one.key, 0.0))
            self._outbox.later(one, at, str(failure))


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


def _would_show_twice(one: Queued) -> bool:
    """Whether people would see two, were it made again before the first one comes.

    Of check runs GitHub shows the newest, and a sweep makes that one right.
    """
    made = _operation(one) is Operation.CREATE
    return made and not isinstance(one.post, CheckPost)


def _ended(one: Queued) -> bool:
    """Whether a check run has ended that is to be open: GitHub opens none again."""
    post, remote = one.post, one.remote
    opens = isinstance(post, CheckPost) and post.change.conclusion is None
    return opens and remote is not None and remote.concluded


def _operation(one: Queued) -> Operation:
    """A reaction, or a change of what is there, does no harm when it is doubled."""
    if isinstance(one.post, ReactionPost):
        return Operation.CHANGE
    there = one.remote is not None and not _ended(one)
    return Operation.CHANGE if there else Operation.CREATE
