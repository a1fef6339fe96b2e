"""In what two trees differ: files, how much of them, and which lines."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.adapters.repository.command import GitCommand, readable
from bot.adapters.repository.plain import Entry
from bot.domain.changes import ChangedLines, Touched, parse_hunks

_PAIR = re.compile(rb"([0-9a-f]{40,64} [0-9a-f]{40,64})\n")
_FILES = ("-r", "-z", "--no-renames", "--no-ext-diff", "--no-textconv")
_PATCH = ("--unified=0", "--src-prefix=a/", "--dst-prefix=b/", "--no-color")
_LARGEST_TEXT = "16m"
"""Beyond this size git takes a file for a binary one: nobody wrote it line by line."""
_ABSENT = "000000"

Pair = tuple[str, str]
"""A tree, and another one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A path at which two trees differ; None where one of them has nothing."""

    path: bytes
    before: Entry | None
    after: Entry | None
    insertions: int | None
    deletions: int | None


@dataclass(frozen=True, slots=True)
class Weight:
    """How much two trees differ: files, sorted, and lines of text files."""

    files: tuple[str, ...] = ()
    insertions: int = 0
    deletions: int = 0


def differences(git: GitCommand, before: str, after: str) -> tuple[Difference, ...]:
    """The paths at which two trees differ, in git's order; a rename is two of them."""
    answer = git.run("diff-tree", *_FILES, "--raw", "--numstat", before, after)
    parts = iter(answer.output.split(b"\0")[:-1])
    entries: dict[bytes, tuple[Entry | None, Entry | None]] = {}
    counts: dict[bytes, tuple[int | None, int | None]] = {}
    for part in parts:
        if part.startswith(b":"):
            path = next(parts)
            entries[path] = _entries(part, path)
        else:
            counted, path = _counted(part)
            counts[path] = counted
    return tuple(
        Difference(path, *pair, *counts.get(path, (None, None)))
        for path, pair in entries.items()
    )


def _entries(part: bytes, path: bytes) -> tuple[Entry | None, Entry | None]:
    old, new, before, after, _ = part[1:].decode().split(" ")
    return _entry(old, before, path), _entry(new, after, path)


def _entry(mode: str, object_name: str, path: bytes) -> Entry | None:
    return None if mode == _ABSENT else Entry(mode, object_name, path)


def _counted(part: bytes) -> tuple[tuple[int | None, int | None], bytes]:
    insertions, deletions, path = part.split(b"\t", 2)
    return (_number(insertions), _number(deletions)), path


def _number(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def touched(git: GitCommand, before: str, after: str) -> tuple[Touched, ...]:
    """The files in which two trees differ, sorted by path."""
    found = (_touched(one) for one in differences(git, before, after))
    return tuple(sorted(found, key=lambda one: one.path))


def _touched(one: Difference) -> Touched:
    return Touched(
        path=readable(one.path),
        before=one.before.object_name if one.before else None,
        after=one.after.object_name if one.after else None,
        insertions=one.insertions,
        deletions=one.deletions,
    )


def changed_lines(git: GitCommand, before: str, after: str) -> tuple[ChangedLines, ...]:
    """The lines of text files in which two trees differ, sorted by path."""
    limited = replace(
        git, settings={**git.settings, "core.bigFileThreshold": _LARGEST_TEXT}
    )
    options = [one for one in _FILES if one != "-z"]  # odd names are quoted, not raw
    answer = limited.run("diff-tree", *options, *_PATCH, "-p", before, after)
    return parse_hunks(answer.output)


def weights(git: GitCommand, pairs: Iterable[Pair]) -> Mapping[Pair, Weight]:
    """How much the trees of each pair differ, by one call of git."""
    wanted = sorted(set(pairs))
    feed = "".join(f"{before} {after}\n" for before, after in wanted).encode()
    answer = git.run("diff-tree", "--stdin", *_FILES, "--numstat", feed=feed)
    rows: dict[bytes, list[bytes]] = {}
    for head, row in _headed(answer.output):
        rows.setdefault(head, []).append(row)
    none: list[bytes] = []
    return {pair: _weight(rows.get(" ".join(pair).encode(), none)) for pair in wanted}


def _headed(output: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each row with the pair of trees that was named last before it."""
    head = b""
    for part in output.split(b"\0"):
        row = part
        while (match := _PAIR.match(row)) is not None:
            head, row = match[1], row[match.end() :]
        if row:
            yield head, row


def _weight(rows: Iterable[bytes]) -> Weight:
    counted = [_counted(row) for row in rows]
    return Weight(
        files=tuple(sorted(readable(path) for _, path in counted)),
        insertions=sum(counts[0] or 0 for counts, _ in counted),
        deletions=sum(counts[1] or 0 for counts, _ in counted),
    )
