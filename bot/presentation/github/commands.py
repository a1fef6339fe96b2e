"""Lines that a person can comment: only such as the parser of commands would take."""

from collections.abc import Sequence

from bot.domain.commands import CommandLine, Ok, Split, Target, parse
from bot.domain.verdict import Report
from bot.presentation.splitting import nothing_left
from bot.presentation.steps import Channel
from bot.presentation.words import pulls, steps


def ok_line(head: str) -> str:
    """`/gate ok SHA` for a commit in full; empty where it could not be read back."""
    line = f"/gate ok {head}"
    return line if parse(CommandLine(line)) == Ok(head) else ""


def target_line(modes: Sequence[str]) -> str:
    """`/gate target mode=a,b`; empty where the names could not be read back."""
    line = f"/gate target mode={','.join(modes)}"
    return line if parse(CommandLine(line)) == Target(tuple(modes)) else ""


def split_line(report: Report, changes: Sequence[str]) -> str:
    """`/gate split without=1a2b3c4,...`: the branch without these, group by group.

    Empty where nothing would be left, or where a name could not be read back.
    """
    if not changes or nothing_left(report, changes):
        return ""
    parts = {one.id: one.parts or (one.id,) for one in report.verdict.changes}
    names = tuple(name for one in changes for name in parts.get(one, (one,)))
    line = f"/gate split without={','.join(names)}"
    return line if parse(CommandLine(line)) == Split(names) else ""


GITHUB = Channel(
    pulls.merge,
    pulls.GO_ON,
    split_line,
    lambda one: one.on_github,
    steps.offered,
    steps.OFFER_ONE,
)
"""The steps as they are taken on a pull request."""
