"""Sample outputs that a trial leaves as files, found by a pattern and read as text."""

import hashlib
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from workers.contract import Sample
from workers.metrics.files import Place, UnsafeFile, names_in, open_regular
from workers.metrics.typed import LONGEST_NAME, bounded, tidied

MOST_FILES = 32
_OUTPUT = "{output_dir}"
_READ = 64 * 1024
_WILD = frozenset("*?[")


def sample_files(pattern: str, output: Path) -> tuple[tuple[Sample, ...], list[str]]:
    """The first files below `output` that match, by name, and sentences on faults.

    No link is followed. A file that is no UTF-8 text is named with its size and digest,
    so that two of them can at least be told apart.
    """
    faults: list[str] = []
    found: list[Sample] = []
    parts = PurePath(pattern.removeprefix(_OUTPUT).lstrip("/")).parts
    for relative in _matching(output, PurePath(), parts, faults):
        if len(found) == MOST_FILES:
            faults.append(f"More than {MOST_FILES} files match {pattern}.")
            break
        sample = _guarded(output, relative, faults)
        found += [sample] if sample else []
    return tuple(found), faults


def _matching(
    output: Path, folder: PurePath, parts: tuple[str, ...], faults: list[str]
) -> Iterator[PurePath]:
    if not parts:
        yield folder
        return
    first, rest = parts[0], parts[1:]
    names = [first]
    if _WILD & set(first):
        names = [one for one in _listed(output, folder, faults) if _is(one, first)]
    for name in names:
        yield from _matching(output, folder / name, rest, faults)


def _is(name: str, pattern: str) -> bool:
    hidden = name.startswith(".") and not pattern.startswith(".")
    return not hidden and fnmatchcase(name, pattern)


def _listed(output: Path, folder: PurePath, faults: list[str]) -> list[str]:
    try:
        return names_in(Place(output, folder))
    except UnsafeFile as fault:
        faults.append(_said(folder, fault))
        return []


def _guarded(output: Path, relative: PurePath, faults: list[str]) -> Sample | None:
    try:
        return _sample(Place(output, relative))
    except UnsafeFile as fault:
        faults.append(_said(relative, fault))
        return None


def _said(relative: PurePath, fault: UnsafeFile) -> str:
    return tidied(f"The sample {relative} was not read: it is {fault.what}.")


def _sample(place: Place) -> Sample | None:
    descriptor = open_regular(place)
    if descriptor is None:
        return None
    try:
        size, data = os.fstat(descriptor).st_size, os.pread(descriptor, _READ, 0)
    finally:
        os.close(descriptor)
    name = tidied(str(place.relative))
    return Sample(name[-LONGEST_NAME:], 0.0, _text(data, size))


def _text(data: bytes, size: int) -> str:
    text = data.decode(errors="replace")
    whole = text.rstrip("\ufffd") if size > len(data) else text
    if "\0" not in whole and "\ufffd" not in whole:
        return bounded(whole)
    digest = hashlib.sha256(data).hexdigest()[:16]
    more = f", of its first {len(data)} bytes" if size > len(data) else ""
    return f"[no text: {size} bytes, SHA-256 {digest}{more}]"
