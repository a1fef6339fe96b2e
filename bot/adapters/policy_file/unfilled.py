"""Values of a policy file that still hold the mark of something to be filled in."""

from collections.abc import Iterator, Mapping

from bot.adapters.policy_file.source import read_source
from bot.adapters.policy_file.tree import Path, Place, Row, Table, Written, dotted


def unfilled(text: bytes, mark: str) -> Mapping[str, tuple[int, int]]:
    """Line and column of each value that holds `mark`, by its dotted name.

    `text` is that of a policy without faults. What an alias repeats is named once,
    where it is written.
    """
    tree, _ = read_source(text)
    first = dict[Place, str]()
    for path, place in _holding(tree, (), mark):
        first.setdefault(place, dotted(path))
    return {name: (place.line, place.column) for place, name in first.items()}


def _holding(written: Written, path: Path, mark: str) -> Iterator[tuple[Path, Place]]:
    if isinstance(written, Table):
        for key, one in written.items():
            yield from _holding(one, (*path, key), mark)
    elif isinstance(written, Row):
        for index, one in enumerate(written):
            yield from _holding(one, (*path, index), mark)
    elif mark in written:
        yield path, written.place
