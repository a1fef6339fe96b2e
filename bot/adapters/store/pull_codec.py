"""What the App keeps of pull requests, as JSON text and back; each names its version.

Texts of people may hold any character, half ones too: all but ASCII is escaped.
"""

import hashlib
import json
from typing import Any, get_args

from bot.adapters.store.database.faults import UnreadableError
from bot.adapters.store.tagged import Tags, built, flat
from bot.app.pulls.ports import Remark, Remote
from bot.domain.commands import Command, UntilCommit, UntilDays
from bot.domain.pulls.acts import Act
from bot.domain.pulls.posts import (
    CallPost,
    CheckPost,
    IssuePost,
    Post,
    ReactionPost,
    ReplyPost,
    StickyPost,
)
from bot.domain.pulls.standing import Outline, Standing

VERSION = 1

TAGS: Tags = {
    **{kind: kind.verb.value for kind in get_args(Command)},
    UntilCommit: "commit",
    UntilDays: "days",
    CheckPost: "check",
    StickyPost: "sticky",
    CallPost: "call",
    ReplyPost: "reply",
    ReactionPost: "reaction",
    IssuePost: "issue",
}
"""Commands are called by their verbs."""


def dump_act(act: Act) -> str:
    """`act` as JSON text."""
    return _dump(act)


def load_act(text: str) -> Act:
    """What `dump_act` wrote; `UnreadableError` for anything else."""
    act: Act = _load(text, Act)
    return act


def dump_post(post: Post) -> str:
    """`post` as JSON text; equal posts have equal texts."""
    return _dump(post)


def load_post(text: str) -> Post:
    """What `dump_post` wrote; `UnreadableError` for anything else."""
    post: Post = _load(text, Post)
    return post


def digest_of(text: str) -> str:
    """The name of a version of a post, by its text: 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def dump_standing(standing: Standing) -> str:
    """`standing` as JSON text; `ValueError` if a time in it is not finite."""
    return _dump(standing)


def load_standing(text: str) -> Standing:
    """What `dump_standing` wrote; `UnreadableError` for anything else."""
    standing: Standing = _load(text, Standing)
    return standing


def report_of(text: str) -> str:
    """The id of the report that a standing names; nothing else in it is read."""
    named: str = json.loads(text).get("evaluation", "")
    return named


def dump_outline(outline: Outline) -> str:
    """`outline` as JSON text; `ValueError` if a time in it is not finite."""
    return _dump(outline)


def load_outline(text: str) -> Outline:
    """What `dump_outline` wrote; `UnreadableError` for anything else."""
    outline: Outline = _load(text, Outline)
    return outline


def dump_remark(remark: Remark) -> str:
    """`remark` as JSON text."""
    return _dump(remark)


def load_remark(text: str) -> Remark:
    """What `dump_remark` wrote; `UnreadableError` for anything else."""
    remark: Remark = _load(text, Remark)
    return remark


def dump_remote(remote: Remote | None) -> str | None:
    """`remote` as JSON text; None for none."""
    return None if remote is None else _dump(remote)


def load_remote(text: str | None) -> Remote | None:
    """What `dump_remote` wrote; `UnreadableError` for anything else."""
    remote: Remote | None = None if text is None else _load(text, Remote)
    return remote


def _dump(value: object) -> str:
    plain = {"v": VERSION, **flat(value, TAGS)}
    return json.dumps(plain, allow_nan=False, separators=(",", ":"))


def _load(text: str, kind: Any) -> Any:
    try:
        plain = json.loads(text)
        version = plain.pop("v")
        if version == VERSION:
            return built(kind, plain, TAGS)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnreadableError(str(error)) from error
    message = f"version {version} is not known here"
    raise UnreadableError(message)
