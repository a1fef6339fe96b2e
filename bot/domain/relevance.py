"""Which files of a repository can matter to training, and a hash of all of them.

Two trees with one hash train alike, as far as the policy says. What is not sure to be
of no matter counts: by default that is all but prose, where prose is usually kept.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.changes import Glob, Leaf, read_globs
from bot.domain.metric_version import programs
from bot.domain.policy import POLICY_PATH, Policy

_PROSE = ("md", "rst", "svg", "png", "jpg", "jpeg", "gif")
_FOLDERS = ("doc", "docs")

DOCS = (
    "*.md",
    "*.rst",
    *(f"**/README*.{suffix}" for suffix in ("md", "rst", "txt")),
    *(f"{folder}/**/*.{suffix}" for folder in _FOLDERS for suffix in _PROSE),
    ".github/**/*.md",
    "CITATION*.cff",
)
"""What does not matter where the policy says nothing: prose and its pictures.

Markdown elsewhere counts: prompts and texts that are trained on are kept so as well.
Each ends in a wild card, so that none of them means what is in a folder of that name.
"""

_LEGAL = re.compile(
    r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)(-[\w-]+(\.\d+)*)?(\.(md|rst|txt))?"
)
"""Prose that often has no suffix: `LICENSE`, `COPYING.txt`, `LICENSE-APACHE-2.0`."""

_PLAIN = "100644"
"""The mode of a file that is neither run nor a link: nothing else is prose."""

ALWAYS = (
    POLICY_PATH,
    "**/.gitattributes",
    ".gitmodules",
    "pyproject.toml",
    "setup.cfg",
    "**/sitecustomize.py",
    "**/usercustomize.py",
)
"""What matters whatever the policy says: it changes the rules, or other files."""

_MAKES = frozenset({"make", "gmake"})
_MAKEFILES = ("**/[Mm]akefile", "**/GNUmakefile")
_MODULES = (".py", ".pyc", ".so", ".pth")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which files a policy makes relevant; links are not followed here.

    `folders` are those in which Python looks for modules first.
    """

    named: Glob
    words: frozenset[str]
    asked: Glob | None
    docs: Glob
    folders: frozenset[str]

    def matches(self, leaf: Leaf) -> bool:
        path = leaf.path
        if self.named.matches(path) or not self.words.isdisjoint(_around(path)):
            return True
        if self.asked is not None:
            return self.asked.matches(path) or self._shadows(path)
        return leaf.mode != _PLAIN or not self._is_prose(path)

    def _is_prose(self, path: str) -> bool:
        return bool(_LEGAL.fullmatch(path)) or self.docs.matches(path)

    def _shadows(self, path: str) -> bool:
        """Whether `import` could find it before the module of that name elsewhere."""
        folder, name = posixpath.split(path)
        if name.startswith("__init__."):  # a package stands where its folder does
            folder = posixpath.dirname(folder)
        return name.endswith(_MODULES) and folder in self.folders


def _rule(policy: Policy) -> _Rule:
    named = (
        *ALWAYS,
        *policy.protected,
        *policy.evaluation.paths,
        *policy.data.paths,
        *(_MAKEFILES if any(map(_makes, _commands(policy))) else ()),
    )
    return _Rule(
        named=read_globs(named),
        words=frozenset(_words(policy)),
        asked=read_globs(policy.relevant) if policy.relevant else None,
        docs=read_globs(DOCS),
        folders=frozenset(_folders(policy)),
    )


def _makes(command: Sequence[str]) -> bool:
    """Whether a command calls `make`, also in a line for a shell."""
    words = (part for word in command for part in word.split())
    return any(posixpath.basename(one) in _MAKES for one in words)


def _folders(policy: Policy) -> Iterator[str]:
    """The top folder, and the folders of all programs: Python imports from both."""
    yield ""
    for command in _commands(policy):
        yield from map(posixpath.dirname, programs(command))


def _commands(policy: Policy) -> Iterator[Sequence[str]]:
    """All that the policy has run."""
    for mode in policy.modes:
        yield mode.train
        yield from (one for one in mode.references.values() if isinstance(one, tuple))
    yield from (stage.command for stage in policy.stages)
    yield policy.evaluation.command


def _words(policy: Policy) -> Iterator[str]:
    """Paths that the policy names to run something; most words name none."""
    for command in _commands(policy):
        yield from _of_command(command)
    for mode in policy.modes:
        yield from map(posixpath.normpath, mode.environment.files)
    for stage in policy.stages:
        yield from _of_command(tuple(stage.params.values()))


def _of_command(command: Sequence[str]) -> Iterator[str]:
    """`a/b.py` of `./a/b.py`, of `--config=a/b.py` and of `-m a.b`."""
    yield from programs(command)
    for word in command:
        path = posixpath.normpath(word.rpartition("=")[2])
        if path != ".":  # the top folder names no file in particular
            yield path


def _around(path: str) -> Iterator[str]:
    """The path itself, and all folders that it is in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def relevant_files(policy: Policy, tree: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """The files of a tree that can matter to training, sorted by path.

    What a relevant symbolic link points at is relevant, wherever it lies.
    """
    rule = _rule(policy)
    found: list[Leaf] = []
    rest: list[Leaf] = []
    for leaf in tree:
        (found if rule.matches(leaf) else rest).append(leaf)
    fresh = found
    while places := [_meant(one) for one in fresh if one.target is not None]:
        fresh, rest = _parted(rest, places)
        found = [*found, *fresh]
    return tuple(sorted(found, key=_row))


def _parted(
    leaves: Iterable[Leaf], places: Sequence[str]
) -> tuple[list[Leaf], list[Leaf]]:
    """The leaves at some places, and the others."""
    there: list[Leaf] = []
    others: list[Leaf] = []
    for leaf in leaves:
        (there if _is_at(leaf.path, places) else others).append(leaf)
    return there, others


def _meant(link: Leaf) -> str:
    folder = posixpath.dirname(link.path)
    return posixpath.normpath(posixpath.join(folder, link.target or ""))


def _is_at(path: str, places: Sequence[str]) -> bool:
    """Whether a path is one of the places, lies below one, or is a folder of one."""
    return any(
        place == "." or place in _around(path) or path in _around(place)
        for place in places
    )


def _row(leaf: Leaf) -> tuple[str, str, str]:
    return leaf.path, leaf.mode, leaf.name


def relevant_hash(policy: Policy, tree: Iterable[Leaf]) -> str:
    """A SHA-256 over path, mode and content of all relevant files, as 64 hex digits."""
    rows = [_row(one) for one in relevant_files(policy, tree)]
    text = json.dumps(rows, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def meaningless(policy: Policy, tree: Iterable[Leaf]) -> tuple[str, ...]:
    """Patterns of `relevant` that mean no file of a tree, such as misspelled ones."""
    paths = [one.path for one in tree]
    globs = ((one, read_globs([one])) for one in policy.relevant)
    return tuple(one for one, glob in globs if not any(map(glob.matches, paths)))
