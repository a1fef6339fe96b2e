"""A titled table: the one shape that all exhibits but samples are laid out in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.verdict import Report, Ruling
from bot.presentation.frames import Frame


class Column(StrEnum):
    """How the cells of a column are set. A badge is toned by the state of its row."""

    TEXT = "text"
    NAME = "name"
    NUMBER = "number"
    BADGE = "badge"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: as many cells as the section has columns; a cell may have lines."""

    cells: tuple[str, ...]
    state: Ruling = Ruling.INFO


@dataclass(frozen=True, slots=True)
class Drawn:
    """The place of one picture: `key` is its mode, name and kind; `name` is shown."""

    key: tuple[str, str, str]
    name: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Section:
    """`about` says how to read it. `brief` sections stand in view, others are folded.

    `columns` are (title, kind). Pictures are for the page alone.
    """

    title: str
    about: str
    columns: tuple[tuple[str, Column], ...]
    rows: tuple[Row, ...]
    brief: bool = False
    drawn: tuple[Drawn, ...] = field(default=())


MODE = ("mode", Column.NAME)


def in_modes(report: Report, section: Section) -> Iterator[Section]:
    """A section whose first column is the mode, without it where there is one alone.

    Nothing, where there are no rows.
    """
    if not section.rows:
        return
    if len(report.verdict.modes) > 1:
        yield section
        return
    rows = tuple(replace(one, cells=one.cells[1:]) for one in section.rows)
    yield replace(section, columns=section.columns[1:], rows=rows)
