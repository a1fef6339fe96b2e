r"""Metrics in what a trial prints: RE2 patterns over blocks of whole lines.

RE2 cannot be made to run for long by what it reads. A block is searched at once,
which is 50 times as fast as line by line: with `never_nl` a match cannot span lines,
and `(?m)` lets `^` and `$` mean the ends of a line, so both ways find the same. Only
patterns with `\A`, `\z` or switched flags are tried on each line alone.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

import re2

from workers.contract import MetricSource
from workers.metrics.numbers import read_number
from workers.metrics.record import Record

_NEEDS_LINES = re.compile(r"\\[Az]|\(\?[a-zA-Z]*-")


class _Match(Protocol):
    def group(self, index: int) -> bytes | None: ...

    def start(self) -> int: ...


class _Regexp(Protocol):
    @property
    def groupindex(self) -> Mapping[bytes, int]: ...

    def search(self, text: bytes, start: int, end: int) -> _Match | None: ...


class Pattern:
    """The pattern of one metric, with its groups `value` and perhaps `step`."""

    def __init__(self, source: MetricSource) -> None:
        """Compile it; ValueError if it is no RE2 pattern or lacks the group `value`."""
        self.record = Record(source)
        text = source.locator
        self._by_line = _NEEDS_LINES.search(text) is not None
        self._regexp = _compiled(text if self._by_line else f"(?m){text}")
        groups = self._regexp.groupindex
        if b"value" not in groups:
            raise ValueError(f"The pattern {text!r} has no group named value.")
        self._value = groups[b"value"]
        self._step = groups.get(b"step")

    def feed(self, block: bytes) -> None:
        """Look at whole lines (valid UTF-8, each ended by a newline)."""
        for match in self._matches(block):
            value = match.group(self._value)
            if value is not None:
                self.record.add(value.decode(), self._step_of(match))

    def _matches(self, block: bytes) -> Iterator[_Match]:
        if self._by_line:
            for line in block.splitlines():
                if match := self._regexp.search(line, 0, len(line)):
                    yield match
            return
        position, end = 0, len(block) - 1
        while match := self._regexp.search(block, position, end):
            yield match
            position = block.index(b"\n", match.start()) + 1
            if position > end:
                return

    def _step_of(self, match: _Match) -> float | None:
        text = None if self._step is None else match.group(self._step)
        return None if text is None else read_number(text.decode())


def _compiled(text: str) -> _Regexp:
    options = re2.Options()
    options.log_errors = False
    options.never_nl = True
    try:
        regexp: _Regexp = re2.compile(text.encode(), options)
    except re2.error as fault:
        raise ValueError(f"{text!r} is no RE2 pattern: {fault}.") from fault

    return regexp
