"""Processes that are started in ways that keep the probe out of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

EVENTS = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn"})
"""The audit events of starts; the environment is the last argument of each."""

ESCAPED = (
    "A Python process was started with an environment or a flag that keeps the probe"
    " out of it: what it does is not seen."
)
_VARIABLE = "SEEDGATE_PROBE"
_SITE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_PYTHONS = ("python", "torchrun", "accelerate", "deepspeed")
_KEEPING_OUT = frozenset("EIS")


def escapes(event: str, given: Any) -> bool:
    """Whether a start, by an audit event and its arguments, leaves the probe behind."""
    words = _words(given[2] if event == "os.spawn" else given[1])
    words = words or _words(given[0])
    if not _is_python(words):
        return False
    return _flagged(words[1:]) or not _carried(given[-1])


def _words(given: Any) -> list[str]:
    if isinstance(given, (str, bytes, os.PathLike)):
        return [os.fsdecode(given)]
    return [os.fsdecode(one) for one in given or ()]


def _is_python(words: list[str]) -> bool:
    """Whether Python is run, by itself or by a shell's words."""
    if not words:
        return False
    program = os.path.basename(words[0])
    if program.startswith(_PYTHONS) or words[0] in (sys.executable, *_scripts(words)):
        return True
    return program in ("sh", "bash", "env") and any(
        name in word for word in words[1:] for name in _PYTHONS
    )


def _scripts(words: list[str]) -> list[str]:
    return [one for one in words[:1] if one.endswith(".py")]


def _flagged(words: Iterable[str]) -> bool:
    for word in words:
        if not word.startswith("-") or word.startswith("--"):
            return False
        letters = word[1:]
        if letters[:1] in ("c", "m"):
            return False
        if letters.isalpha() and _KEEPING_OUT & set(letters):
            return True
    return False


def _carried(environment: Mapping[Any, Any] | None) -> bool:
    """Whether the variables that let the probe in are in an environment."""
    if environment is None:
        environment = os.environ
    plain = {os.fsdecode(key): os.fsdecode(one) for key, one in environment.items()}
    folders = plain.get("PYTHONPATH", "").split(os.pathsep)
    return _VARIABLE in plain and any(os.path.realpath(one) == _SITE for one in folders)
