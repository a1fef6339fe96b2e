"""Metrics in files of rows, one row a line: JSONL and CSV, read as they grow.

A file that turns out to be one JSON document over several lines, as `indent=2` makes
it, is read at the end: half of it is no document, so nothing is known of it before.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from workers.contract import MetricSource, SourceKind
from workers.metrics.files import Place, Tail
from workers.metrics.lines import LineCutter
from workers.metrics.numbers import read_number, shown
from workers.metrics.record import Record
from workers.metrics.typed import KINDS

_PIECE = 64 * 1024
_PIECES_A_POLL = 64
_WHOLE = 4 * 1024 * 1024
"""Bytes of the largest file that is read as one document."""
_STEPS = ("step", "global_step", "iteration", "epoch")

Row = Mapping[str, str]
"""What one line says: each value as the text in which it was written."""


class Parser(Protocol):
    """Turns lines of one file into rows; made anew when the file starts anew."""

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        """The rows of whole lines, in order."""
        ...

    def hint(self) -> str:
        """What the rows held, for somebody whose metric was not among it."""
        ...


class JsonRows:
    """One JSON object a line; anything else is skipped and counted.

    A document may instead be one object, which is one row, or an array of objects.
    """

    def __init__(self, *, typed: bool) -> None:
        """`typed`: lines with a known `kind` are not scalars, and are left out."""
        self._typed = typed
        self._broken = 0
        self._large = False
        self._found = self._parts = 0
        self._keys: dict[str, None] = {}

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        """See `Parser`."""
        for line in lines:
            row = _json_object(line)
            if row is None:
                self._broken += bool(line.strip())
                self._parts += _is_part(line)
            else:
                self._found += 1
                yield from self._scalars(row)

    @property
    def doubtful(self) -> bool:
        """Whether some line was no row, so that the file may be one document."""
        return self._broken > 0

    def whole(self, text: str | None) -> Iterable[Row] | None:
        """The rows of a file that is one document, in place of those of its lines.

        `text` is None where the file is too large to be read at once.
        """
        self._large = text is None
        found = None if text is None else _objects(text)
        if found is None:
            return None
        self._broken, self._keys = 0, {}
        return (row for one in found for row in self._scalars(one))

    @property
    def unread(self) -> bool:
        """Whether it is a document that is too large: its lines are but parts of that.

        Of an array with an element a line, the last one is an object by itself.
        """
        return self._large and self._parts > 0 and self._found <= 1

    def hint(self) -> str:
        """See `Parser`."""
        broken = f"{self._broken} lines were no JSON objects" if self._broken else ""
        if broken and not self._keys:
            return f"{broken}, and {self._refused()}."
        keys = f"Its keys are: {_listed(self._keys)}."
        return f"{keys} {broken}." if broken else keys

    def _refused(self) -> str:
        if self._large:
            return f"a file over {_WHOLE // 1024**2} MiB is not read as one object"
        return "the file as a whole is neither one nor an array of them"

    def _scalars(self, row: Mapping[str, object]) -> Iterator[Row]:
        if not (self._typed and row.get("kind") in KINDS):
            self._keys.update(dict.fromkeys(list(row)[:20]))
            yield {key: as_text(value) for key, value in row.items()}


class CsvRows:
    """Comma, semicolon or tab separated values; the first line names the columns."""

    def __init__(self) -> None:
        """The header has not been seen."""
        self._header: list[str] = []
        self._delimiter = ","

    def rows(self, lines: Sequence[str]) -> Iterator[Row]:
        """See `Parser`. An empty cell is no value: it was not due in that row."""
        lines = [line for line in lines if line.strip()]
        if lines and not self._header:
            first = lines[0].removeprefix("\ufeff")
            self._delimiter = max(",;\t", key=first.count)
            self._header = next(self._cells([first]))
        for cells in self._cells(lines):
            if cells != self._header:
                pairs = zip(self._header, cells, strict=False)
                yield {name: cell for name, cell in pairs if cell}

    def hint(self) -> str:
        """See `Parser`."""
        return f"Its columns are: {_listed(self._header)}."

    def _cells(self, lines: Sequence[str]) -> Iterator[list[str]]:
        for row in csv.reader(lines, delimiter=self._delimiter):
            yield [cell.strip() for cell in row]


class RowFile:
    """All metrics that are read from one growing file of rows."""

    def __init__(self, sources: Sequence[MetricSource], where: Sequence[Place]) -> None:
        """`sources` are of one kind and name one file, looked for at `where`."""
        self.sources = tuple(sources)
        self._where = where
        self._tail = Tail(where)
        self._start()

    def poll(self) -> None:
        """Read what was appended, up to 4 MiB; raises `UnsafeFile`."""
        for _ in range(_PIECES_A_POLL):
            if not self._piece():
                return

    def finish(self) -> None:
        """Read to the end, with a last line that has no line end."""
        while self._piece():
            pass
        self._take(self._cutter.finish())
        if isinstance(self._parser, JsonRows) and self._parser.doubtful:
            self._reread(self._parser)

    def record(self, source: MetricSource) -> Record:
        """What one of the metrics has shown."""
        return self._records[source.name]

    def missing(self, source: MetricSource) -> str:
        """Why there is no value, in sentences."""
        if self._tail.path is None:
            return f"No file was written at {self._where[0].relative}."
        name = self._tail.path.name
        return f"No row of {name} has {key_of(source)!r}. {self._parser.hint()}"

    def faults(self) -> Sequence[str]:
        """What kept the file from being read in full."""
        name, parser = self._where[0].relative, self._parser
        if self._tail.overgrown:
            return (f"{name} grew over 64 MB and was read no further.",)
        if isinstance(parser, JsonRows) and parser.unread:
            most = _WHOLE // 1024**2
            return (f"{name} is a document over {most} MiB: write one object a line.",)
        return ()

    def files(self) -> Sequence[Path]:
        """What was read."""
        return () if self._tail.path is None else (self._tail.path,)

    def notes(self) -> Sequence[str]:
        """Lines that were longer than a line may be."""
        name = self._where[0].relative
        return (f"Lines over 64 KiB of {name} were cut.",) if self._cutter.cut else ()

    def _start(self) -> None:
        self._records = {source.name: Record(source) for source in self.sources}
        self._cutter = LineCutter()
        kind = self.sources[0].kind
        self._parser: Parser = (
            CsvRows()
            if kind is SourceKind.CSV
            else JsonRows(typed=kind is SourceKind.REPORTED)
        )

    def _piece(self) -> bool:
        data, anew = self._tail.read(_PIECE)
        if anew:
            self._start()
        self._take(self._cutter.feed(data) if data else b"")
        return bool(data)

    def _take(self, block: bytes) -> None:
        lines = block.decode(errors="replace").split("\n") if block else []
        self._keep(self._parser.rows(lines))

    def _reread(self, parser: JsonRows) -> None:
        """Take the file as one document, if that is what it is.

        What single lines of that show is forgotten: an object there may be any part.
        """
        data = self._tail.whole(_WHOLE)
        text = None if data is None else data.decode(errors="replace")
        rows = parser.whole(text)
        if rows is None and not parser.unread:
            return
        self._records = {source.name: Record(source) for source in self.sources}
        self._cutter = LineCutter()  # what it cut was no line
        self._keep(rows or ())

    def _keep(self, rows: Iterable[Row]) -> None:
        for row in rows:
            step = _step(row)
            for source in self.sources:
                text = row.get(key_of(source))
                if text is not None:
                    self._records[source.name].add(text, step)


def key_of(source: MetricSource) -> str:
    """The field, column or tag of a metric: its name unless the policy says another."""
    return source.key or source.name


def _step(row: Row) -> float | None:
    named = next((row[name] for name in _STEPS if name in row), None)
    return None if named is None else read_number(named)


def _json_object(line: str) -> Mapping[str, object] | None:
    line = line.lstrip("\ufeff \t")
    row = _json(line) if line.startswith("{") else None
    return row if isinstance(row, dict) else None


def _is_part(line: str) -> bool:
    """Whether it is an element of an array, by the comma after it."""
    text = line.strip()
    return text.startswith("{") and text.endswith("},")


def _objects(text: str) -> Sequence[Mapping[str, object]] | None:
    """The objects of a document that is one object or an array of them, or None."""
    found = _json(text.removeprefix("\ufeff"))
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        return None
    return found if all(isinstance(one, dict) for one in found) else None


def _json(text: str) -> object:
    try:  # numbers stay text: 1e400 and NaN are judged later, long integers are cheap
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def as_text(value: object) -> str:
    """A JSON value as text; numbers are text already (see `_json`)."""
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _listed(names: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(shown(name) for name in list(names)[:20]) or "none"
