"""What is said on GitHub, as values: texts of check runs, comments, buttons, marks.

Everything from a repository in them is escaped; every length is one that GitHub takes.
"""

from bot.domain.verdict import Override
from bot.presentation.github.actions import Action, actions, clicked
from bot.presentation.github.annotations import Annotation, Level, requests
from bot.presentation.github.check_run import NAME, CheckRunText, check_run
from bot.presentation.github.marker import mark, marked
from bot.presentation.github.situation import (
    Instead,
    Moved,
    Price,
    Progress,
    Queued,
    Situation,
    Started,
)
from bot.presentation.github.spoken import calls
from bot.presentation.github.sticky import call, sticky

__all__ = [
    "NAME",
    "Action",
    "Annotation",
    "CheckRunText",
    "Instead",
    "Level",
    "Moved",
    "Override",
    "Price",
    "Progress",
    "Queued",
    "Situation",
    "Started",
    "actions",
    "call",
    "calls",
    "check_run",
    "clicked",
    "mark",
    "marked",
    "requests",
    "sticky",
]
