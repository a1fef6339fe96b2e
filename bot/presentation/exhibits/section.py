"""A titled table: the one shape that all exhibits but samples are laid out in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
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


Columns = tuple[tuple[str, Column], ...]
MODE = ("mode", Column.NAME)


def several(report: Report) -> bool:
    """Whether rows have to say of which mode they are."""
    return len(report.verdict.modes) > 1


def with_mode(report: Report, columns: Columns) -> Columns:
    """The columns, after one for the mode where there is more than one mode."""
    return (MODE, *columns) if several(report) else columns


def row(
    report: Report, mode: str, cells: Iterable[str], state: Ruling = Ruling.INFO
) -> Row:
    """The row that goes with `with_mode`."""
    return Row((mode, *cells) if several(report) else tuple(cells), state)
