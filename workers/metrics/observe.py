"""What people want to look at: typed lines and sample files of one trial.

Nothing here can fail a trial: what cannot be read becomes a sentence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from workers.contract import DataSummary, Histogram, Observed, Prediction, Sample
from workers.metrics.files import Place, Tail, UnsafeFile
from workers.metrics.lines import LineCutter
from workers.metrics.sample_files import sample_files
from workers.metrics.typed import BadLine, Typed, read_typed

_PIECE = 64 * 1024
_PIECES_A_POLL = 64
MOST_NAMES = 64
"""Histograms, and samples, of one trial."""
MOST_SPLITS = 16
MOST_HASHES = 10_000
MOST_SCORES = 50_000
"""Scores of all predictions of one trial together."""
MOST_FAULTS = 20


@dataclass(slots=True)
class _Seen:
    """Everything from one file, bounded; `full` names what there was no room for."""

    histograms: dict[str, Histogram] = field(default_factory=dict)
    samples: dict[str, Sample] = field(default_factory=dict)
    data: dict[str, DataSummary] = field(default_factory=dict)
    predictions: dict[str, Prediction] = field(default_factory=dict)
    scores: int = 0
    full: dict[str, None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    bad: int = 0

    def take(self, one: Typed) -> None:
        """Keep the last of each name, as far as there is room."""
        match one:
            case Histogram():
                self._histogram(one)
            case Sample():
                if self._room(self.samples, one.name, "samples", MOST_NAMES):
                    self.samples[one.name] = one
            case DataSummary():
                if self._room(self.data, one.split, "splits of the data", MOST_SPLITS):
                    self.data[one.split] = _joined(self.data.get(one.split), one)
            case Prediction():
                self._prediction(one)

    def fault(self, sentence: str) -> None:
        """Remember a sentence, or that there was one more."""
        self.bad += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(sentence)

    def _room(
        self, kept: Mapping[str, object], name: str, what: str, most: int
    ) -> bool:
        if name in kept or len(kept) < most:
            return True
        self.full[f"Only the first {most} {what} are kept."] = None
        return False

    def _histogram(self, one: Histogram) -> None:
        """The last histogram, with the range of all of its name."""
        if not self._room(self.histograms, one.name, "histograms", MOST_NAMES):
            return
        before = self.histograms.get(one.name, one)
        low, high = min(before.low, one.low), max(before.high, one.high)
        self.histograms[one.name] = replace(one, low=low, high=high)

    def _prediction(self, one: Prediction) -> None:
        before = self.predictions.get(one.example)
        scores = self.scores + len(one.scores) - (len(before.scores) if before else 0)
        if scores > MOST_SCORES:
            self.full[f"Only the first {MOST_SCORES} scores are kept."] = None
            return
        self.predictions[one.example], self.scores = one, scores

    def sentences(self) -> tuple[str, ...]:
        """All faults; those beyond a bound are counted."""
        more = self.bad - len(self.faults)
        counted = [f"{more} more typed lines were not read."] if more else []
        return (*self.faults, *counted, *self.full)


def _joined(before: DataSummary | None, one: DataSummary) -> DataSummary:
    """Hashes may come in several lines of one split; the rest is said by the last.

    The smallest digests are kept: of two splits with a common threshold, so that a
    shared example below it is in both (bottom-k sketch, Cohen 1997).
    """
    if before is None:
        return replace(one, hashes=one.hashes[:MOST_HASHES])
    hashes = tuple(sorted({*before.hashes, *one.hashes})[:MOST_HASHES])
    return DataSummary(
        one.split,
        one.examples or before.examples,
        one.classes or before.classes,
        before.mean if one.mean is None else one.mean,
        before.scale if one.scale is None else one.scale,
        hashes,
    )


class Observer:
    """Reads the typed lines of one trial; used by one thread."""

    def __init__(self, reported: Path, output: Path, samples: str | None) -> None:
        """`reported` is the file that SEEDGATE_METRICS names."""
        self._place = Place(reported.parent, PurePath(reported.name))
        self._tail = Tail((self._place,))
        self._output = output
        self._pattern = samples
        self._unsafe = ""
        self._start()

    def poll(self) -> None:
        """Read what was appended, up to 4 MiB."""
        for _ in range(_PIECES_A_POLL):
            if not self._piece():
                return

    def finish(self) -> Observed | None:
        """Read to the end, then the sample files; None where there is nothing."""
        while self._piece():
            pass
        self._take(self._cutter.finish())
        if self._pattern:
            self._files(self._pattern)
        seen = self._seen
        made = Observed(
            tuple(seen.histograms.values()),
            tuple(seen.samples.values()),
            tuple(seen.data.values()),
            tuple(seen.predictions.values()),
            (*seen.sentences(), *self._troubles()),
        )
        return None if made == Observed() else made

    def _start(self) -> None:
        self._seen, self._cutter, self._line = _Seen(), LineCutter(), 0

    def _piece(self) -> bool:
        try:
            data, anew = self._tail.read(_PIECE)
        except UnsafeFile as fault:
            self._unsafe = f"Typed lines were not read: {fault}"
            return False
        if anew:
            self._start()
        self._take(self._cutter.feed(data) if data else b"")
        return bool(data)

    def _take(self, block: bytes) -> None:
        for line in block.decode(errors="replace").split("\n")[:-1]:
            self._line += 1
            try:
                one = read_typed(line)
            except BadLine as bad:
                self._seen.fault(f"Line {self._line} of typed lines {bad}.")
                continue
            if one is not None:
                self._seen.take(one)

    def _files(self, pattern: str) -> None:
        found, faults = sample_files(pattern, self._output)
        for one in found:
            self._seen.take(one)
        for sentence in faults:
            self._seen.fault(sentence)

    def _troubles(self) -> Iterator[str]:
        if self._unsafe:
            yield self._unsafe
        if self._tail.overgrown:
            yield f"{self._place.relative} grew over 64 MB and was read no further."
