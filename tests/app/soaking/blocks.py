"""What people read of findings: what blocks by the check run, what they accepted."""

import re
from itertools import pairwise

from tests.app.soaking.city import City, House
from tests.app.stage import plain
from tests.fakegithub.records import CheckRun, Comment, Pull

_BLOCKING = re.compile(r"^- \*\*block\*\*, .*?`([a-z-]+-[0-9a-f]{8})`", re.MULTILINE)
_ACCEPT = re.compile(r"^/gate accept (\S+)", re.MULTILINE)


def check_runs(house: House, sha: str) -> list[CheckRun]:
    """Check runs of our name at a commit, oldest first; GitHub goes by the newest."""
    every = house.repository.runs.values()
    found = [one for one in every if one.head_sha == sha and one.name == "seedgate"]
    return sorted(found, key=lambda one: one.id)


def shown_run(house: House, sha: str) -> CheckRun | None:
    """The one that GitHub goes by."""
    found = check_runs(house, sha)
    return found[-1] if found else None


def doubled(house: House, sha: str) -> bool:
    """Whether one was made while one before had no end: an answer was lost, say.

    Where an answer is taken back one more is made, and only there.
    """
    return any(
        before.completed_at is None or before.completed_at > after.made_at
        for before, after in pairwise(check_runs(house, sha))
    )


def shown(city: City, house: House, pull: Pull) -> list[str]:
    """The findings that a comment on a pull request says block, if its check failed.

    The check run may speak for another one with the same head.
    """
    run = shown_run(house, pull.head.sha)
    if run is None or run.conclusion != "failure":
        return []
    texts = [plain(one.body) for one in stickies(city, house, pull)]
    return sorted(set(_BLOCKING.findall("".join(texts))))


def stickies(city: City, house: House, pull: Pull) -> list[Comment]:
    """The comments of the App that are edited; there has to be one."""
    mark = f"<!-- seedgate pull-{pull.number} -->"
    return [
        one
        for one in house.repository.comments.values()
        if one.app_id == city.app.id and one.body.startswith(mark)
    ]


def accepted(house: House, pull: Pull) -> list[str]:
    """All that the owner ever accepted of it, in her own words."""
    mine = [
        one.body
        for one in house.repository.comments.values()
        if one.number == pull.number and one.author_id == house.owner.id
    ]
    return sorted(set(_ACCEPT.findall("\n".join(mine))))
