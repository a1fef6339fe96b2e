"""The files of a tree that patterns mean, and the same files in another tree."""

from collections.abc import Iterable, Mapping, Sequence

from bot.adapters.repository.command import GitCommand, readable
from bot.adapters.repository.plain import Entry, list_entries
from bot.adapters.repository.trees import edited
from bot.domain.changes import Glob, read_globs


def matching(git: GitCommand, tree: str, patterns: Sequence[str]) -> dict[str, str]:
    """The files of a tree that a pattern means: path and object name, sorted."""
    chosen = _chosen(list_entries(git, tree), read_globs(patterns))
    found = ((readable(one.path), one.object_name) for one in chosen.values())
    return dict(sorted(found))


def overlay(git: GitCommand, tree: str, source: str, patterns: Sequence[str]) -> str:
    """`tree` with all files that match as they are in `source`.

    What stands in their way (a file in place of a folder, a folder in place of a file)
    is left out.
    """
    glob = read_globs(patterns)
    entries = list_entries(git, tree)
    old, new = _chosen(entries, glob), _chosen(list_entries(git, source), glob)
    kept = {one.path for one in entries} - old.keys()
    gone = (old.keys() - new.keys()) | in_the_way(kept, new)
    put = {path: one for path, one in new.items() if old.get(path) != one}
    return edited(git, tree, {**dict.fromkeys(gone), **put})


def _chosen(entries: Iterable[Entry], glob: Glob) -> Mapping[bytes, Entry]:
    return {one.path: one for one in entries if glob.matches(readable(one.path))}


def in_the_way(kept: Iterable[bytes], put: Iterable[bytes]) -> set[bytes]:
    """Those of `kept` that are a folder of a path in `put`, or lie below one."""
    files = set(put)
    folders = {folder for path in files for folder in _folders(path)}
    return {path for path in kept if path in folders or files & {*_folders(path)}}


def _folders(path: bytes) -> Iterable[bytes]:
    while b"/" in path:
        path = path.rsplit(b"/", 1)[0]
        yield path
