"""From what is wanted to refs, and from refs to what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from bot.adapters.mirrors.fetching import fetch_commit, follow
from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.keeping import keep
from bot.adapters.mirrors.network import Remote
from bot.adapters.mirrors.refs import (
    OURS,
    Line,
    branch_line,
    is_sha,
    pull_line,
    tag_line,
)
from bot.app.mirroring import (
    Wanted,
    WantedBranch,
    WantedCommit,
    WantedPull,
    WantedTag,
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a refresh is about, without what cannot be on any server."""

    lines: tuple[Line, ...]
    commits: tuple[str, ...]


def bring(home: Home, remote: Remote, wanted: Sequence[Wanted], day: int) -> None:
    """Fetch what is wanted, and keep all of it from this day on."""
    sought = _sought(home, wanted)
    follow(home, remote, sought.lines)
    for sha in sought.commits:
        fetch_commit(home, remote, sha, day)
    refs = home.refs(OURS)
    tips = [refs[one.ours] for one in sought.lines if one.ours in refs]
    found = [sha for sha in sought.commits if home.holds([sha])]
    keep(home, dict.fromkeys([*tips, *found]), day)


def _sought(home: Home, wanted: Sequence[Wanted]) -> Sought:
    lines, commits = [], []
    for one in dict.fromkeys(wanted):
        match one:
            case WantedBranch(name):
                lines.append(branch_line(home.git, name))
            case WantedPull(number):
                lines.append(pull_line(number))
            case WantedTag(name):
                lines.append(tag_line(home.git, name))
            case WantedCommit(sha):
                commits += [sha] if is_sha(sha) else []
            case _:
                assert_never(one)
    return Sought(tuple(one for one in lines if one is not None), tuple(commits))
