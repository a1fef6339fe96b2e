"""Findings that belong to a file, as marks on the changed files of a pull request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.github import octets
from bot.domain.verdict import Finding, Report, Ruling
from bot.presentation.escape import one_line, unlinked, unquoted
from bot.presentation.github.sizes import cut
from bot.presentation.headline import all_findings
from bot.presentation.words import message, words

PER_REQUEST = 50
MOST = 150
"""Three requests; the tables have all findings."""
_TITLE, _MESSAGE, _PATH = 255, 4000, 1000


class Level(StrEnum):
    """How GitHub shows it."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark on one line (from 1) of a file of the head."""

    path: str
    line: int
    level: Level
    title: str
    message: str


_LEVELS = {Ruling.BLOCK: Level.FAILURE, Ruling.UNDECIDED: Level.WARNING}


def annotations(report: Report) -> tuple[Annotation, ...]:
    """What decides first, each file of a finding once."""
    found = [one for each in all_findings(report) for one in _of(each)]
    return tuple(dict.fromkeys(found))[:MOST]


def requests(many: Sequence[Annotation]) -> tuple[tuple[Annotation, ...], ...]:
    """In portions that one request takes; GitHub adds each to those before."""
    starts = range(0, len(many), PER_REQUEST)
    return tuple(tuple(many[at : at + PER_REQUEST]) for at in starts)


def _of(finding: Finding) -> Iterator[Annotation]:
    path, files = finding.evidence.get("path"), finding.evidence.get("files")
    if isinstance(path, str):
        for line in _lines(finding):
            yield from _at(finding, path, line)
    for one in files if isinstance(files, tuple) else ():
        yield from _at(finding, str(one), 1)


def _lines(finding: Finding) -> tuple[int, ...]:
    lines = finding.evidence.get("lines")
    known = lines if isinstance(lines, tuple) else ()
    return tuple(one for one in known if isinstance(one, int) and one > 0) or (1,)


def _at(finding: Finding, path: str, line: int) -> Iterator[Annotation]:
    """Nothing for a path that cannot be shown as it is."""
    if path and path == one_line(path, _PATH):
        short, said = unquoted(words(finding).short), unquoted(message(finding))
        yield Annotation(
            path=path,
            line=line,
            level=_LEVELS.get(finding.state, Level.NOTICE),
            title=cut(_begun(unlinked(short, _TITLE)), _TITLE, octets),
            message=cut(unlinked(said, _MESSAGE), 2 * _MESSAGE, octets),
        )


def _begun(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
