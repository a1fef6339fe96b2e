"""Merge groups that nobody works on: found by the branches that queues make.

GitHub lists no groups, and a queue waits for whoever never heard of its group. While an
App is suspended nothing is sent, nor is it sent later; and what it had begun was left.
"""

import re
from collections.abc import Iterator

from bot.app.pulls.reach import Reach
from bot.domain.github import Place, Repository
from bot.domain.hooks import GroupAsked
from bot.domain.hooks import Place as Hinted
from bot.domain.pulls.acts import group_key
from bot.domain.pulls.standing import Standing

FOLDER = "gh-readonly-queue/"
_NAME = re.compile(rf"{FOLDER}(?P<branch>.+)/pr-\d{{1,10}}-(?P<base>[0-9a-f]{{40}})")


def unheard(reach: Reach, place: Place, repository: Repository) -> Iterator[GroupAsked]:
    """What the queues of a repository wait for without our knowing.

    What a group lies on is the end of its branch's name; a webhook that comes later
    says it itself. Raises `MirrorError` and `GitHubError`.
    """
    told = Hinted(place.repository, repository.full_name, place.installation)
    for name, head in reach.listed(place, FOLDER).items():
        found = _NAME.fullmatch(name)
        known = reach.store.standing(group_key(place.repository, head))
        if found is not None and (known is None or _left(known)):
            ref = f"refs/heads/{name}"
            yield GroupAsked(told, head, ref, found["base"], found["branch"])


def _left(known: Standing) -> bool:
    """Whether it waits for an answer, and was closed without one."""
    return not known.open and known.voice is not None and not known.ended
