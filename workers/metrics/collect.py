"""All metrics of one trial: fed while it runs, judged when it has ended."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from workers.contract import (
    SELF_REPORTED,
    Failed,
    FailureReason,
    MetricSource,
    Observed,
    Point,
    SourceKind,
    Take,
)
from workers.metrics.files import Place, UnsafeFile, places
from workers.metrics.numbers import as_written, shown
from workers.metrics.observe import Observer
from workers.metrics.patterns import Pattern
from workers.metrics.record import Record
from workers.metrics.rows import RowFile
from workers.metrics.tensorboard import EventFolder
from workers.metrics.trainer_state import TrainerState

MIN_DIGEST_VALUES = 3


class Reader(Protocol):
    """Reads the metrics of one file or folder."""

    sources: tuple[MetricSource, ...]

    def poll(self) -> None:
        """Read some of what is new; raises `UnsafeFile`."""
        ...

    def finish(self) -> None:
        """Read all that is left; raises `UnsafeFile`."""
        ...

    def record(self, source: MetricSource) -> Record:
        """What one of `sources` has shown so far."""
        ...

    def missing(self, source: MetricSource) -> str:
        """Why one of `sources` has shown nothing, in sentences."""
        ...

    def faults(self) -> Sequence[str]:
        """What kept it from reading everything, in sentences."""
        ...

    def notes(self) -> Sequence[str]:
        """What a person should know, in sentences."""
        ...

    def files(self) -> Sequence[Path]:
        """What it has read."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a trial writes: output folder, working folder, the reported file.

    `samples` is the pattern of sample outputs below the output folder, or None.
    """

    output: Path
    tree: Path
    reported: Path
    samples: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a trial's metrics came to; the fields are those of `TrialResult`.

    `failure` is the first metric without a finite value, None if all have one.
    `observed` is None where there is nothing but metrics.
    """

    values: Mapping[str, float]
    series: Mapping[str, Sequence[Point]]
    stream_digest: str | None
    failure: Failed | None
    notes: tuple[str, ...]
    observed: Observed | None = None


class Collector:
    """Reads all declared metrics of one trial; used by one thread."""

    def __init__(self, metrics: Sequence[MetricSource], around: Surroundings) -> None:
        """Look at what is there before the trial; ValueError for a bad pattern."""
        self._metrics = metrics
        self._last_line = b""
        self._patterns = {
            metric.name: Pattern(metric)
            for metric in metrics
            if metric.kind is SourceKind.STDOUT
        }
        self._readers = tuple(_readers(metrics, around))
        self._unsafe: dict[str, str] = {}
        self._observer = Observer(around.reported, around.output, around.samples)

    def stdout(self, block: bytes) -> None:
        """Take whole lines that the trial printed, each ended by a newline."""
        text = block if block.isascii() else block.decode(errors="replace").encode()
        for pattern in self._patterns.values():
            pattern.feed(text)
        self._last_line = text.rstrip().rpartition(b"\n")[2] or self._last_line

    def poll(self) -> None:
        """Read some of what is new in files."""
        for reader in self._readers:
            self._guarded(reader, last=False)
        self._observer.poll()

    def latest(self) -> Mapping[str, Point]:
        """The last finite value of each metric so far; callable by any thread."""
        points = {name: record.curve.last for name, record in self._records()}
        return {name: point for name, point in points.items() if point is not None}

    def files(self) -> Sequence[Path]:
        """The files that metrics were read from."""
        return [path for reader in self._readers for path in reader.files()]

    def finish(self, wall_s: float, peak_memory_bytes: int) -> Measurement:
        """Read what is left, and judge every metric."""
        for reader in self._readers:
            self._guarded(reader, last=True)
        measured = {
            SourceKind.WALL_CLOCK: wall_s,
            SourceKind.PEAK_MEMORY: float(peak_memory_bytes),
        }
        records = dict(self._records())
        ends = {
            m.name: self._end(m, records.get(m.name), measured) for m in self._metrics
        }
        failures = [end for end in ends.values() if isinstance(end, Failed)]
        return Measurement(
            {name: end for name, end in ends.items() if not isinstance(end, Failed)},
            {name: record.curve.points() for name, record in records.items()},
            _digest(records),
            failures[0] if failures else None,
            tuple(note for reader in self._readers for note in reader.notes()),
            self._observer.finish(),
        )

    def _records(self) -> Iterator[tuple[str, Record]]:
        for name, pattern in self._patterns.items():
            yield name, pattern.record
        for reader in self._readers:
            for source in reader.sources:
                yield source.name, reader.record(source)

    def _guarded(self, reader: Reader, *, last: bool) -> None:
        try:
            reader.finish() if last else reader.poll()
        except UnsafeFile as fault:
            for source in reader.sources:
                self._unsafe.setdefault(source.name, str(fault))

    def _end(
        self,
        metric: MetricSource,
        record: Record | None,
        measured: Mapping[SourceKind, float],
    ) -> float | Failed:
        if record is None:
            return measured[metric.kind]
        if metric.name in self._unsafe:
            sentence = f"{metric.name} cannot be read: {self._unsafe[metric.name]}"
            return Failed(FailureReason.UNSAFE_FILE, sentence, metric.name)
        reader = next((r for r in self._readers if metric in r.sources), None)
        faults = reader.faults() if reader else ()
        taken = record.taken()
        if faults and (metric.take is not Take.FIRST or taken is None):
            sentence = f"{metric.name} is not known: {' '.join(faults)}"
            return Failed(FailureReason.MISSING_METRIC, sentence, metric.name)
        if taken is not None:
            return taken
        why = reader.missing(metric) if reader else self._unmatched(metric)
        sentence = f"{metric.name} was never seen. {why}"
        return Failed(FailureReason.MISSING_METRIC, sentence, metric.name)

    def _unmatched(self, metric: MetricSource) -> str:
        sentence = f"No line of stdout matched '{as_written(metric.locator)}'."
        if not self._last_line:
            return f"{sentence} The trial printed nothing there."
        last = shown(self._last_line.decode(errors="replace"))
        return f"{sentence} The last line was {last}."


def _readers(metrics: Sequence[MetricSource], around: Surroundings) -> Iterator[Reader]:
    files: dict[tuple[SourceKind, str], list[MetricSource]] = {}
    for metric in metrics:
        if metric.kind in SELF_REPORTED - {SourceKind.STDOUT}:
            files.setdefault((metric.kind, metric.locator), []).append(metric)
    for (kind, locator), sources in files.items():
        where = places(locator, around.output, around.tree)
        match kind:
            case SourceKind.TENSORBOARD:
                yield EventFolder(sources, where)
            case SourceKind.TRAINER_STATE:
                yield TrainerState(sources, where)
            case SourceKind.REPORTED:
                name = PurePath(around.reported.name)
                yield RowFile(sources, (Place(around.reported.parent, name),))
            case _:
                yield RowFile(sources, where)


def _digest(records: Mapping[str, Record]) -> str | None:
    """One digest over all metrics, independent of how reads of files interleaved.

    Three metrics seen once each are three ends and no stream: one of them must go on.
    """
    longest = max((record.count for record in records.values()), default=0)
    if longest < MIN_DIGEST_VALUES:
        return None
    whole = hashlib.sha256()
    for name, record in sorted(records.items()):
        whole.update(f"{name}\n{record.digest}\n".encode())
    return whole.hexdigest()
