"""Arguments as they were typed become values, each kind by its own reader.

A reader that cannot read raises `Unreadable`, which `parsing` turns into a value: it
never leaves this room.
"""

import re
from collections.abc import Mapping

from bot.domain.commands.nearest import nearest
from bot.domain.commands.refusals import Evidence, Refusal, Refused
from bot.domain.commands.table import (
    FEWEST_MORE,
    LONGEST_DAYS,
    MOST_MORE,
    MOST_NAMES,
    MOST_VALUES,
    USUAL_MORE,
    Kind,
)
from bot.domain.commands.values import Until, UntilCommit, UntilDays, Verb

Given = Mapping[Kind, str]
"""What was typed for each argument; a key that is not there was left out."""

_FEWEST_DIGITS, MOST_DIGITS = 7, 40
_HEX = re.compile(r"[0-9a-fA-F]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PARAM = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_COUNT = re.compile(r"[0-9]{1,9}")
_DAYS = re.compile(r"(?P<days>[0-9]{1,3})d")
_FINDING = re.compile(r"[a-z]+(?:[_-][a-z]+)*-[0-9a-f]{8}")
_SHOWN = 80


class Unreadable(Exception):  # noqa: N818 - it ends in a value, not in an error
    """An argument that cannot be read, and why."""

    def __init__(self, refused: Refused) -> None:
        """Keep the reason."""
        super().__init__(refused.reason)
        self.refused = refused


def sha(given: Given) -> str | None:
    """7 to 40 hex digits in lower case; None where none were given."""
    typed = given.get(Kind.SHA)
    return None if typed is None else _sha(typed)


def needed_sha(given: Given) -> str:
    """As `sha`, of a verb that must name one."""
    return _sha(given[Kind.SHA])


def _sha(typed: str) -> str:
    if not _HEX.fullmatch(typed) or len(typed) > MOST_DIGITS:
        raise unreadable(Refusal.BAD_SHA, typed)
    if len(typed) < _FEWEST_DIGITS:
        raise unreadable(Refusal.SHORT_SHA, typed)
    return typed.lower()


def stage(given: Given) -> str | None:
    """The name of a stage; None where none was given."""
    typed = given.get(Kind.STAGE)
    return None if typed is None else _name(typed)


def modes(given: Given) -> tuple[str, ...]:
    """Names of modes, each once; empty where none were given."""
    return tuple(_name(one) for one in _items(given.get(Kind.MODES)))


def _name(typed: str) -> str:
    if not _NAME.fullmatch(typed):
        raise unreadable(Refusal.BAD_NAME, typed)
    return typed


def changes(given: Given) -> tuple[str, ...]:
    """Changes as a report names them (commits, trailers or paths), each once."""
    return _items(given.get(Kind.CHANGES))


def seeds(given: Given) -> int:
    """How many seeds per arm; a usual number where none was given."""
    typed = given.get(Kind.COUNT, str(USUAL_MORE))
    amount = int(typed) if _COUNT.fullmatch(typed) else 0
    if not FEWEST_MORE <= amount <= MOST_MORE:
        bounds = {"least": FEWEST_MORE, "most": MOST_MORE}
        raise unreadable(Refusal.BAD_COUNT, typed, bounds)
    return amount


def param(given: Given) -> str:
    """The parameter of `lr=1,2`."""
    name = given[Kind.VALUES].partition("=")[0]
    if not _PARAM.fullmatch(name):
        raise unreadable(Refusal.BAD_PARAM, name)
    return name


def values(given: Given) -> tuple[str, ...]:
    """The values of `lr=1,2`, each once."""
    return _items(given[Kind.VALUES].partition("=")[2], MOST_VALUES)


def finding(given: Given) -> str:
    """The id of a finding, as reports show it: `regression-5bd0c3a1`."""
    typed = given[Kind.FINDING]
    if not _FINDING.fullmatch(typed):
        raise unreadable(Refusal.BAD_FINDING, typed)
    return typed


def reason(given: Given) -> str:
    """Why somebody accepts a finding, in their words, of any script.

    Never the `...` of a line that was copied: it has a letter or a digit.
    """
    typed = given[Kind.REASON]
    if not any(one.isalnum() for one in typed):
        raise unreadable(Refusal.BAD_REASON, typed)
    return typed


def until(given: Given) -> Until | None:
    """`7d` or the SHA of a commit; None where no end was named."""
    typed = given.get(Kind.UNTIL)
    if typed is None:
        return None
    days = _DAYS.fullmatch(typed)
    if days and 1 <= int(days["days"]) <= LONGEST_DAYS:
        return UntilDays(int(days["days"]))
    if _HEX.fullmatch(typed) and _FEWEST_DIGITS <= len(typed) <= MOST_DIGITS:
        return UntilCommit(typed.lower())
    raise unreadable(Refusal.BAD_UNTIL, typed, {"most": LONGEST_DAYS})


def refresh(given: Given) -> bool:
    """Whether the one word that it knows was given."""
    typed, known = given.get(Kind.REFRESH), Kind.REFRESH.value
    if typed not in {None, known}:
        raise unreadable(Refusal.BAD_WORD, str(typed), {"known": known})
    return typed is not None


def about(given: Given) -> Verb | None:
    """The verb that help is wanted for; None where none was given."""
    typed = given.get(Kind.VERB)
    return None if typed is None else verb(typed)


def verb(typed: str) -> Verb:
    """The verb of that name, letter by letter."""
    if typed not in set(Verb):
        near = {"nearest": nearest(typed, list(Verb))}
        raise unreadable(Refusal.UNKNOWN_VERB, typed, near)
    return Verb(typed)


def _items(typed: str | None, most: int = MOST_NAMES) -> tuple[str, ...]:
    """The parts of `a,b`, each once, in order."""
    if typed is None:
        return ()
    items = tuple(dict.fromkeys(one.strip() for one in typed.split(",")))
    if "" in items:
        raise unreadable(Refusal.EMPTY_ITEM, typed)
    if len(items) > most:
        count = {"count": len(items), "most": most}
        raise Unreadable(Refused(Refusal.TOO_MANY_ITEMS, count))
    return items


def unreadable(why: Refusal, typed: str, more: Evidence | None = None) -> Unreadable:
    """What to raise of an argument, with the start of what was typed."""
    shown = typed if len(typed) <= _SHOWN else f"{typed[:_SHOWN]}..."
    return Unreadable(Refused(why, {"typed": shown, **(more or {})}))
