"""Reading `Expected: ...` lines out of commit messages and descriptions.

People write them by hand: bullets, code marks, other dashes and letter case are
borne. What cannot be read is a finding that says why, never an exception.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.forecast.asides import asides
from bot.domain.policy import Mode
from bot.domain.verdict import Evidence, Finding, Forecast, Reason, Ruling
from bot.domain.verdict.findings import finding

MOST = 20
"""Lines that are read of one branch; nobody foresees more."""
LONGEST = 200
"""Characters of a line that are looked at."""

Names = Mapping[str, Sequence[str]]
"""The metrics, and slices as `metric/slice`, of every mode."""

_DASHES = str.maketrans(dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\u2012", "-"))
_MARKS = re.compile(r"[`*]")
_LINE = re.compile(r"[\W\d_]*expected[\s_]*[:=][\s_]*(?P<rest>.*)", re.IGNORECASE)
_CLAIM = re.compile(
    r"(?P<name>[^\s:=,;()]+)"
    r"(?:\s*[:=]\s*|\s+by\s+|\s+changes\s+by\s+|\s+)"
    r"[~\u2248\s]*(?P<sign>\+/-|\+-|[-+\u00b1])?\s*"
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?![\w.])\s*(?P<percent>%)?"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One line: what it foretells, and how it was written.

    `text` is the place of its text (0 is the latest), `place` that among all lines.
    """

    forecast: Forecast
    line: str
    text: int = 0
    place: int = 0

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Smaller goes before, where two lines speak of one metric of one mode.

        A later text before an earlier one; within one text a line that names its mode
        before one that does not, and the last of several.
        """
        return self.text, self.forecast.mode is None, -self.place


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and one finding for each line that could not be."""

    claims: tuple[Claim, ...] = ()
    unreadable: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a line could not be read: a word of a closed list, and names.

    `known` are the names that there are, where none of them is near.
    """

    why: str
    name: str = ""
    nearest: str = ""
    known: tuple[str, ...] = ()


def names_of(modes: Sequence[Mode]) -> Names:
    """The names that an expectation may be about."""
    return {
        mode.name: tuple(
            name for one in mode.metrics for name in (one.name, *one.slice_names)
        )
        for mode in modes
    }


def read(texts: Sequence[str], names: Names) -> Read:
    """The expectations in texts, the latest text first; `MOST` lines at most.

    All of them are kept, in the order in which they were written: which of two on one
    metric counts is told when they are scored. `expected` is a share of the baseline's
    mean where the line has a percent sign.
    """
    claims: list[Claim] = []
    faults: dict[str, Finding] = {}
    for place, (text, line, said) in enumerate(list(_lines(texts))[:MOST]):
        match _forecast(said, names):
            case Forecast() as one:
                claims.append(Claim(one, line, text, place))
            case fault:
                unread = _unreadable(line, fault)
                faults[unread.id] = unread
    return Read(tuple(claims), tuple(faults.values()))


def _lines(texts: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """The text of each line, the line as written, and what follows `Expected:`."""
    for number, text in enumerate(texts):
        for line in text.splitlines():
            short = unicodedata.normalize("NFKC", line[:LONGEST]).translate(_DASHES)
            said = _LINE.fullmatch(_MARKS.sub("", short))
            if said:
                yield number, line.strip()[:LONGEST], said["rest"].strip()


def _forecast(line: str, names: Names) -> Forecast | _Fault:
    claim = _CLAIM.fullmatch(line)
    if claim is None:
        return _Fault("form")
    place = _place(claim["name"], names)
    if isinstance(place, _Fault):
        return place
    expected = _change(claim)
    if isinstance(expected, _Fault):
        return expected
    more = asides(claim["rest"])
    if isinstance(more, str):
        return _Fault(more)
    return Forecast(
        metric=place[1],
        expected=expected,
        likelihood=more.likelihood,
        effort=more.effort,
        mode=place[0],
        relative=claim["percent"] is not None,
    )


def _change(claim: re.Match[str]) -> float | _Fault:
    """The signed change; 0 needs no sign, and nothing else goes without one."""
    amount, sign = float(claim["number"]), claim["sign"]
    if not math.isfinite(amount):
        return _Fault("size")
    if amount and sign not in ("+", "-"):
        return _Fault("sign")
    signed = -amount if sign == "-" and amount else amount
    return signed / 100.0 if claim["percent"] else signed


def _place(name: str, names: Names) -> tuple[str | None, str] | _Fault:
    """The mode (None: any) and the metric; letter case may differ."""
    places: dict[str, tuple[str | None, str]] = {}
    for metric in {name: None for metrics in names.values() for name in metrics}:
        places[metric] = (None, metric)
    for mode, metrics in names.items():
        for metric in metrics:
            places.setdefault(f"{mode}/{metric}", (mode, metric))
    if name in places:
        return places[name]
    folded = [key for key in places if key.casefold() == name.casefold()]
    if len(folded) == 1:
        return places[folded[0]]
    near = get_close_matches(name, places, n=1)
    if near:
        return _Fault("metric", name, near[0])
    return _Fault(
        "metric", name, known=tuple(k for k in places if places[k][0] is None)
    )


def _unreadable(text: str, fault: _Fault) -> Finding:
    said: Evidence = {
        "text": text,
        "why": fault.why,
        **({"name": fault.name} if fault.name else {}),
        **({"nearest": fault.nearest} if fault.nearest else {}),
        **({"known": fault.known} if fault.known else {}),
    }
    return finding(Reason.HYPOTHESIS_UNREADABLE, Ruling.INFO, said)
