"""What a checkup says, as lines for people and as a document for scripts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.doctor import Finding, State, worst
from bot.presentation.escape import one_line
from bot.presentation.plain_json import Json, plain
from bot.presentation.words.doctor import said

SCHEMA_VERSION = 1
_MOST = 600


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: `about` may be empty, and so may `mend`."""

    state: State
    about: str
    sentence: str
    mend: str


def lines(findings: Sequence[Finding]) -> tuple[Line, ...]:
    """Each finding on a line."""
    return tuple(_line(one) for one in findings)


def headline(findings: Sequence[Finding]) -> str:
    """How it stands in all."""
    counts = Counter(one.state for one in findings)
    fails, warns = counts[State.FAIL], counts[State.WARN]
    if fails:
        noun = "thing does" if fails == 1 else "things do"
        return f"{fails} {noun} not work{f', {_warned(warns)}' if warns else ''}."
    return f"Everything works{f', {_warned(warns)}' if warns else ''}."


def document(findings: Sequence[Finding]) -> dict[str, Json]:
    """The same as JSON."""
    return {
        "schema_version": SCHEMA_VERSION,
        "state": worst(findings).value,
        "checks": [_row(one) for one in findings],
    }


def _warned(warns: int) -> str:
    return "1 warning" if warns == 1 else f"{warns} warnings"


def _line(finding: Finding) -> Line:
    words = said(finding)
    texts = (finding.about, words.sentence, words.mend)
    return Line(finding.state, *(one_line(text, _MOST) for text in texts))


def _row(finding: Finding) -> Json:
    line = _line(finding)
    return {
        "id": finding.kind.value,
        "state": line.state.value,
        "about": line.about,
        "message": line.sentence,
        "mend": line.mend,
        "evidence": plain(finding.evidence),
    }
