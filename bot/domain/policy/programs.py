"""Programs that lie in the repository itself, as far as a policy's commands tell."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.policy.whole import Policy

_STARTERS = re.compile(r"python[\d.]*|torchrun|accelerate|deepspeed")
_ELSEWHERE = frozenset({"-c", "-m", "--module"})
_PLAIN = re.compile(r"[\w./-]+")


def own_programs(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """By the path of each, the dotted names of the commands that run it.

    Only what is sure to be a path from the top folder: no placeholder is in it, and
    nothing before it could make it the argument of something else.
    """
    found = dict[str, tuple[str, ...]]()
    for name, command in _commands(policy):
        path = _program(command)
        if path is not None:
            found[path] = (*found.get(path, ()), name)
    return found


def _commands(policy: Policy) -> Iterator[tuple[str, Sequence[str]]]:
    for mode in policy.modes:
        yield f"modes.{mode.name}.train", mode.train
        for name, given in mode.references.items():
            if isinstance(given, tuple):
                yield f"modes.{mode.name}.references.{name}", given
    for stage in policy.stages:
        yield f"stages.{stage.name}.command", stage.command
    yield "evaluation.command", policy.evaluation.command


def _program(command: Sequence[str]) -> str | None:
    """`train.py` of `[python, train.py]`, `a/run` of `[./a/run]`, or None."""
    first = command[0] if command else ""
    word: str | None = first if "/" in first else None
    if _STARTERS.fullmatch(posixpath.basename(first)):
        word = _script(command[1:])
    return _path(word) if word else None


def _script(words: Sequence[str]) -> str | None:
    for word in words:
        if word in _ELSEWHERE:
            return None
        if word.endswith(".py") and not word.startswith("-"):
            return word
    return None


def _path(word: str) -> str | None:
    """The path in the repository; hidden folders are often made by a tool."""
    path = posixpath.normpath(word)
    return path if _PLAIN.fullmatch(path) and path[0] not in "./-" else None
