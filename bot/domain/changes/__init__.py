"""The changes of a branch: their values, how commits become changes, their names."""

from bot.domain.changes.commits import Commit, Gathered, gather
from bot.domain.changes.globs import Glob, hopeless, read_globs
from bot.domain.changes.groups import Groups, grouped, united
from bot.domain.changes.lines import parse_hunks
from bot.domain.changes.names import Ids, commit_ids, text_ids
from bot.domain.changes.steps import Run, Step, joined
from bot.domain.changes.values import (
    Change,
    ChangedLines,
    Cut,
    Leaf,
    PlannedChange,
    Touched,
)

__all__ = [
    "Change",
    "ChangedLines",
    "Commit",
    "Cut",
    "Gathered",
    "Glob",
    "Groups",
    "Ids",
    "Leaf",
    "PlannedChange",
    "Run",
    "Step",
    "Touched",
    "commit_ids",
    "gather",
    "grouped",
    "hopeless",
    "joined",
    "parse_hunks",
    "read_globs",
    "text_ids",
    "united",
]
