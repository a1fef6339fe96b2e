"""What a branch adds to the code, to stand beside what it gains."""

from collections.abc import Callable, Sequence

from bot.app.ports import SourceRepository
from bot.domain.changes import Touched
from bot.domain.verdict import ChangePrice

Measure = Callable[[bytes], int | None]
"""The complexity of a Python file's content; None where it cannot be read."""

MOST_FILES = 500
"""Python files whose complexity is counted; a branch beyond that has no one number."""


def price_of(
    repository: SourceRepository, base_tree: str, merged_tree: str, measure: Measure
) -> ChangePrice:
    """Lines and files between two trees, and the complexity of changed Python files.

    A file that cannot be read on either side counts on neither, and is named.
    """
    touched = repository.touched(base_tree, merged_tree)
    python = [one for one in touched if one.path.endswith(".py")]
    pairs = {
        one.path: _both(repository, one, measure)
        for one in (python if len(python) <= MOST_FILES else ())
    }
    known = [pair for pair in pairs.values() if pair is not None]
    return ChangePrice(
        files=len(touched),
        insertions=sum(one.insertions or 0 for one in touched),
        deletions=sum(one.deletions or 0 for one in touched),
        complexity=_sums(known),
        unread=tuple(path for path, pair in pairs.items() if pair is None),
    )


def _sums(pairs: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    if not pairs:
        return None
    return sum(before for before, _ in pairs), sum(after for _, after in pairs)


def _both(
    repository: SourceRepository, one: Touched, measure: Measure
) -> tuple[int, int] | None:
    """The complexity before and after; a file that is not there has none."""
    before = _side(repository, one.before, measure)
    after = _side(repository, one.after, measure)
    return None if before is None or after is None else (before, after)


def _side(
    repository: SourceRepository, name: str | None, measure: Measure
) -> int | None:
    if name is None:
        return 0
    content = repository.read_object(name)
    return None if content is None else measure(content)
