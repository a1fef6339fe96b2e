"""The check run of a commit, which may be the head of several pull requests."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.conclusions import Part
from bot.domain.github import octets
from bot.domain.pulls.posts import CheckPost
from bot.domain.pulls.standing import Standing, speaking
from bot.presentation.escape import code
from bot.presentation.github.sizes import TEXT
from bot.presentation.words import sharing

_BASE = 80


def check_post(standings: Sequence[Standing], head: str) -> CheckPost | None:
    """The check run of a commit; None where no pull request has anything to say.

    Where several have it, it says whose word is shown.
    """
    standing = speaking(standings, head)
    if standing is None or standing.voice is None:
        return None
    voice = standing.voice
    output = voice.change.output
    line = _said_of(voice.part, _beside(standings, standing))
    summary = f"{line}\n\n{output.summary}" if line else output.summary
    # The answer goes before whose it is.
    if octets(summary) <= TEXT:
        output = replace(output, summary=summary)
    change = replace(voice.change, output=output)
    return CheckPost(standing.place, head, change, voice.annotations)


def held_up(by: Part) -> str:
    """What is said on a pull request that this one holds up."""
    return sharing.held_up(by.pull, code(by.base, _BASE))


def _beside(standings: Sequence[Standing], speaks: Standing) -> list[int]:
    """The other pull requests that have something to say of its commit."""
    others = [one for one in standings if one.head == speaks.head and one != speaks]
    return [
        one.pull.number
        for one in others
        if one.voice is not None and not one.voice.part.over and not one.pull.is_group
    ]


def _said_of(part: Part, beside: Sequence[int]) -> str:
    """Empty where nobody else is held up, or it is a merge group's."""
    if not beside or part.pull < 0:
        return ""
    return sharing.said_of(part.pull, code(part.base, _BASE), sorted(beside))
