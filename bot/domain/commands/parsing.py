"""A line of a comment as a command, or why it is none: nothing is guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.domain.commands import reading
from bot.domain.commands.nearest import nearest
from bot.domain.commands.reading import Given, Unreadable, unreadable
from bot.domain.commands.refusals import Evidence, Refusal, Refused
from bot.domain.commands.table import (
    MOST_COMMANDS,
    PREFIX,
    TABLE,
    Argument,
    Entry,
    Kind,
)
from bot.domain.commands.tokens import Token, tokens
from bot.domain.commands.values import (
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    CommandLine,
    Help,
    More,
    Ok,
    Retry,
    Run,
    Scan,
    Split,
    Status,
    Target,
    Unaccept,
    Verb,
    Why,
)

_LISTS = {Kind.MODES, Kind.CHANGES, Kind.VALUES}
_READ: Mapping[Verb, Callable[[Given], Command]] = {
    Verb.RUN: lambda one: Run(reading.sha(one), reading.stage(one), reading.modes(one)),
    Verb.MORE: lambda one: More(reading.seeds(one)),
    Verb.RETRY: lambda _: Retry(),
    Verb.CANCEL: lambda _: Cancel(),
    Verb.TARGET: lambda one: Target(reading.modes(one)),
    Verb.ABLATE: lambda one: Ablate(reading.changes(one)),
    Verb.SPLIT: lambda one: Split(reading.changes(one)),
    Verb.SCAN: lambda one: Scan(reading.param(one), reading.values(one)),
    Verb.OK: lambda one: Ok(reading.needed_sha(one)),
    Verb.ACCEPT: lambda one: Accept(
        reading.finding(one), reading.reason(one), reading.until(one)
    ),
    Verb.UNACCEPT: lambda one: Unaccept(reading.finding(one)),
    Verb.BASELINE: lambda one: Baseline(reading.refresh(one)),
    Verb.WHY: lambda _: Why(),
    Verb.STATUS: lambda _: Status(),
    Verb.HELP: lambda one: Help(reading.about(one)),
}


def parse_comment(
    lines: Sequence[CommandLine],
) -> tuple[Command | Refused, ...] | Refused:
    """Every command line of one comment, in order; a comment with too many as one."""
    if len(lines) > MOST_COMMANDS:
        count = {"count": len(lines), "most": MOST_COMMANDS}
        return Refused(Refusal.TOO_MANY_COMMANDS, count)
    return tuple(parse(line) for line in lines)


def parse(line: CommandLine) -> Command | Refused:
    """The command that a line gives, or why it gives none; never raises."""
    words = tokens(line.text) if line.plain else Refused(Refusal.NOT_PLAIN)
    if isinstance(words, Refused):
        return words
    said = words[1:] if words and words[0].typed.lower() == PREFIX else ()
    return _parsed(said[0].typed, said[1:]) if said else Refused(Refusal.NO_VERB)


def _parsed(typed: str, rest: Sequence[Token]) -> Command | Refused:
    try:
        verb = reading.verb(typed)
    except Unreadable as fault:
        return fault.refused
    try:
        return _READ[verb](_given(TABLE[verb], rest))
    except Unreadable as fault:
        evidence = {**fault.refused.evidence, "verb": verb.value}
        return replace(fault.refused, evidence=evidence)


def _given(entry: Entry, rest: Sequence[Token]) -> Given:
    """What was typed for each argument of the verb; each at most once."""
    given = dict[Kind, str]()
    for token in rest:
        argument = _argument(entry, token, given)
        _require_whole(argument, token)
        given[argument.kind] = token.typed if argument.any_key else token.value
    left = [one for one in entry.arguments if one.required and one.kind not in given]
    if left:
        raise Unreadable(Refused(Refusal.MISSING, {"shown": left[0].shown}))
    return given


def _require_whole(argument: Argument, token: Token) -> None:
    if not token.value:
        raise unreadable(Refusal.EMPTY_VALUE, token.typed)
    if argument.kind in _LISTS and token.value.endswith(","):
        raise unreadable(Refusal.EMPTY_ITEM, token.value)  # `a, b` is cut at its space


def _argument(entry: Entry, token: Token, given: Given) -> Argument:
    """The argument that a token is for."""
    found = next((one for one in entry.arguments if _takes(one, token)), None)
    if found is None:
        raise _bare(entry, token, given) or _stray(entry, token)
    if found.kind in given:
        raise _again(found, token)
    return found


def _again(argument: Argument, token: Token) -> Unreadable:
    if argument.key:
        return unreadable(Refusal.REPEATED_KEY, argument.key)
    return unreadable(Refusal.UNEXPECTED, token.typed)


def _takes(argument: Argument, token: Token) -> bool:
    if token.key is None:
        return not argument.key and not argument.any_key
    return argument.any_key or argument.key == token.key


def _bare(entry: Entry, token: Token, given: Given) -> Unreadable | None:
    """A key of the owner's own without its values: `scan lr`."""
    lacks = any(one.any_key and one.kind not in given for one in entry.arguments)
    return unreadable(Refusal.NO_VALUES, token.typed) if lacks else None


def _stray(entry: Entry, token: Token) -> Unreadable:
    if token.key is None or not entry.keys:
        return unreadable(Refusal.UNEXPECTED, token.typed)
    near = nearest(token.key, entry.keys)
    known: Evidence = {"nearest": near, "known": entry.keys}
    return unreadable(Refusal.UNKNOWN_KEY, token.key, known)
