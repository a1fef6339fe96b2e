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
from bot.domain.verdict import Finding, Forecast, Reason, Ruling
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
class Read:
    """What was read, and one finding for each line that could not be."""

    forecasts: tuple[Forecast, ...] = ()
    unreadable: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a line could not be read: a word of a closed list, and names."""

    why: str
    name: str = ""
    nearest: str = ""


def names_of(modes: Sequence[Mode]) -> Names:
    """The names that an expectation may be about."""
    return {
        mode.name: tuple(
            name for one in mode.metrics for name in (one.name, *one.slice_names)
        )
        for mode in modes
    }


def read(texts: Sequence[str], names: Names) -> Read:
    """The expectations in texts, the latest text first; `MOST` at most.

    Of several lines on one metric of one mode the first counts: a later commit may
    correct an earlier one. `expected` is a share of the baseline's mean where the line
    has a percent sign.
    """
    found: dict[tuple[str | None, str], Forecast] = {}
    faults: dict[str, Finding] = {}
    for text, line in list(_lines(texts))[:MOST]:
        match _forecast(line, names):
            case Forecast() as one:
                found.setdefault((one.mode, one.metric), one)
            case fault:
                said = _unreadable(text, fault)
                faults[said.id] = said
    return Read(tuple(found.values()), tuple(faults.values()))


def _lines(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line as it was written, and what it says after `Expected:`."""
    for text in texts:
        for line in text.splitlines():
            short = unicodedata.normalize("NFKC", line[:LONGEST]).translate(_DASHES)
            said = _LINE.fullmatch(_MARKS.sub("", short))
            if said:
                yield line.strip()[:LONGEST], said["rest"].strip()


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
    return _Fault("metric", name, near[0] if near else "")


def _unreadable(text: str, fault: _Fault) -> Finding:
    said = {"text": text, "why": fault.why}
    named = {"name": fault.name, "nearest": fault.nearest}
    said |= {key: value for key, value in named.items() if value}
    return finding(Reason.HYPOTHESIS_UNREADABLE, Ruling.INFO, said)
