"""Metrics in TensorBoard event files: one file, or a folder of runs, as they grow.

A run is a folder that holds event files; a tag may be in several runs. `run/tag` names
one of them; a bare tag is read from the run whose event file was made last.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath

from workers.contract import MetricSource
from workers.metrics.events import BrokenRecord, Frames, Scalar, scalars
from workers.metrics.files import Place, Tail, identity, look
from workers.metrics.numbers import shown
from workers.metrics.record import Record
from workers.metrics.rows import key_of

_MARK = "tfevents"
_PIECE = 1 << 20
_PIECES_A_POLL = 4
_MAX_FILES = 500
_MAX_DEPTH = 8
_MAX_TAGS = 20


class EventFile:
    """One event file as it grows."""

    def __init__(self, place: Place, run: str) -> None:
        """`run` is the file's folder relative to the folder that was named."""
        self.run = run
        self.broken = ""
        self.tail = Tail((place,))
        self._frames = Frames()

    def piece(self) -> tuple[list[Scalar], bool]:
        """The scalars of the next megabyte, and whether there may be more."""
        data, anew = (b"", False) if self.broken else self.tail.read(_PIECE)
        if anew:
            self._frames = Frames()
        found: list[Scalar] = []
        try:
            for event in self._frames.feed(data):
                found.extend(scalars(event))
        except BrokenRecord as fault:
            self.broken = str(fault)
        return found, bool(data)


class EventFolder:
    """All metrics that are read from one event file or folder of them."""

    def __init__(self, sources: Sequence[MetricSource], where: Sequence[Place]) -> None:
        """`sources` name one path, looked for at `where`."""
        self.sources = tuple(sources)
        self._where = where
        committed = [place for place in where if place.before is not None]
        self._before: dict[Path, tuple[int, int, int]] = {}
        self._before = {
            place.path: identity(place.path.lstat())
            for place, _ in self._listed(committed)
        }
        self._start()

    def poll(self) -> None:
        """Read what was appended; raises `UnsafeFile`."""
        self._read(_PIECES_A_POLL)

    def finish(self) -> None:
        """Read to the end, from the start if the order of files could matter."""
        self._read(0)
        if len(self._files) > 1:
            self._start()
            self._read(0)

    def record(self, source: MetricSource) -> Record:
        """What one of the metrics has shown, in the run made last that has it."""
        runs = self._runs(source)
        return self._records[runs[-1], source.name] if runs else Record(source)

    def missing(self, source: MetricSource) -> str:
        """Why there is no value, in sentences."""
        if not self._files:
            return f"No event file was written at {self._where[0].relative}."
        tags = ", ".join(shown(tag) for tag in self._tags) or "none"
        return f"No event has the tag {key_of(source)!r}. The tags are: {tags}."

    def faults(self) -> Sequence[str]:
        """What kept files from being read in full."""
        files = self._files.values()
        grown = [file for file in files if file.tail.overgrown]
        broken = [file for file in files if file.broken]
        return (
            *(f"{file.tail.path} grew over 64 MB: read no further." for file in grown),
            *(f"{file.tail.path} is damaged: {file.broken}." for file in broken),
        )

    def files(self) -> Sequence[Path]:
        """What was read."""
        return tuple(self._files)

    def notes(self) -> Sequence[str]:
        """Which run was read where several have one tag."""
        sentences = []
        for source in self.sources:
            runs = self._runs(source)
            if len(runs) > 1:
                names = ", ".join(shown(run) for run in runs)
                tag = f"The tag {key_of(source)!r} is in {len(runs)} runs ({names})"
                sentences.append(f"{tag}; the last was read.")
        return sentences

    def _start(self) -> None:
        self._files: dict[Path, EventFile] = {}
        self._records: dict[tuple[str, str], Record] = {}
        self._newest: dict[str, list[int]] = {}
        self._tags: dict[str, None] = {}

    def _runs(self, source: MetricSource) -> list[str]:
        runs = [run for run, name in list(self._records) if name == source.name]
        return sorted(runs, key=lambda run: (self._newest[run], run))

    def _read(self, most: int) -> None:
        for place, run in self._listed(self._where):
            file = self._files.get(place.path)
            if file is None:
                file = self._files[place.path] = EventFile(place, run)
                made = _made(place.relative.name)
                self._newest[run] = max(self._newest.get(run, []), made)
            self._drain(file, most)

    def _drain(self, file: EventFile, most: int) -> None:
        pieces = 0
        while most == 0 or pieces < most:
            found, more = file.piece()
            for scalar in found:
                self._take(file.run, scalar)
            if not more:
                return
            pieces += 1

    def _take(self, run: str, scalar: Scalar) -> None:
        if len(self._tags) < _MAX_TAGS:
            self._tags[scalar.tag] = None
        for source in self.sources:
            if key_of(source) in {scalar.tag, f"{run}/{scalar.tag}"}:
                key = run, source.name
                record = self._records.setdefault(key, Record(source))
                record.add(repr(scalar.value), scalar.step)

    def _listed(self, where: Sequence[Place]) -> Iterator[tuple[Place, str]]:
        """Event files that the trial wrote, with their runs, oldest first."""
        for place in where:
            found = look(place)
            if found is not None and not stat.S_ISDIR(found.st_mode):
                yield place, ""
            elif found is not None:
                yield from self._below(place)

    def _below(self, folder: Place) -> Iterator[tuple[Place, str]]:
        names = sorted(islice(_event_files(folder.path), _MAX_FILES))
        for name in sorted(names, key=lambda path: _made(path.name)):
            before = self._before.get(folder.path / name)
            place = Place(folder.base, folder.relative / name, before)
            if look(place) is not None:
                yield place, "" if name.parent == PurePath() else str(name.parent)


def _event_files(top: Path) -> Iterator[PurePath]:
    """Event files below a folder, relative to it; links to folders are not followed."""
    for folder, folders, names in os.walk(top):
        here = PurePath(folder).relative_to(top)
        if len(here.parts) >= _MAX_DEPTH:
            folders.clear()
        yield from (here / name for name in names if _MARK in name)


def _made(name: str) -> list[int]:
    """The numbers in a file's name: time of making, process and counter come in it."""
    return [int(number) for number in re.findall(r"\d+", name)]
