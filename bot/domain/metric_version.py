"""What defines a metric, as a hash, and whether a branch changes it.

One comparison has one evaluation: all arms are judged with the evaluation files of the
branch, which are those of the base where nothing of them was touched. Only the arm
`original` stays under the base's own files, so that a reader sees what the change of
the evaluation alone does to an unchanged baseline.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

ORIGINAL_SEEDS = 4
"""Seeds for which the unchanged baseline is shown under its old evaluation as well."""

_DIGITS = 16

Files = Mapping[str, str]
"""Paths in a tree and the object names of what is there."""


@dataclass(frozen=True, slots=True)
class MetricVersion:
    """The version of the metrics at the base and with the branch; 16 hex digits each.

    Both are empty where the policy names no files. `files` are the evaluation files
    that differ. `baseline` is the tree of the base with the branch's evaluation files,
    that the branch is compared with where the version changed; None where nothing is
    trained anew, because a command scores checkpoints. `trained` maps the labels of
    further arms to their trees with the branch's evaluation files.
    `scored` maps the label of an arm to the tree that scores it, where the policy has a
    scoring command: its own tree with the base's evaluation files, or the branch's
    where the version changed. `gone` are patterns and programs that define the metric
    on the base, and of which the branch leaves nothing: nothing can be judged then.
    """

    before: str = ""
    after: str = ""
    files: tuple[str, ...] = ()
    baseline: str | None = None
    scored: tuple[tuple[str, str], ...] = ()
    trained: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the branch changes what defines a metric."""
        return self.before != self.after

    def training_tree(self, arm: str, own: str) -> str:
        """The tree that a further arm trains, which is `own` where files do not matter.

        Raises KeyError for an arm that this version was not made for: it would be held
        against the branch under another evaluation.
        """
        if self.scored or not self.before:
            return own
        return dict(self.trained)[arm]

    def scoring_tree(self, arm: str) -> str:
        """The tree that scores the arm of that label; KeyError if there is none."""
        return dict(self.scored)[arm]


def version_name(files: Files, data: str | None, command: Sequence[str]) -> str:
    """A hash of what defines the metrics; 16 hexadecimal digits.

    `files` are those of one tree, `data` is the data set's version as the policy names
    it, `command` scores checkpoints. Neither time nor place of a commit is part of it.
    """
    parts = [sorted(files.items()), data, list(command)]
    text = json.dumps(parts, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def differing(before: Files, after: Files) -> tuple[str, ...]:
    """The paths that were added, removed or changed, sorted; a rename is two."""
    paths = before.keys() | after.keys()
    return tuple(sorted(one for one in paths if before.get(one) != after.get(one)))


def programs(command: Sequence[str]) -> tuple[str, ...]:
    """The paths in a tree that a command may run or import as its program.

    `evaluate.py` of `[python, evaluate.py]`; for `[python, -m, tools.score]` both
    `tools/score.py` and `tools/score/__main__.py`. Which of them is there, only a tree
    can tell.
    """
    found = [_relative(word) for word in command if not word.startswith(("-", "/"))]
    for flag, name in pairwise(command):
        if flag == "-m":
            folder = name.replace(".", "/")
            found += [f"{folder}.py", f"{folder}/__main__.py"]
    return tuple(dict.fromkeys(one for one in found if one))


def _relative(word: str) -> str:
    parts = [part for part in word.split("/") if part not in ("", ".")]
    return "" if ".." in parts or "{" in word else "/".join(parts)
