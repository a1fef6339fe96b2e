"""Metrics in the `trainer_state.json` of Hugging Face's Trainer, read when it changes.

The file is written whole at each save; its `log_history` is a list of objects with a
`step` and what was logged then. A folder may be named as well: then its own
`trainer_state.json` is read, or the one of its highest `checkpoint-N`.
"""

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from workers.contract import MetricSource
from workers.metrics.files import (
    MAX_FILE,
    Place,
    identity,
    look,
    open_regular,
)
from workers.metrics.numbers import read_number, shown
from workers.metrics.record import Record
from workers.metrics.rows import as_text, key_of

_NAME = "trainer_state.json"
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")


class TrainerState:
    """All metrics that are read from one trainer's state."""

    def __init__(self, sources: Sequence[MetricSource], where: Sequence[Place]) -> None:
        """`sources` name one path, looked for at `where`."""
        self.sources = tuple(sources)
        self._where = where
        self._records = {source.name: Record(source) for source in sources}
        self._read: tuple[Path, tuple[int, int, int]] | None = None
        self._keys: dict[str, None] = {}
        self._faults: tuple[str, ...] = ()

    def poll(self) -> None:
        """Read the file if it has changed; raises `UnsafeFile`."""
        for place in self._candidates():
            descriptor = open_regular(place)
            if descriptor is None:
                continue
            try:
                self._load(place.path, descriptor)
            finally:
                os.close(descriptor)
            return

    def finish(self) -> None:
        """Read it a last time."""
        self.poll()

    def record(self, source: MetricSource) -> Record:
        """What one of the metrics has shown."""
        return self._records[source.name]

    def missing(self, source: MetricSource) -> str:
        """Why there is no value, in sentences."""
        if self._read is None:
            return f"No {_NAME} was written at {self._where[0].relative}."
        keys = ", ".join(shown(key) for key in list(self._keys)[:20]) or "none"
        return f"Its log has no {key_of(source)!r}. Its keys are: {keys}."

    def faults(self) -> Sequence[str]:
        """What kept the file from being read."""
        return self._faults

    def files(self) -> Sequence[Path]:
        """What was read."""
        return () if self._read is None else (self._read[0],)

    def notes(self) -> Sequence[str]:
        """Nothing that a person has to know."""
        return ()

    def _candidates(self) -> Iterator[Place]:
        for place in self._where:
            found = look(place)
            if found is None or not stat.S_ISDIR(found.st_mode):
                yield place
                continue
            for relative in (_NAME, *_checkpoints(place.path)):
                yield Place(place.base, place.relative / relative)

    def _load(self, path: Path, descriptor: int) -> None:
        found = os.fstat(descriptor)
        if self._read == (path, identity(found)):
            return
        self._read = path, identity(found)
        if found.st_size > MAX_FILE:
            self._faults = (f"{path.name} grew over 64 MB and was read no further.",)
            return
        with os.fdopen(os.dup(descriptor), "rb") as file:
            history = _log_history(file.read())
        if history is None:
            self._faults = (f"{path.name} is no JSON with a log_history.",)
            return
        self._faults = ()
        self._records = {source.name: Record(source) for source in self.sources}
        for entry in history:
            self._take(entry)

    def _take(self, entry: Mapping[str, object]) -> None:
        self._keys.update(dict.fromkeys(entry))
        step = read_number(as_text(entry.get("step")))
        for source in self.sources:
            if (value := entry.get(key_of(source))) is not None:
                self._records[source.name].add(as_text(value), step)


def _log_history(text: bytes) -> Sequence[Mapping[str, object]] | None:
    try:
        state = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    history = state.get("log_history") if isinstance(state, dict) else None
    if not isinstance(history, list):
        return None
    return [entry for entry in history if isinstance(entry, dict)]


def _checkpoints(folder: Path) -> Iterator[str]:
    """States of the checkpoints in a folder, the furthest one first."""
    names = (_CHECKPOINT.fullmatch(path.name) for path in folder.iterdir())
    for number in sorted((int(name[1]) for name in names if name), reverse=True):
        yield f"checkpoint-{number}/{_NAME}"
