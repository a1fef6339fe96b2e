"""Why not: the line, or the comment that it is in, cannot be read as a command."""

from collections.abc import Mapping

from bot.domain.commands import PREFIX, Refusal, Refused
from bot.presentation.words.commands.refusals.phrase import Says, meant, typed

_ALL = f"`{PREFIX} help` lists all commands."
_ALONE = "Write it as plain text on a line of its own."


def _unknown_verb(refused: Refused) -> str:
    return f"There is no command {typed(refused)}. {meant(refused, _ALL)}"


LINES: Mapping[Refusal, Says] = {
    Refusal.NOT_PLAIN: lambda _: (
        "A part of this line is code, HTML, a link or an image, and those are never "
        f"read. {_ALONE}"
    ),
    Refusal.TOO_LONG: lambda one: (
        f"This line has {one.text('size')} characters; a command has at most "
        f"{one.text('most')}."
    ),
    Refusal.INVISIBLE: lambda one: (
        f"This line holds a character that cannot be seen ({one.text('code')}), or a "
        "space that is not one. Type the line anew instead of pasting it."
    ),
    Refusal.CURLY_QUOTE: lambda one: (
        f'{typed(one)} is not read as a quote: write straight ones, `"like this"`.'
    ),
    Refusal.OPEN_QUOTE: lambda one: (
        f"A double quote is not closed: {typed(one)}. Quotes come in pairs, and there "
        "can be none inside a value."
    ),
    Refusal.QUOTE_INSIDE: lambda one: (
        f"A double quote stands inside a word: {typed(one)}. Put the whole value in "
        'quotes: `reason="two words"`.'
    ),
    Refusal.NO_VERB: lambda _: f"`{PREFIX}` alone says nothing. {_ALL}",
    Refusal.UNKNOWN_VERB: _unknown_verb,
    Refusal.TOO_MANY_COMMANDS: lambda one: (
        f"This comment has {one.text('count')} commands; {one.text('most')} are read "
        "at most, so none of them was done. Write several comments."
    ),
    Refusal.EDITED: lambda _: (
        "This comment was edited before it was read, so nobody knows what it said "
        "first. Write a new comment."
    ),
}
