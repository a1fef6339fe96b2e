"""What is to stand on GitHub, as values: a post for each thing, with a key for ever.

A post says all of what shall be. So it can be said again after any crash, and of two
for one key only the later one is ever sent.
"""

import hashlib
from dataclasses import dataclass
from typing import assert_never

from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckStatus,
    Place,
    Priority,
    Reaction,
)
from bot.domain.pulls.acts import PullKey


@dataclass(frozen=True, slots=True)
class CheckPost:
    """The one check run of a head; annotations go in portions."""

    place: Place
    sha: str
    change: CheckChange
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class StickyPost:
    """The comment that is edited; made anew where somebody deleted it.

    `progress` says that it tells of nothing but trials that go on.
    """

    place: Place
    number: int
    body: str
    marker: str
    progress: bool = False


@dataclass(frozen=True, slots=True)
class CallPost:
    """A short comment because a person has to act; folded away once it is `over`.

    `name` tells calls of one pull request apart.
    """

    place: Place
    number: int
    name: str
    body: str
    marker: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class ReplyPost:
    """The one answer to a comment or review; `to` is its source, as in an act."""

    place: Place
    number: int
    to: str
    body: str
    marker: str


@dataclass(frozen=True, slots=True)
class ReactionPost:
    """A reaction to a comment."""

    place: Place
    comment: int
    reaction: Reaction


@dataclass(frozen=True, slots=True)
class IssuePost:
    """An issue, once; `name` tells those of a repository apart."""

    place: Place
    name: str
    title: str
    body: str
    marker: str


Post = CheckPost | StickyPost | CallPost | ReplyPost | ReactionPost | IssuePost


def key_of(post: Post) -> str:
    """Under what a post is kept; a later one with the same key takes its place."""
    match post:
        case CheckPost(place=place, sha=sha):
            return check_key(place, sha)
        case StickyPost(place=place, number=number):
            return f"sticky:{PullKey(place.repository, number)}"
        case CallPost(place=place, number=number, name=name):
            return f"call:{PullKey(place.repository, number)}:{name}"
        case ReplyPost(place=place, to=to):
            return f"reply:{place.repository}:{to}"
        case ReactionPost(place=place, comment=comment, reaction=reaction):
            return f"reaction:{place.repository}:{comment}:{reaction.name.lower()}"
        case IssuePost(place=place, name=name):
            return f"issue:{place.repository}:{name}"
        case _:
            assert_never(post)


def check_key(place: Place, sha: str) -> str:
    """Under what the check run of a commit is kept."""
    return f"check:{place.repository}:{sha}"


def external_id(sha: str) -> str:
    """What a check run of a commit is called on GitHub, to be found again by."""
    return f"seedgate:{sha}"


def text_digest(body: str) -> str:
    """Tells whether a comment's text is the same, but for white space at line ends."""
    lines = body.replace("\r\n", "\n").split("\n")
    plain = "\n".join(one.rstrip() for one in lines).rstrip()
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def answers(post: Post) -> bool:
    """Whether it is a check run that has ended: GitHub lets in by such a one."""
    ended = CheckStatus.COMPLETED
    return isinstance(post, CheckPost) and post.change.status is ended


def priority_of(post: Post, *, fresh: bool, answered: bool) -> Priority:
    """What goes first; `fresh` says that nothing stands there yet.

    `answered` says that what stands there may be an answer, by which GitHub goes until
    it is taken back.
    """
    match post:
        case CheckPost(change=change):
            if change.status is CheckStatus.COMPLETED or answered:
                return Priority.CONCLUSION
            return Priority.CREATE if fresh else Priority.PROGRESS
        case StickyPost(progress=progress):
            return Priority.PROGRESS if progress and not fresh else Priority.COMMENT
        case CallPost() | ReplyPost() | IssuePost():
            return Priority.COMMENT
        case ReactionPost(reaction=Reaction.SEEN):
            return Priority.COMMENT  # somebody waits to be heard
        case ReactionPost():
            return Priority.REACTION
        case _:
            assert_never(post)
