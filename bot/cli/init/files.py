"""The files of a repository that are worth a look: bounded, and never through links."""

from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_FILES = 20_000
MOST_DEPTH = 6
MOST_BYTES = 256 * 1024
_SKIPPED = frozenset(
    {"node_modules", "venv", "env", "__pycache__", "site-packages", "build", "dist"}
)


def walk(root: Path) -> list[Path]:
    """Regular files below `root`, nearest first and by name; hidden folders are not."""
    return [path for path, _ in zip(_walk(root), range(MOST_FILES), strict=False)]


def _walk(root: Path) -> Iterator[Path]:
    folders = [root]
    for _ in range(MOST_DEPTH):
        entries = [entry for folder in folders for entry in _entries(folder)]
        yield from (entry for entry in entries if entry.is_file())
        folders = [entry for entry in entries if _is_worth(entry)]


def _entries(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    return [entry for entry in found if not entry.is_symlink()]


def _is_worth(entry: Path) -> bool:
    hidden = entry.name.startswith(".") or entry.name in _SKIPPED
    return not hidden and entry.is_dir()


def tail(path: Path) -> str:
    """The last text of a file, whole lines only; empty if it cannot be read."""
    data = tail_bytes(path)
    text = data.decode("utf-8", "replace")
    return text if len(data) < MOST_BYTES else text.partition("\n")[2]


def tail_bytes(path: Path) -> bytes:
    """The last bytes of a file; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_BYTES))
            return file.read(MOST_BYTES)
    except OSError:
        return b""


def head(path: Path) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""


def newest_first(paths: Iterable[Path]) -> list[Path]:
    """The paths by time of change."""
    return sorted(paths, key=_changed, reverse=True)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
