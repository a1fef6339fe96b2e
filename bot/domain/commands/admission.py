"""Which comments are read for commands at all; most are not, and get no answer."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.commands.refusals import Refusal, Refused

_READ = {("comment", "created"), ("review", "submitted")}
_PERSON = "User"


class Source(StrEnum):
    """What a text was written as. Comments on single lines are never read."""

    COMMENT = "comment"
    REVIEW = "review"


class Unread(StrEnum):
    """Why a text is not read; said to nobody, counted and logged."""

    NOT_NEW = "not_new"
    NO_PULL_REQUEST = "no_pull_request"
    OURS = "ours"
    NOT_A_PERSON = "not_a_person"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment or review as GitHub describes it.

    `action` is the event's: `created`, `submitted`, `edited`; whoever found the text in
    a listing gives the action that it would have had. `edited` says that it was found
    changed since. `sender` is the kind of account that wrote it (`User`, `Bot`), None
    for an account that is gone. `ours` is by the id of the App that wrote it, never by
    a mark in the text, which anybody can copy.
    """

    source: Source
    action: str
    on_pull_request: bool
    sender: str | None
    ours: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """The text is read for commands."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The text is left alone."""

    why: Unread


def admit(remark: Remark) -> Admitted | Passed | Refused:
    """Whether a text is read, left alone, or refused where it holds commands.

    Refused is one that was edited before it was handled: nobody knows what it said.
    """
    if remark.ours:
        return Passed(Unread.OURS)
    if remark.sender != _PERSON:
        return Passed(Unread.NOT_A_PERSON)
    if not remark.on_pull_request:
        return Passed(Unread.NO_PULL_REQUEST)
    if (remark.source, remark.action) not in _READ:
        return Passed(Unread.NOT_NEW)
    return Refused(Refusal.EDITED) if remark.edited else Admitted()
