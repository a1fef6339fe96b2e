"""Git by its own commands on bare repositories: refs, objects, new commits."""

import hashlib
import os
import re
import subprocess
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakegithub.state import GitPerson

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
FULL_SHA = re.compile(r"[0-9a-f]{40}")

# No pushes into pull refs, any commit may be fetched by its SHA, and loose objects stay
# loose: what GitHub does, and nothing that runs by itself in the background.
_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = true
\tfilemode = true
[http]
\treceivepack = true
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\thideRefs = refs/pull
\tautogc = false
\tunpackLimit = 10000
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


class GitError(AssertionError):
    """Git refused what the fake asked of it: a fault of the fake or of the test."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to write.

    Without a parent it goes on top of the draft before it, or starts a history when it
    is the first. `changes` maps a path to its new bytes, None deletes it.
    """

    message: str
    author: GitPerson
    parent: str | None = None
    changes: Mapping[str, bytes | str | None] = field(default_factory=dict)


def environment(**more: str) -> dict[str, str]:
    """The whole environment of a git process: nothing of the user's own settings."""
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    return own | more


def ask(
    path: Path, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Runs git in a bare repository, whatever it answers."""
    return subprocess.run(
        ["git", *arguments],
        check=False,
        input=given,
        capture_output=True,
        env=environment(GIT_DIR=str(path)),
    )


def run(path: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Runs git in a bare repository; its standard output. Raises GitError."""
    answer = ask(path, *arguments, given=given)
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip()
        raise GitError(f"git {' '.join(arguments)}: {said}")
    return answer.stdout


def make_bare(path: Path, objects: Path, default_branch: str) -> None:
    """Lays out a bare repository whose objects live in a folder shared with its forks.

    Written by hand because `git init` costs more than everything else together.
    """
    for folder in (objects / "info", objects / "pack", path / "refs" / "heads"):
        folder.mkdir(parents=True, exist_ok=True)
    (path / "refs" / "tags").mkdir()
    (path / "objects").symlink_to(objects.resolve(), target_is_directory=True)
    (path / "config").write_text(_CONFIG)
    set_head(path, default_branch)


def set_head(path: Path, default_branch: str) -> None:
    """Says which branch a clone checks out."""
    (path / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")


def read_ref(path: Path, full: str) -> str | None:
    """The SHA of exactly this ref."""
    if not full.startswith("refs/") or ".." in full:
        return None
    try:  # refs are loose unless somebody packed them
        return (path / full).read_text().strip()
    except OSError:
        found = ask(path, "show-ref", "--verify", "--hash", full)
        return found.stdout.decode().strip() or None


def refs_under(path: Path, *prefixes: str) -> dict[str, str]:
    """All refs below the prefixes with their SHAs."""
    told = run(path, "for-each-ref", "--format=%(objectname) %(refname)", *prefixes)
    pairs = (line.split(" ", 1) for line in told.decode().splitlines())
    return {name: sha for sha, name in pairs}


def move_refs(path: Path, wanted: Mapping[str, str | None]) -> None:
    """Sets refs, or deletes those that are None, all or none of them."""
    lines = [
        f"update {name} {sha}\n" if sha else f"delete {name}\n"
        for name, sha in wanted.items()
    ]
    if lines:
        run(path, "update-ref", "--stdin", given="".join(lines).encode())


def commit_bytes(path: Path, sha: str) -> bytes | None:
    """A commit object as git stores it, or None when there is no such commit."""
    if not FULL_SHA.fullmatch(sha):
        return None
    try:  # without a process: lists of commits are long
        stored = zlib.decompress((path / "objects" / sha[:2] / sha[2:]).read_bytes())
    except FileNotFoundError:
        answer = ask(path, "cat-file", "commit", sha)
        return None if answer.returncode else answer.stdout
    head, _, body = stored.partition(b"\0")
    return body if head.startswith(b"commit ") else None


def write(path: Path, ref: str, drafts: Sequence[Draft]) -> list[str]:
    """Writes commits onto a ref in one go and moves it there; their SHAs in order."""
    stream = bytearray()
    for mark, draft in enumerate(drafts, start=1):
        stream += _told(ref, mark, draft)
    answer = run(
        path, "fast-import", "--quiet", "--force", "--date-format=raw",
        given=bytes(stream) + b"done\n",
    )  # fmt: skip
    return answer.decode().split()


def _told(ref: str, mark: int, draft: Draft) -> bytes:
    lines = [
        f"commit {ref}\nmark :{mark}\n".encode(),
        b"author " + _person(draft.author),
        b"committer " + _person(draft.author),
        _data(draft.message.encode()),
    ]
    if draft.parent is not None:
        lines.append(f"from {draft.parent}\n".encode())
    lines += [_change(name, content) for name, content in draft.changes.items()]
    lines.append(f"get-mark :{mark}\n".encode())
    return b"".join(lines)


def _person(person: GitPerson) -> bytes:
    seconds = int(person.date.timestamp())
    return f"{person.name} <{person.email}> {seconds} +0000\n".encode()


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


def _change(name: str, content: bytes | str | None) -> bytes:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if content is None:
        return f"D {quoted}\n".encode()
    raw = content.encode() if isinstance(content, str) else content
    return f"M 100644 inline {quoted}\n".encode() + _data(raw)


def store_commit(
    path: Path,
    tree: str,
    parents: Sequence[str],
    message: str,
    people: tuple[GitPerson, GitPerson],
) -> str:
    """Writes a commit of a tree that is there, by (author, committer); its SHA.

    As a loose object by hand: merges are made by the thousand, and git would be
    started for each.
    """
    author, committer = people
    body = b"".join(
        [
            f"tree {tree}\n".encode(),
            *(f"parent {parent}\n".encode() for parent in parents),
            b"author " + _person(author),
            b"committer " + _person(committer),
            b"\n",
            message.encode(),
        ]
    )
    stored = b"commit %d\0%b" % (len(body), body)
    sha = hashlib.sha1(stored).hexdigest()
    _write_once(path / "objects" / sha[:2] / sha[2:], zlib.compress(stored, 1))
    return sha


def _write_once(place: Path, content: bytes) -> None:
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as made:
            made.write(content)
        Path(made.name).replace(place)


def place_ref(path: Path, full: str, sha: str) -> None:
    """Sets a ref whose name meets no other's folder, by git's own way of locking."""
    place = path / full
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = place.with_name(f"{place.name}.lock")
    with lock.open("x") as opened:
        opened.write(f"{sha}\n")
    lock.replace(place)
