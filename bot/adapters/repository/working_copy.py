"""The user's working copy: what differs from HEAD, and the same as a scratch commit."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bot.adapters.repository.command import GitCommand, readable
from bot.adapters.repository.identity import as_nobody, author_date
from bot.adapters.repository.outputs import IsOurs, nobodys
from bot.domain.errors import UserFault

_FIELDS_BEFORE_PATH = {b"1": 8, b"u": 10, b"?": 1}
_ONLY_IN_FILES = b"1 .M "
_FILTER = re.compile(r"filter\.(.+)\.(?:clean|smudge|process|required)", re.DOTALL)


def dirty_paths(
    git: GitCommand, is_ours: IsOurs = nobodys, *, unmerged: bool = False
) -> tuple[str, ...]:
    """Changed, staged and untracked paths, sorted; ignored ones do not count.

    With `unmerged` only those in which an unfinished merge left conflicts. A submodule
    counts when it stands on another commit; what lies inside it is its own affair.
    Outputs of ours do not count, unless they were staged.
    """
    kinds = (b"u",) if unmerged else tuple(_FIELDS_BEFORE_PATH)
    rows = [row for row in _rows(git, "normal") if row[:1] in kinds]
    return tuple(
        sorted(readable(_path(row)) for row in rows if not _ours(git, row, is_ours))
    )


def _rows(git: GitCommand, untracked: str) -> list[bytes]:
    """What git's status says: a row for each path, folders of untracked ones as one."""
    answer = _without_local_filters(git).run(
        "status",
        "--porcelain=v2",
        "-z",
        "--no-renames",
        f"--untracked-files={untracked}",
        "--ignore-submodules=dirty",
    )
    return answer.output.split(b"\0")


def _ours(git: GitCommand, row: bytes, is_ours: IsOurs) -> bool:
    """Whether a row is of our outputs alone: untracked ones, or one written again."""
    if not row.startswith((b"? ", _ONLY_IN_FILES)):
        return False
    path = _path(row)
    if not path.endswith(b"/"):
        return is_ours(git.folder / os.fsdecode(path))
    inside = ("--others", "--exclude-standard", "-z", "--", os.fsdecode(path))
    files = git.run("ls-files", *inside).output.split(b"\0")[:-1]
    return bool(files) and all(is_ours(git.folder / os.fsdecode(one)) for one in files)


def _path(row: bytes) -> bytes:
    return row.split(b" ", _FIELDS_BEFORE_PATH[row[:1]])[-1]


def commit_working_copy(
    git: GitCommand, head: str, scratch: Path, is_ours: IsOurs = nobodys
) -> str:
    """Commit everything that is not ignored on top of `head`; the ref that holds it.

    Outputs of ours are left out: with them every call would make another tree.

    A copy of the index in `scratch` is used, so index and files stay as they are. The
    commit carries nobody's name and `head`'s author date: equal content, equal commit.
    """
    conflicts = dirty_paths(git, unmerged=True)
    if conflicts:
        raise UserFault(
            f"The working copy has unresolved conflicts: {', '.join(conflicts[:5])}.",
            "Finish or abort the merge first.",
        )
    rows = [row for row in _rows(git, "all") if row[:1] in _FIELDS_BEFORE_PATH]
    left = [os.fsdecode(_path(row)) for row in rows if _ours(git, row, is_ours)]
    tree = _write_tree(_without_local_filters(git), scratch, left)
    commit = _commit(git, tree, head)
    ref = f"refs/seedgate/dirty/{commit[:12]}"
    git.run("update-ref", ref, commit)
    return ref


def _write_tree(git: GitCommand, scratch: Path, left_out: Sequence[str]) -> str:
    index = Path(
        git.run("rev-parse", "--path-format=absolute", "--git-path", "index").line
    )
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".index-") as folder:
        copy = Path(folder) / "index"
        if index.exists():
            # With its times: git tells by them which entries it must read again.
            shutil.copy2(index, copy)
        ours = {"GIT_INDEX_FILE": str(copy), "GIT_LITERAL_PATHSPECS": "0"}
        aside = replace(git, variables={**git.variables, **ours})
        but = [f":(top,literal,exclude){path}" for path in left_out]
        aside.run("add", "--all", "--", ":(top)", *but)
        return aside.run("write-tree").line


def _commit(git: GitCommand, tree: str, head: str) -> str:
    plain = as_nobody(git, author_date(git, head))
    message = "The working copy as seedgate found it\n"
    return plain.run("commit-tree", "-p", head, tree, feed=message.encode()).line


def _without_local_filters(git: GitCommand) -> GitCommand:
    """git that runs no program which only this repository's configuration names.

    Filters of the user's own or the system's configuration stay: without them every
    file that they rewrite would look changed.
    """
    off: dict[str, str] = {}
    for name in sorted(set(_local_filters(git))):
        off |= {f"filter.{name}.clean": "", f"filter.{name}.process": ""}
        off |= {f"filter.{name}.required": "false"}
    return replace(git, settings={**git.settings, **off, "core.safecrlf": "false"})


def _local_filters(git: GitCommand) -> Iterator[str]:
    pattern = r"^filter\."
    answer = git.ask("config", "--null", "--show-scope", "--get-regexp", pattern)
    for scope, setting in _pairs(answer.output.split(b"\0")):
        key = os.fsdecode(setting.split(b"\n", 1)[0])
        match = _FILTER.fullmatch(key)
        if match is not None and scope in {b"local", b"worktree"}:
            yield match[1]


def _pairs(parts: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    yield from zip(parts[::2], parts[1::2], strict=False)
