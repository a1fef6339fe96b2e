"""Check runs and comments on GitHub against what was sent there, a few at a time.

What looks wrong once may be an answer of GitHub's that is late, or a post on its way;
what looks wrong in two sweeps one after the other is sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bot.app.pulls import remembered
from bot.app.pulls.ports import Remote
from bot.app.pulls.reach import Reach
from bot.app.pulls.sweeping.reviving import rests, revive
from bot.domain.github import CheckRun, Comment, GitHubError, NotFound
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    StickyPost,
    key_of,
    text_digest,
)
from bot.domain.pulls.standing import Standing
from bot.presentation.github import NAME
from bot.presentation.github.sharing import check_post

AT_ONCE = 30
"""Pull requests that are verified in one sweep of an installation: two calls each."""


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """A pull request whose turn comes; `head` is its commit."""

    pull: PullKey
    head: str

    @property
    def at(self) -> tuple[int, int]:
        """Its place in the round."""
        return (self.pull.repository, self.pull.number)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something on GitHub is not what was sent; `key` is the post's.

    `was` is what was known to stand there when GitHub was asked; `instead` what stands
    there, None for nothing. `post` is None for what has to be made anew by a look.
    `edited` says that somebody gave a comment another text.
    """

    key: str
    standing: Standing
    was: Remote | None
    post: CheckPost | None = None
    instead: Remote | None = None
    edited: bool = False


def verify(
    reach: Reach, app: int, installation: int, spoken: Sequence[Turn]
) -> tuple[int, int]:
    """Go on with the round of an installation: how many were verified, and mended.

    `spoken` are all of which something is said. Raises `GitHubError`; the round then
    goes on from where it was.
    """
    before = remembered.round_of(reach.store, installation)
    turns = _turns(spoken, before)
    found = {one.key: one for turn in turns for one in _wrong(reach, app, turn)}
    wrong = list(found.values())
    sure = [one for one in wrong if one.key in before.doubts]
    mended = sum(_mend(reach, one) for one in sure)
    doubts = tuple(one.key for one in wrong if one not in sure)
    fresh = [one for one in turns if not _doubted(one, before)]
    last = fresh[-1].at if fresh else before.last
    remembered.keep_round(reach.store, installation, remembered.Round(last, doubts))
    return len(turns), mended


def _turns(spoken: Sequence[Turn], before: remembered.Round) -> list[Turn]:
    """Those that looked wrong, and then the next ones after the last, in a circle."""
    ordered = sorted(spoken)
    doubted = [one for one in ordered if _doubted(one, before)]
    others = [one for one in ordered if not _doubted(one, before)]
    last = before.last or (0, 0)
    later = [one for one in others if one.at > last]
    circle = [*later, *(one for one in others if one.at <= last)]
    return list(islice([*doubted, *circle], AT_ONCE))


def _doubted(one: Turn, before: remembered.Round) -> bool:
    check = f"check:{one.pull.repository}:{one.head}"
    said = (f"sticky:{one.pull}", f"call:{one.pull}:")
    return check in before.doubts or any(
        doubt.startswith(said) for doubt in before.doubts
    )


def _wrong(reach: Reach, app: int, turn: Turn) -> list[Wrong]:
    store = reach.store
    standing = store.standing(turn.pull)
    if standing is None or not standing.open or standing.head != turn.head:
        return []
    check, sticky = _check(reach, app, standing), _sticky(reach, standing)
    found = [one for one in (check, sticky) if one is not None]
    return [*found, *_unheard(reach, standing)]


def _check(reach: Reach, app: int, standing: Standing) -> Wrong | None:
    """The run that speaks for the head; another App's of the same name is none.

    One that we do not know is wrong though it shows the same: what is said next would
    be said by the one before it, by which nobody goes.
    """
    post = _spoken(reach, standing)
    if post is None:
        return None
    was = reach.store.remote(key_of(post))
    runs = reach.github.checks(post.place, standing.head, NAME)
    ours = [one for one in runs if one.app == app]
    newest = ours[-1] if ours else None
    unknown = newest is not None and was is not None and newest.id != was.id
    if newest is not None and _shows(newest, post) and not unknown:
        return None
    instead = _remote(newest) if newest is not None else None
    return Wrong(key_of(post), standing, was, post, instead)


def _spoken(reach: Reach, standing: Standing) -> CheckPost | None:
    """What is said of its head by now, by all that have it."""
    repository, head = standing.pull.repository, standing.head
    sharing = [one for one in reach.store.standings(repository, head) if one.open]
    return check_post(sharing, head)


def _remote(run: CheckRun) -> Remote:
    shows = run.conclusion is not None
    return Remote(run.id, annotations=run.annotations, concluded=shows)


def _shows(run: CheckRun, post: CheckPost) -> bool:
    """Whether GitHub lets in by it as it should; how far it is matters to nobody."""
    return run.conclusion == post.change.conclusion


def _sticky(reach: Reach, standing: Standing) -> Wrong | None:
    """The comment that is edited, where there is to be one."""
    key = _sticky_key(standing)
    remote = reach.store.remote(key)
    if reach.store.is_given_up(key):
        if rests(reach, standing.installation, key):
            return None
        return Wrong(key, standing, remote, instead=remote)
    if remote is None:
        return None
    try:
        found = reach.github.comment(standing.place, remote.id)
    except GitHubError as fault:
        if isinstance(fault.failure, NotFound):
            return Wrong(key, standing, remote)
        raise
    if not _edited(reach, standing, found, remote):
        return None
    return Wrong(key, standing, remote, instead=remote, edited=True)


def _edited(reach: Reach, standing: Standing, found: Comment, known: Remote) -> bool:
    """Whether somebody gave it another text, and it was not put right not long ago.

    Not while one of ours is on its way, which may be the other text, and ends it.
    """
    if not known.digest or text_digest(found.body) == known.digest:
        return False
    key = _sticky_key(standing)
    if reach.store.unsent(key) is not None:
        return False
    return not rests(reach, standing.installation, _righted(key))


def _righted(key: str) -> str:
    """Under what it is kept when a text was put right: whoever edits goes on."""
    return f"edited:{key}"


def _sticky_key(standing: Standing) -> str:
    return key_of(StickyPost(standing.place, standing.pull.number, "", ""))


def _unheard(reach: Reach, standing: Standing) -> list[Wrong]:
    """Calls for a person that were given up: GitHub was away for too long."""
    place, number = standing.place, standing.pull.number
    keys = [key_of(CallPost(place, number, one, "", "")) for one in standing.calls]
    store, through = reach.store, standing.installation
    given_up = [key for key in keys if store.is_given_up(key)]
    gone = [key for key in given_up if not rests(reach, through, key)]
    known = {key: store.remote(key) for key in gone}
    return [Wrong(key, standing, was, instead=was) for key, was in known.items()]


def _mend(reach: Reach, one: Wrong) -> bool:
    """Have it sent again; what is not kept here is made anew by a look.

    Not where something else was said or sent since GitHub was asked: what was compared
    must not come after that. Whether it was mended.
    """
    with reach.speaking:
        if one.post is not None:
            return _put_again(reach, one, one.post)
        return _made_anew(reach, one)


def _put_again(reach: Reach, one: Wrong, post: CheckPost) -> bool:
    if _spoken(reach, one.standing) != post:
        return False
    if not reach.store.correct(one.key, one.was, one.instead):
        return False
    reach.store.put([post])
    return True


def _made_anew(reach: Reach, one: Wrong) -> bool:
    store, standing = reach.store, one.standing
    if store.standing(standing.pull) != standing:
        return False
    given_up = store.is_given_up(one.key)
    if not store.correct(one.key, one.was, one.instead):
        return False
    if given_up:
        revive(reach, standing.installation, one.key)
    if one.edited:
        revive(reach, standing.installation, _righted(one.key))
    store.say(standing.unsaid, [])
    store.wake(standing.pull, standing.installation, reach.now())
    return True
