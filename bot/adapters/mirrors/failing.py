"""What git's complaints about a fetch mean to the App."""

import re
from collections.abc import Callable, Sequence

from bot.adapters.repository.command import complaint
from bot.app.mirroring import Denied, Gone, MirrorFailure, Unfit, Unreachable
from bot.domain.errors import MachineryFault

# None of these can be written by who names a repository or a branch: names have no
# spaces, and lines of the server's own are not read.
_STATUS = re.compile(r"returned error: (\d{3})")
_HIDDEN = re.compile(r"repository '\S+' not found")
_NO_PASSWORD = re.compile(r"could not read (Username|Password)|Authentication failed")
_MOVED = re.compile(r"unable to update url base from redirection")
_UNFIT = re.compile(r"fsck error")
_NETWORK = re.compile(
    r"unable to access|Could not resolve|Failed to connect|Connection (refused|reset)"
    r"|timed out|Operation too slow|RPC failed|early EOF|hung up|unexpected disconnect"
    r"|not valid: is this a git repository|invalid server response|expected flush"
    r"|bad line length|the remote end"
)
_FULL = "No space left"
# As the C library says it, and git itself; and git's word on a name it does not know.
_UNABLE = re.compile(
    r"^(fatal|error): .*(out of memory|cannot allocate memory|too many open files"
    r"|no file descriptors available|resource temporarily unavailable"
    r"|unhandled message id)",
    re.IGNORECASE | re.MULTILINE,
)
# Summed up anew. A size that was spoilt asks for more memory than there is, too.
_SPOILT = re.compile(r"^error: .*(mismatch|does not match)", re.MULTILINE)
_REMOTE = "remote: "
_MISSING = re.compile(r"couldn't find remote ref|not our ref|no such remote ref")


class MirrorTroubleError(Exception):
    """git failed, and neither server nor network are to blame: look at the mirror."""


def failure(name: str, words: str) -> MirrorFailure | None:
    """The failure behind what git said while it fetched `name`; None if it is unclear.

    Raises `MachineryFault` when the disk is full.
    """
    own = "\n".join(one for one in words.splitlines() if not one.startswith(_REMOTE))
    require_room(own)
    status = _STATUS.search(own)
    if status is not None:
        return _by_status(name, int(status[1]), complaint(own))
    for sign, meant in _SIGNS:
        if sign.search(own):
            return meant(name, complaint(own))
    return None


def require_room(words: str) -> None:
    """Raise `MachineryFault` where git said that the disk is full."""
    if _FULL in words:
        raise MachineryFault(f"The disk is full: {complaint(words)}.", "Make room.")


def was_unable(words: str) -> bool:
    """Whether git gave up for want of memory or files, or for what it was asked.

    That says nothing of what it read, unless it had found that spoilt already.
    """
    return _UNABLE.search(words) is not None and _SPOILT.search(words) is None


def is_missing(words: str) -> bool:
    """Whether the server has, by now, not what was asked for."""
    return _MISSING.search(words) is not None


def _by_status(name: str, status: int, said: str) -> MirrorFailure:
    if status in {401, 403}:
        return _denied(name, said)
    if status in {404, 410}:
        return _gone(name, said)
    if 300 <= status < 400:  # noqa: PLR2004 - redirections, RFC 9110 section 15.4
        return _moved(name, said)
    return _unreachable(name, said)


def _denied(name: str, _: str) -> Denied:
    return Denied(f"GitHub did not take our token for {name}.")


def _gone(name: str, _: str) -> Gone:
    return Gone(f"GitHub has no repository {name}, or hides it from us.")


def _moved(name: str, _: str) -> Gone:
    return Gone(f"GitHub's repository {name} has another name by now.")


def _unfit(name: str, said: str) -> Unfit:
    return Unfit(f"{name} holds what no tree may hold: {said}.")


def _unreachable(name: str, said: str) -> Unreachable:
    return Unreachable(f"{name} could not be fetched: {said}.")


_SIGNS: Sequence[tuple[re.Pattern[str], Callable[[str, str], MirrorFailure]]] = (
    (_HIDDEN, _gone),
    (_NO_PASSWORD, _denied),
    (_UNFIT, _unfit),
    (_MOVED, _moved),
    (_NETWORK, _unreachable),
)
