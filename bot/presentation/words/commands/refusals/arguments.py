"""Why not: an argument is not as the command takes it."""

from collections.abc import Mapping

from bot.domain.commands import Refusal, Refused
from bot.presentation.words.commands.refusals.phrase import (
    Says,
    listed,
    meant,
    shown,
    typed,
)

_SEVEN = "at least 7 of its hex digits, at most 40"


def _unknown_key(refused: Refused) -> str:
    otherwise = f"It takes {listed(refused, 'known')}."
    verb = shown(refused, "verb")
    return f"{verb} takes no {typed(refused)}. {meant(refused, otherwise)}"


def _unexpected(refused: Refused) -> str:
    verb, word = shown(refused, "verb"), typed(refused)
    return (
        f"{verb} has no place for {word}. A list has commas and no spaces in it; a "
        "value with spaces stands in double quotes."
    )


def _too_many_items(refused: Refused) -> str:
    count, most = refused.text("count"), refused.text("most")
    return f"A list of {count} is too long here: {most} at most."


def _bad_count(refused: Refused) -> str:
    least, most = refused.text("least"), refused.text("most")
    return f"{typed(refused)} is no number of seeds: write {least} to {most}."


def _bad_until(refused: Refused) -> str:
    return (
        f"{typed(refused)} is no end: write days (`7d`, {refused.text('most')} at "
        f"most) or a commit ({_SEVEN})."
    )


ARGUMENTS: Mapping[Refusal, Says] = {
    Refusal.UNKNOWN_KEY: _unknown_key,
    Refusal.REPEATED_KEY: lambda one: (
        f"{typed(one)} is given twice, and only one can be meant."
    ),
    Refusal.UNEXPECTED: _unexpected,
    Refusal.MISSING: lambda one: f"{shown(one, 'verb')} needs {shown(one, 'shown')}.",
    Refusal.NO_VALUES: lambda one: (
        f"{typed(one)} has no values: write them behind it, as in `lr=0.1,0.2`."
    ),
    Refusal.EMPTY_VALUE: lambda one: f"{typed(one)} has no value.",
    Refusal.EMPTY_ITEM: lambda one: (
        f"The list {typed(one)} has a gap. Write lists as `a,b`, without spaces."
    ),
    Refusal.TOO_MANY_ITEMS: _too_many_items,
    Refusal.BAD_SHA: lambda one: (
        f"{typed(one)} is no commit: write {_SEVEN}, as GitHub shows them."
    ),
    Refusal.SHORT_SHA: lambda one: (
        f"{typed(one)} is too short to name a commit: write {_SEVEN}."
    ),
    Refusal.BAD_NAME: lambda one: (
        f"{typed(one)} is no name: names have letters, digits, `_`, `-` and `.`."
    ),
    Refusal.BAD_COUNT: _bad_count,
    Refusal.BAD_FINDING: lambda one: (
        f"{typed(one)} is no finding: the report shows them, such as "
        "`regression-5bd0c3a1`."
    ),
    Refusal.BAD_REASON: lambda one: (
        f"{typed(one)} is no reason: say why in the quotes, in a few words."
    ),
    Refusal.BAD_UNTIL: _bad_until,
    Refusal.BAD_PARAM: lambda one: (
        f"{typed(one)} is no parameter: they have letters, digits and `_`."
    ),
    Refusal.BAD_WORD: lambda one: (
        f"{typed(one)} says nothing here: the only word is {shown(one, 'known')}."
    ),
}
