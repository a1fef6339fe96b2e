"""The probe's files of one trial, read with limits."""

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from workers.metrics.files import Place, UnsafeFile, names_in, open_regular
from workers.probe.records import Told, executed_in, told_in, words_in

MAX_FILE = 8 * 1024 * 1024
"""A process that writes more says nothing that is read."""

MAX_PROCESSES = 256
_WORD = "word"
_LINES = "lines"
_ENDING = ".jsonl"


@dataclass(slots=True)
class Written:
    """All that was written: a word or none, processes by start, executed lines."""

    word: tuple[str, ...] | None = None
    processes: list[Told] = field(default_factory=list)
    lines: dict[str, set[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read(folder: Path) -> Written:
    """Read the folder that the probe wrote to; raises OSError."""
    written = Written()
    try:
        names = names_in(Place(folder.parent, PurePath(folder.name)))
    except UnsafeFile as fault:
        written.faults.append(str(fault))
        return written
    found = [name for name in names if name.endswith(_ENDING)]
    if len(found) > MAX_PROCESSES:
        written.faults.append(f"{len(found)} processes use torch: too many.")
    for name in found[:MAX_PROCESSES]:
        text = _text(folder, name, written)
        written.processes += [told_in(text)] if text else []
    word = _text(folder, _WORD, written) if _WORD in names else None
    written.word = None if word is None else words_in(word)
    written.lines = executed_in(_text(folder, _LINES, written))
    return written


def _text(folder: Path, name: str, written: Written) -> str:
    """A file's text; empty, with a fault, where it cannot be read."""
    place = Place(folder.parent, PurePath(folder.name, name))
    try:
        descriptor = open_regular(place)
    except UnsafeFile as fault:
        written.faults.append(str(fault))
        return ""
    if descriptor is None:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        written.faults.append(f"The probe wrote more than {MAX_FILE >> 20} MiB.")
        return ""
    return content.decode(errors="replace")
