"""The arms of an evaluation: which tree a trial trains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

BASELINE = "baseline"
BRANCH = "branch"
ANCHOR = "anchor"
ORIGINAL = "original"
LONGEST_CHANGE = 64
CHANGE_RULE = "a change's name has 1 to 64 printable characters, no space at its ends"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The tip of the base branch, re-run."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The tree that would land: head merged into base."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A pinned release that slow losses are held against."""


@dataclass(frozen=True, slots=True)
class Original:
    """The base under its own evaluation, where the branch changes what defines it."""


@dataclass(frozen=True, slots=True)
class Without:
    """The branch without one change (leave-one-out)."""

    change: str


@dataclass(frozen=True, slots=True)
class Only:
    """The baseline with one change alone."""

    change: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A command of the policy that shows what something simple reaches, on the base."""

    name: str


Arm = Baseline | Branch | Anchor | Original | Without | Only | Reference


def label(arm: Arm) -> str:
    """The arm's name in files and reports: `baseline`, `without:abc1234`, ..."""
    match arm:
        case Baseline() | Branch() | Anchor() | Original():
            return _LABELS[arm]
        case Without(change):
            return f"without:{change}"
        case Only(change):
            return f"only:{change}"
        case Reference(name):
            return f"reference:{name}"
        case _:
            assert_never(arm)


def parse(text: str) -> Arm | None:
    """The arm that `label` named, or None for anything else."""
    if text in _PLAIN:
        return _PLAIN[text]
    match text.partition(":"):
        case "without", _, change if _names_change(change):
            return Without(change)
        case "only", _, change if _names_change(change):
            return Only(change)
        case "reference", _, name if _names_change(name):
            return Reference(name)
        case _:
            return None


_PLAIN: Mapping[str, Arm] = {
    BASELINE: Baseline(),
    BRANCH: Branch(),
    ANCHOR: Anchor(),
    ORIGINAL: Original(),
}
_LABELS = {arm: name for name, arm in _PLAIN.items()}


def _names_change(text: str) -> bool:
    """Whether a text can name a change: see `CHANGE_RULE`."""
    sound = text.isprintable() and text == text.strip()
    return sound and 0 < len(text) <= LONGEST_CHANGE
