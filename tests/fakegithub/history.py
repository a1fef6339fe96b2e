"""Reading bare repositories: commits, changed files, comparisons, trees and files."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tests.fakegithub.plumbing import EMPTY_TREE, ask, commit_bytes, run
from tests.fakegithub.state import Comparison, Entry, GitCommit, GitFile, GitPerson

Status = Literal["added", "removed", "modified", "renamed"]
_STATUS: dict[str, Status] = {
    "A": "added", "D": "removed", "M": "modified", "T": "modified", "R": "renamed",
}  # fmt: skip
_KIND: dict[str, Literal["file", "dir", "symlink", "submodule"]] = {
    "040000": "dir", "120000": "symlink", "160000": "submodule",
}  # fmt: skip
_PERSON = re.compile(r"(.*?) ?<(.*?)> (-?\d+) [+-]\d{4}")
_NO_BLOB = "0" * 40


def read_commit(path: Path, sha: str) -> GitCommit | None:
    """A commit by its full SHA."""
    stored = commit_bytes(path, sha)
    if stored is None:
        return None
    head, _, message = stored.decode(errors="replace").partition("\n\n")
    fields = [line.partition(" ") for line in head.split("\n")]
    told = {name: value for name, _, value in reversed(fields)}
    parents = tuple(value for name, _, value in fields if name == "parent")
    return GitCommit(
        sha, told["tree"], parents, message,
        _person(told["author"]), _person(told["committer"]),
    )  # fmt: skip


def _person(line: str) -> GitPerson:
    found = _PERSON.fullmatch(line)
    if found is None:
        return GitPerson(line, "", datetime.fromtimestamp(0, UTC))
    name, email, seconds = found.groups()
    return GitPerson(name, email, datetime.fromtimestamp(int(seconds), UTC))


def log(path: Path, start: str, touching: str | None = None) -> list[str]:
    """SHAs from a commit back, newest first; only those that touch a path, if named."""
    only = ["--", touching] if touching else ["--"]
    return run(path, "rev-list", start, *only).decode().split()


def new_commits(path: Path, before: str | None, after: str) -> list[str]:
    """SHAs that `after` has and `before` has not, oldest first."""
    without = [f"^{before}"] if before else []
    told = run(path, "rev-list", "--reverse", "--topo-order", after, *without)
    return told.decode().split()


def pulls_within(path: Path, sha: str) -> set[int]:
    """Numbers of the pull requests whose head this commit contains."""
    told = run(
        path, "for-each-ref", f"--merged={sha}", "--format=%(refname)", "refs/pull"
    )
    names = (line.split("/") for line in told.decode().splitlines())
    return {int(name[2]) for name in names if name[3] == "head"}


def merge_base(path: Path, one: str, other: str) -> str | None:
    """The best common ancestor of two commits."""
    return ask(path, "merge-base", one, other).stdout.decode().strip() or None


def is_ancestor(path: Path, older: str, newer: str) -> bool:
    """Whether `newer` contains `older`."""
    return ask(path, "merge-base", "--is-ancestor", older, newer).returncode == 0


def compare(path: Path, base: str, head: str) -> Comparison | None:
    """`base...head` against their merge base, commits oldest first."""
    common = merge_base(path, base, head)
    if common is None:
        return None
    sides = run(
        path,
        "rev-list",
        "--reverse",
        "--topo-order",
        "--left-right",
        f"{base}...{head}",
    )
    marked = sides.decode().split()
    ahead = tuple(one[1:] for one in marked if one[0] == ">")
    files = files_between(path, common, head)
    return Comparison(common, ahead, len(marked) - len(ahead), files)


def changes_of(path: Path, commit: GitCommit) -> tuple[GitFile, ...]:
    """What one commit changes against its first parent, or against nothing."""
    before = commit.parents[0] if commit.parents else EMPTY_TREE
    return files_between(path, before, commit.sha)


def files_between(path: Path, before: str, after: str) -> tuple[GitFile, ...]:
    """Changed files between two commits or trees, with counts and patches."""
    told = run(
        path, "diff-tree", "-r", "-M", "-z", "--raw", "--numstat", "-p", before, after
    )
    listed, _, patch = told.partition(b"\0\0")
    raw, counts = _split(listed.decode(errors="replace").split("\0"))
    patches = _patches(patch)
    if len(patches) != len(raw):  # a file became a link: two patches, one change
        patches = [None] * len(raw)
    return tuple(
        _file(change, count, patch)
        for change, count, patch in zip(raw, counts, patches, strict=True)
    )


def _split(words: Sequence[str]) -> tuple[list[list[str]], list[tuple[int, int]]]:
    """The two halves of `--raw --numstat -z`: [header, paths...], (added, deleted)."""
    raw: list[list[str]] = []
    counts: list[tuple[int, int]] = []
    rest = iter(words)
    for word in rest:
        if word.startswith(":"):
            paths = 2 if word.split(" ")[4][0] == "R" else 1
            raw.append([word, *(next(rest) for _ in range(paths))])
        else:
            counts.append(_count(word, rest))
    return raw, counts


def _count(word: str, rest: Iterator[str]) -> tuple[int, int]:
    added, deleted, name = word.split("\t")
    if not name:  # a rename: its two names follow
        next(rest), next(rest)
    return (0, 0) if added == "-" else (int(added), int(deleted))


def _patches(told: bytes) -> list[str | None]:
    parts = re.split(r"^diff --git ", told.decode(errors="replace"), flags=re.MULTILINE)
    return [_patch(part) for part in parts[1:]]


def _patch(part: str) -> str | None:
    at = part.find("\n@@ ")
    return None if at < 0 else part[at + 1 :].rstrip("\n")


def _file(change: Sequence[str], count: tuple[int, int], patch: str | None) -> GitFile:
    header, *paths = change
    _, _, _, blob, letter = header.split(" ")
    return GitFile(
        path=paths[-1],
        status=_STATUS[letter[0]],
        sha=None if blob == _NO_BLOB else blob,
        additions=count[0],
        deletions=count[1],
        patch=patch,
        previous_path=paths[0] if letter[0] == "R" else None,
    )


def read_path(path: Path, sha: str, name: str) -> Entry | list[Entry] | None:
    """A file of a commit with its bytes, or a folder's listing ("" is the root)."""
    wanted = name.strip("/")
    if not wanted:
        return _listing(path, sha, "")
    found = _listed(ask(path, "ls-tree", "-z", "-l", sha, "--", wanted).stdout, "")
    if not found:
        return None
    if found[0].kind == "dir":
        return _listing(path, f"{sha}:{wanted}", f"{wanted}/")
    if found[0].kind == "submodule":
        return found[0]
    return _with_content(path, found[0])


def _with_content(path: Path, entry: Entry) -> Entry:
    content = run(path, "cat-file", "blob", entry.sha)
    return Entry(entry.path, entry.kind, entry.sha, entry.size, content)


def _listing(path: Path, tree: str, folder: str) -> list[Entry] | None:
    answer = ask(path, "ls-tree", "-z", "-l", tree)
    return None if answer.returncode else _listed(answer.stdout, folder)


def _listed(told: bytes, folder: str) -> list[Entry]:
    return [_entry(line, folder) for line in told.decode().split("\0")[:-1]]


def _entry(line: str, folder: str) -> Entry:
    described, _, name = line.partition("\t")
    mode, _, sha, size = described.split()
    kind = _KIND.get(mode, "file")
    return Entry(folder + name, kind, sha, 0 if size == "-" else int(size))
