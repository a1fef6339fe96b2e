"""What follows the change in an expectation: likelihood, effort, a margin."""

import re
from dataclasses import dataclass

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_MARGIN = re.compile(rf"\s*(?:\u00b1|\+/-|\+-)\s*{_NUMBER}\s*%?")
_KIND = "likelihood|likely|probability|chance|confidence"
_STATED = re.compile(
    rf"\b(?:{_KIND})\b(?:\s*[:=]|\s+of\b|\s+is\b)?\s*~?\s*(?P<number>{_NUMBER})\s*(?P<percent>%)?",
    re.IGNORECASE,
)
_STATED_FIRST = re.compile(
    rf"(?P<number>{_NUMBER})\s*(?P<percent>%)?\s*(?:{_KIND})\b", re.IGNORECASE
)
_EFFORT = re.compile(r"\beffort\b\s*[:=]?\s*(?P<effort>[^,;()\[\]]+)", re.IGNORECASE)
_HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Asides:
    """How likely the change is (0 to 1, None: not said), and what it costs in words."""

    likelihood: float | None = None
    effort: str = ""


def asides(text: str) -> Asides | str:
    """What stands after the change, or a word for why it cannot be read.

    `likelihood` where one is named without a number between 0 and 100 %, `numbers`
    where there are numbers that nothing explains.
    """
    rest = _MARGIN.sub("", text, count=1) if _MARGIN.match(text) else text
    effort = _EFFORT.search(rest)
    rest = _EFFORT.sub("", rest)
    stated = _STATED.search(rest) or _STATED_FIRST.search(rest)
    likelihood = _share(stated) if stated else None
    if likelihood is None and re.search(rf"\b(?:{_KIND})\b", rest, re.IGNORECASE):
        return "likelihood"
    if stated:
        rest = rest[: stated.start()] + rest[stated.end() :]
    if re.search(r"\d", rest):
        return "numbers"
    return Asides(likelihood, effort["effort"].strip() if effort else "")


def _share(stated: re.Match[str]) -> float | None:
    """`60%`, `60` and `0.6` alike; None for what is no likelihood."""
    value = float(stated["number"])
    share = value / _HUNDRED if stated["percent"] or value > 1.0 else value
    return share if share <= 1.0 else None
