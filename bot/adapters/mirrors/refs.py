"""What is fetched and where it is put: names of refs, there and in the mirror.

Names of branches and tags are somebody else's words. Here they are put away by their
hash, so that no two of them can stand in each other's way: `a` and `a/b` one after the
other, or `Main` and `main` on a disk that does not tell them apart.
"""

import hashlib
import re
from dataclasses import dataclass

from bot.adapters.repository.command import GitCommand

_BRANCHES = "refs/heads/"
_TAGS = "refs/tags/"
OURS = "refs/seedgate/"
HEADS = f"{OURS}heads/"
PULLS = f"{OURS}pull/"
TAGS = f"{OURS}tags/"
COMMITS = f"{OURS}commits/"
_LONGEST = 1000
_SHA = re.compile(r"[0-9a-f]{40}")
_KEPT = re.compile(rf"{COMMITS}(\d+)/([0-9a-f]{{40}})")


@dataclass(frozen=True, slots=True)
class Line:
    """A ref of the server's, and the one here that follows it."""

    theirs: str
    ours: str
    is_commit: bool = True  # a tag may name anything

    @property
    def refspec(self) -> str:
        """As git takes it: whatever is here gives way."""
        return f"+{self.theirs}:{self.ours}"


def short_name(ref: str) -> str:
    """The name of a branch by its ref."""
    return ref.removeprefix(_BRANCHES)


def is_sha(text: str) -> bool:
    """Whether it is a full SHA."""
    return _SHA.fullmatch(text) is not None


def of_branch(name: str) -> str:
    """The ref here for a branch."""
    return f"{HEADS}{_put_away(name)}"


def of_tag(name: str) -> str:
    """The ref here for a tag."""
    return f"{TAGS}{_put_away(name)}"


def of_pull(number: int) -> str:
    """The ref here for the head of a pull request."""
    return f"{PULLS}{number}"


def of_commit(sha: str, day: int) -> str:
    """The ref here for a commit that somebody found, or kept, on a day."""
    return f"{COMMITS}{day}/{sha}"


def kept_on(ref: str) -> tuple[int, str] | None:
    """Day and SHA of such a ref; None for any other."""
    found = _KEPT.fullmatch(ref)
    return (int(found[1]), found[2]) if found else None


def branch_line(git: GitCommand, name: str) -> Line | None:
    """The line of a branch; None where git could not have a branch of that name."""
    theirs = f"{_BRANCHES}{name}"
    return Line(theirs, of_branch(name)) if _is_ref(git, theirs) else None


def tag_line(git: GitCommand, name: str) -> Line | None:
    """The line of a tag; None where git could not have a tag of that name."""
    theirs = f"{_TAGS}{name}"
    return Line(theirs, of_tag(name), is_commit=False) if _is_ref(git, theirs) else None


def pull_line(number: int) -> Line | None:
    """The line of a pull request; they count from 1."""
    theirs = f"refs/pull/{number}/head"
    return Line(theirs, of_pull(number)) if number > 0 else None


def _put_away(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _is_ref(git: GitCommand, name: str) -> bool:
    return _is_text(name) and git.ask("check-ref-format", name).status == 0


def _is_text(name: str) -> bool:
    """Whether it can be handed to a program at all."""
    try:
        return len(name.encode()) <= _LONGEST and "\0" not in name
    except UnicodeEncodeError:
        return False
