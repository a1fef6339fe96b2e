"""One reply for all commands of a comment."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.presentation.escape import code

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """A command line as it was typed, and what is said of it (Markdown)."""

    line: str
    text: str


def reply(answers: Sequence[Answer]) -> str:
    """The text of a reply; each answer under its line where there are several.

    Answers without a text are left out; empty without any.
    """
    parts = reply_parts(answers)
    return "\n\n".join(parts) + "\n" if parts else ""


def reply_parts(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The same, answer by answer."""
    said = [one for one in answers if one.text]
    if len(answers) == 1:
        return tuple(one.text for one in said)
    return tuple(_under_its_line(one) for one in said)


def _under_its_line(one: Answer) -> str:
    return f"**{code(one.line, _LONGEST)}**\n\n{one.text}"
