"""What is sent for a comment or review: reactions, and one reply for all commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.pulls.ports import Remark
from bot.domain.commands import (
    Accept,
    Admitted,
    CommandLine,
    Ok,
    Passed,
    Refused,
    Scan,
    Source,
    Split,
    admit,
    named_sha,
)
from bot.domain.commands import Remark as Described
from bot.domain.github import Place, Reaction
from bot.domain.pulls.ordering import Granted, is_question
from bot.domain.pulls.posts import Post, ReactionPost, ReplyPost
from bot.presentation.github.marker import mark
from bot.presentation.github.sizes import fit, units
from bot.presentation.github.sticky import LIMIT
from bot.presentation.words import around
from bot.presentation.words.commands import Answer, reply_parts

_NEW = {Source.COMMENT: "created", Source.REVIEW: "submitted"}
_TOLD = (Ok, Accept, Split, Scan)
"""Orders whose acknowledgement says what a reaction cannot."""


@dataclass(frozen=True, slots=True)
class Said:
    """A command line, what became of it, and what is said of it (Markdown)."""

    line: CommandLine
    outcome: Granted | Refused
    text: str


def place_of(remark: Remark) -> Place:
    """Where its repository is reached."""
    return Place(remark.installation, remark.pull.repository)


def admitted(remark: Remark) -> Admitted | Passed | Refused:
    """Whether it is read: what came from intake is new, and on a pull request.

    Our own texts are not among them. An account that is gone is no person.
    """
    sender = remark.kind if remark.author is not None else None
    described = Described(
        remark.source,
        _NEW[remark.source],
        on_pull_request=True,
        sender=sender,
        edited=remark.edited,
    )
    return admit(described)


def seen(remark: Remark, lines: Sequence[CommandLine]) -> tuple[Post, ...]:
    """The eyes on a comment that holds a command; to be sent once it is kept."""
    if not lines or isinstance(admitted(remark), Passed):
        return ()
    return _reaction(remark, Reaction.SEEN)


def said_posts(remark: Remark, said: Sequence[Said]) -> tuple[Post, ...]:
    """What is sent once every command of a remark was handled."""
    refused = any(isinstance(one.outcome, Refused) or one.outcome.idle for one in said)
    last = Reaction.REFUSED if refused else Reaction.DONE
    texts = [Answer(one.line.text, one.text) for one in said]
    silent = remark.source is Source.COMMENT and not any(map(_worth_saying, said))
    return (*_reaction(remark, last), *(() if silent else (_reply(remark, texts),)))


def refused_posts(remark: Remark, text: str) -> tuple[Post, ...]:
    """What is sent for a remark of which nothing was done."""
    answer = _reply(remark, [Answer("", text)])
    return (*_reaction(remark, Reaction.REFUSED), answer)


def _worth_saying(one: Said) -> bool:
    """Whether a reaction is not enough; a SHA that was named is echoed in full."""
    if isinstance(one.outcome, Refused) or one.outcome.idle:
        return True
    command = one.outcome.command
    told = isinstance(command, _TOLD) or named_sha(command) is not None
    return told or is_question(command)


def _reaction(remark: Remark, reaction: Reaction) -> tuple[Post, ...]:
    """On a comment alone: reviews cannot have one."""
    if remark.source is not Source.COMMENT:
        return ()
    return (ReactionPost(place_of(remark), remark.id, reaction),)


def _reply(remark: Remark, answers: Sequence[Answer]) -> ReplyPost:
    return reply_post(place_of(remark), remark.pull.number, remark.key, answers)


def reply_post(
    place: Place, number: int, to: str, answers: Sequence[Answer]
) -> ReplyPost:
    """One comment that answers; `to` names what is answered, within a repository.

    At least one answer has a text. What is too long is left out and counted.
    """
    marker = mark(f"reply:{to}")
    first, *others = reply_parts(answers)
    body = fit([f"{marker}\n{first}", *others], "", LIMIT, size=units, note=_left_out)
    return ReplyPost(place, number, to, body, marker)


def _left_out(parts: int) -> str:
    return around.left_out(parts, "")
