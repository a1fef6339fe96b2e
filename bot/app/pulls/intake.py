"""Deliveries worked off: each becomes a wake-up, a remark to read, or nothing at all.

A delivery is a hint. All that is done here may be done twice, late or in another order;
what it means is found out by whoever looks at the pull request.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, assert_never

from bot.app.hooks import Delivery, Inbox
from bot.app.pulls.ports import PullStore, Remark
from bot.domain.commands import Source
from bot.domain.errors import GitFault, MachineryFault
from bot.domain.github import Account, GitHubError, RateLimited
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    Commented,
    GroupAsked,
    GroupGone,
    Hook,
    InstallationChanged,
    Irrelevant,
    Place,
    PullTouched,
    RepositoryChanged,
    Reviewed,
    RunAsked,
    Unreadable,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post

MOST_TOGETHER = 100
"""Deliveries that are read from the inbox together."""
SOON_S = 2.0


class Effects(Protocol):
    """What deliveries lead to beyond single pull requests."""

    def remarked(self, remark: Remark) -> Sequence[Post] | None:
        """What a fresh remark is answered at once, before anything is done.

        None where there is nothing in it to be done.
        """
        ...

    def pressed(self, hook: ButtonPressed | RunAsked, at: float) -> None:
        """Somebody wants a run again, or pressed a button; we were told at `at`."""
        ...

    def asked(self, hook: GroupAsked) -> None:
        """A merge queue wants a verdict."""
        ...

    def gone(self, hook: GroupGone) -> None:
        """A merge group is no more."""
        ...

    def pushed(self, hooks: Sequence[BasePushed]) -> None:
        """Branches moved that may be bases."""
        ...

    def installed(self, hook: InstallationChanged) -> None:
        """An installation changed, or what it reaches."""
        ...

    def changed(self, hook: RepositoryChanged) -> None:
        """A repository changed itself."""
        ...


@dataclass(slots=True)
class _Go:
    """What came of deliveries that are worked off in one go.

    `notes` are of those that are done. Most of what comes asks for nothing: `talk` of
    which that is known already is written down together, and of `pushes` it is found
    out together.
    """

    notes: dict[str, str] = field(default_factory=dict)
    talk: list[Remark] = field(default_factory=list)
    pushes: list[tuple[Delivery, BasePushed]] = field(default_factory=list)


class Intake:
    """Works the inbox off; `read` says what a delivery means."""

    def __init__(
        self,
        inbox: Inbox,
        store: PullStore,
        read: Callable[[str, bytes], Hook],
        effects: Effects,
        now: Callable[[], float],
    ) -> None:
        """Times are Unix seconds by `now`."""
        self._inbox, self._store = inbox, store
        self._read, self._effects = read, effects
        self._now = now

    def work(self) -> int:
        """Work off what is there, as far as it goes now; how many there were.

        One that fails waits, and the others go on. Raises `MachineryFault` where that
        is not about one of them: the store, or the disk.
        """
        found, go = self._inbox.pending(MOST_TOGETHER), _Go()
        try:
            for one in found:
                with self._minding(one):
                    self._one(one, go)
        finally:
            self._end(go)
        return len(found)

    def _end(self, go: _Go) -> None:
        """Whatever went wrong after them, those that were begun are done."""
        try:
            self._push(go)
        finally:
            self._store.overhear(go.talk)
            self._inbox.done(go.notes)

    def _one(self, delivery: Delivery, go: _Go) -> None:
        hook = self._read(delivery.event, delivery.body)
        note = self._take(hook, delivery, go)
        if note is not None:
            go.notes[delivery.guid] = note

    def _push(self, go: _Go) -> None:
        """All together; where one of them fails, each for itself."""
        try:
            self._effects.pushed([hook for _, hook in go.pushes])
        except Exception as fault:
            if _concerns_all(fault):
                raise
            # It is about one of them; which, is found out.
            for delivery, hook in go.pushes:
                with self._minding(delivery):
                    self._effects.pushed([hook])
                    go.notes[delivery.guid] = ""
        else:
            go.notes |= {delivery.guid: "" for delivery, _ in go.pushes}

    @contextmanager
    def _minding(self, delivery: Delivery) -> Iterator[None]:
        """What goes wrong with one is kept beside it: the next ones must be done."""
        try:
            yield
        except GitHubError as fault:
            self._refused(delivery, fault)
        except Exception as fault:
            if _concerns_all(fault):
                raise
            self._inbox.failed(delivery.guid, f"{type(fault).__name__}: {fault}")

    def _refused(self, delivery: Delivery, fault: GitHubError) -> None:
        """It waits as long as GitHub says, which is no failure; else it failed."""
        match fault.failure:
            case RateLimited(until=until):
                at = max(until, self._now() + SOON_S)
                self._inbox.later(delivery.guid, at, str(fault))
            case _:
                self._inbox.failed(delivery.guid, str(fault))

    def _take(self, hook: Hook, delivery: Delivery, go: _Go) -> str | None:
        """Have the effect of a hint; what is noted beside it, if it is done."""
        match hook:
            case BasePushed():
                go.pushes.append((delivery, hook))
                return None
            case PullTouched(place=place, number=number):
                return self._wake(place, number)
            case Commented() | Reviewed():
                return self._remark(hook, go.talk)
            case Irrelevant(why=note) | Unreadable(sentence=note):
                return note
            case ButtonPressed() | RunAsked():
                self._effects.pressed(hook, delivery.received_at)
                return ""
            case _:
                return self._affect(hook)

    def _affect(
        self,
        hook: GroupAsked | GroupGone | InstallationChanged | RepositoryChanged,
    ) -> str:
        match hook:
            case GroupAsked():
                self._effects.asked(hook)
            case GroupGone():
                self._effects.gone(hook)
            case InstallationChanged():
                self._effects.installed(hook)
            case RepositoryChanged():
                self._effects.changed(hook)
            case _:
                assert_never(hook)
        return ""

    def _wake(self, place: Place, number: int) -> str:
        if place.installation_id is None:
            return "it came through no installation"
        key = PullKey(place.repository_id, number)
        self._store.wake(key, place.installation_id, self._now())
        return ""

    def _remark(self, hook: Commented | Reviewed, talk: list[Remark]) -> str:
        remark = remark_of(hook)
        if remark is None:
            return "nobody is to be answered"
        posts = self._effects.remarked(remark)
        if posts is None:
            talk.append(remark)
            return "nobody is asked for anything"
        # In this order, so that a crash between them loses neither.
        self._store.put(posts)
        self._store.note(remark)
        return ""


def remark_of(hook: Commented | Reviewed) -> Remark | None:
    """A remark that may hold commands; None for what is never read.

    Edits and deletions are not: a command is what was said first.
    """
    if hook.action not in ("created", "submitted"):
        return None
    if hook.place.installation_id is None or hook.author is None:
        return None
    match hook:
        case Commented(comment_id=id_, created_at=at, edited=edited):
            ours = hook.app_id is not None
            return _remark(hook, Source.COMMENT, id_, at, edited=edited, app=ours)
        case Reviewed(review_id=id_, submitted_at=at):
            return _remark(hook, Source.REVIEW, id_, at)


def _remark(  # noqa: PLR0913 - what the two kinds of hint say differently
    hook: Commented | Reviewed,
    source: Source,
    id_: int,
    at: float | None,
    *,
    edited: bool = False,
    app: bool = False,
) -> Remark:
    place, author = hook.place, hook.author
    return Remark(
        key=f"{source}:{id_}",
        pull=PullKey(place.repository_id, hook.number),
        installation=place.installation_id or 0,
        source=source,
        id=id_,
        body=hook.body,
        author=author.id if author else None,
        login=author.login if author else "",
        kind=_kind(author, app=app),
        created_at=at or 0.0,
        edited=edited,
    )


def _kind(author: Account | None, *, app: bool) -> str | None:
    """GitHub's word for who wrote it; what an App wrote for a person is an App's."""
    if author is None:
        return None
    return "Bot" if app else author.kind


def _concerns_all(fault: Exception) -> bool:
    """Whether the store or the disk failed; a copy of one repository is one's own."""
    return isinstance(fault, MachineryFault) and not isinstance(fault, GitFault)
