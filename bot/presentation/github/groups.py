"""The check run of a merge group, where it is not that of an evaluation."""

from dataclasses import replace

from bot.domain.conclusions import Closed, part_of
from bot.domain.github import CheckChange, CheckStatus, Conclusion, Output
from bot.domain.pulls.standing import Voice
from bot.presentation.escape import code
from bot.presentation.words import groups


def judged_before(group: int, number: int, said: Voice) -> Voice:
    """What was said of the pull request `number`, for a group with the same tree."""
    change = said.change
    output = Output(
        title=groups.judged_before(number),
        summary=groups.same_tree(number, code(said.part.base)),
        text=change.output.text,
    )
    part = replace(said.part, pull=group)
    return Voice(part, replace(change, output=output, buttons=()))


def gone(group: int, base: str) -> Voice:
    """The group was taken away before there was an answer."""
    output = Output(groups.GONE, groups.GONE_WHY)
    change = CheckChange(CheckStatus.COMPLETED, output, Conclusion.CANCELLED)
    return Voice(part_of(group, base, Closed()), change)
