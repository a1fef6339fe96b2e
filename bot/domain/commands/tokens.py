"""A command line as words: `word`, `key=value`, `key="a value with spaces"`."""

import re
from dataclasses import dataclass

from bot.domain.commands.refusals import Refusal, Refused
from bot.domain.commands.table import LONGEST_LINE

_TOKEN = re.compile(
    r'[ \t]*(?P<start>(?:[^\s="]+=)?)(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]*))'
    r"(?=[ \t]|$)"
)
_QUOTED = re.compile(r'"[^"]*"')
_CURLY = re.compile("[\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02]")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One argument as it was typed; `key` is None where nothing stands before `=`."""

    key: str | None
    value: str

    @property
    def typed(self) -> str:
        """The token in one piece."""
        return self.value if self.key is None else f"{self.key}={self.value}"


def tokens(line: str) -> tuple[Token, ...] | Refused:
    """The words of a line in order, the prefix first.

    Outside double quotes only characters that can be seen, spaces and tabs are borne:
    what looks the same must be the same. A quoted value holds any character that a
    terminal or a database can hold; there is no escape for a double quote in it.
    """
    if len(line) > LONGEST_LINE:
        return Refused(Refusal.TOO_LONG, {"size": len(line), "most": LONGEST_LINE})
    fault = _unseen(line) or _quotes(line)
    return fault or _split(line)


def _unseen(line: str) -> Refused | None:
    outside = _QUOTED.sub("", line).replace("\t", " ")
    strange = [one for one in outside if not one.isprintable()]
    strange += [one for one in line if _is_control(one)]
    code = f"U+{ord(strange[0]):04X}" if strange else ""
    return Refused(Refusal.INVISIBLE, {"code": code}) if code else None


def _is_control(one: str) -> bool:
    """Whether it is a control character or half a character; a tab is not."""
    return (one < " " and one != "\t") or "\x7f" <= one <= "\x9f" or _is_half(one)


def _is_half(one: str) -> bool:
    return "\ud800" <= one <= "\udfff"


def _quotes(line: str) -> Refused | None:
    curly = _CURLY.search(_QUOTED.sub("", line))
    if curly:
        return Refused(Refusal.CURLY_QUOTE, {"typed": curly.group()})
    if line.count('"') % 2:
        rest = line[line.rindex('"') :]
        return Refused(Refusal.OPEN_QUOTE, {"typed": rest[:_SHOWN]})
    return None


def _split(line: str) -> tuple[Token, ...] | Refused:
    """The line cut at spaces; every double quote opens or closes a whole value."""
    found, rest = list[Token](), line.strip(" \t")
    while rest:
        token = _TOKEN.match(rest)
        if token is None:
            return Refused(Refusal.QUOTE_INSIDE, {"typed": rest[:_SHOWN]})
        found.append(_token(token))
        rest = rest[token.end() :].lstrip(" \t")
    return tuple(found)


def _token(found: re.Match[str]) -> Token:
    key, quoted = found["start"].removesuffix("="), found["quoted"]
    value = found["bare"] if quoted is None else quoted.strip()
    return Token(key or None, value)
