"""Bringing refs of a locked mirror to where they are on the server."""

from collections.abc import Mapping, Sequence

from bot.adapters.mirrors.failing import MirrorTroubleError, is_missing
from bot.adapters.mirrors.home import Home
from bot.adapters.mirrors.network import Remote
from bot.adapters.mirrors.refs import OURS, Line, of_commit, short_name
from bot.app.mirroring import MirrorError, Unreachable

_TRIES = 3
_ALWAYS = "HEAD"
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--no-show-forced-updates",
    "--stdin",
)


def follow(home: Home, remote: Remote, lines: Sequence[Line]) -> None:
    """Bring each line to where it is on the server, or away if it is gone there.

    What there is is asked first, because git fetches nothing at all where one of the
    names is missing; a name that goes in between is asked for again.
    """
    for _ in range(_TRIES):
        there, have = _tips(remote, lines), home.refs(OURS)
        gone = (one.ours for one in lines if one.theirs not in there)
        home.update({ours: None for ours in gone if ours in have})
        old = (one for one in lines if there.get(one.theirs) != have.get(one.ours))
        wanted = [one.refspec for one in old if one.theirs in there]
        if not wanted or _fetched(remote, wanted):
            commits = {one.theirs for one in lines if one.is_commit} & there.keys()
            return _require_whole(home, [there[one] for one in commits])
    said = f"The branches of {remote.name} change faster than they can be fetched."
    raise MirrorError(Unreachable(said))


def fetch_commit(home: Home, remote: Remote, sha: str, day: int) -> None:
    """Fetch one commit, unless it is here; where nobody has it, nothing happens."""
    if not home.holds([sha]):
        _fetched(remote, [Line(sha, of_commit(sha, day)).refspec])


def listed(remote: Remote, folder: str) -> Mapping[str, str]:
    """Where the branches of a folder are on the server, by their short names.

    All branches are asked for: GitHub leaves out the pull requests, which are far more,
    and an answer without any branch is none of GitHub's.
    """
    rows = _rows(remote, "--heads")
    if not any(rows):
        raise MirrorError(Unreachable(_nothing(remote)))
    named = ((short_name(name), sha) for name, sha in rows.items())
    return {name: sha for name, sha in named if name.startswith(folder)}


def _tips(remote: Remote, lines: Sequence[Line]) -> dict[str, str]:
    """Where these refs are on the server, as far as they are there.

    git takes any page for an answer of a server of long ago, in which nothing is; so
    the one name that every repository has must be there.
    """
    if not lines:
        return {}
    names = {line.theirs for line in lines}
    rows = _rows(remote, names=[_ALWAYS, *sorted(names)])
    if _ALWAYS not in rows:
        raise MirrorError(Unreachable(_nothing(remote)))
    # A name is a pattern to git, and fits the ends of others too.
    return {name: sha for name, sha in rows.items() if name in names}


def _rows(
    remote: Remote, *options: str, names: Sequence[str] = ()
) -> Mapping[str, str]:
    """What the server lists: SHAs by the full names of refs."""
    asked = ("ls-remote", "--quiet", *options, "--", remote.address, *names)
    answer = remote.run(*asked).line.split("\n")
    pairs = (row.partition("\t") for row in answer)
    return {name: sha for sha, _, name in pairs}


def _nothing(remote: Remote) -> str:
    return f"{remote.name} is empty, or something else than GitHub answered."


def _fetched(remote: Remote, refspecs: Sequence[str]) -> bool:
    """Whether it came; False if the server lacks some of it by now."""
    feed = "".join(f"{one}\n" for one in refspecs).encode()
    answer = remote.ask(*_FETCH, "--", remote.address, feed=feed)
    if answer.status != 0 and is_missing(answer.words):
        return False
    remote.checked(answer)
    return True


def _require_whole(home: Home, commits: Sequence[str]) -> None:
    if commits and not home.holds(commits):
        raise MirrorTroubleError("fatal: a commit that was fetched is missing")
