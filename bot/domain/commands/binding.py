"""Which commit a command is about: the one that the person saw, or nothing is done.

A head may move between reading and writing, and between writing and handling. A command
is about the head that was recorded when its comment was created, or about the commit
that it names.
"""

from dataclasses import dataclass

from bot.domain.commands.reading import MOST_DIGITS
from bot.domain.commands.refusals import Refusal, Refused
from bot.domain.commands.table import TABLE
from bot.domain.commands.values import Baseline, Command, named_sha


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of a pull request as full SHAs in lower case, None where not known.

    `recorded` is what was stored when the comment was created; `now` is asked of GitHub
    at handling time.
    """

    recorded: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Proceed:
    """The command may be done; `sha` is the whole name of the commit it is about.

    None only for a command that is about no commit.
    """

    sha: str | None


def bind(command: Command, heads: Heads, resolved: str | None) -> Proceed | Refused:
    """The commit that a command is about, or why it is about none that counts.

    `resolved` is the one commit that the SHA in the command stands for, in full, among
    all commits that ever were a head of this pull request; None where it stands for
    none or for several, and for a command that names none.

    A short SHA never vouches for a head that moved: seven digits can be forged by
    whoever pushes (2^28 tries), so `ok` and `accept` then need all forty.
    """
    if not is_bound(command):
        return Proceed(heads.now)
    if heads.now is None:
        return _refused(Refusal.HEAD_UNKNOWN, command, {})
    named = named_sha(command)
    if named is None:
        return _unnamed(command, heads.recorded, heads.now)
    if resolved is None or not resolved.startswith(named):
        evidence = {"sha": named, "head": heads.now}
        return _refused(Refusal.SHA_UNKNOWN, command, evidence)
    return _named(command, heads, resolved)


def is_bound(command: Command) -> bool:
    """Whether a command is about the head; a question is not."""
    if isinstance(command, Baseline):
        return command.refresh
    return TABLE[command.verb].bound


def _unnamed(command: Command, recorded: str | None, now: str) -> Proceed | Refused:
    if recorded == now:
        return Proceed(now)
    if recorded is None:
        return _refused(Refusal.HEAD_UNRECORDED, command, {"head": now})
    return _refused(Refusal.HEAD_MOVED, command, {"recorded": recorded, "head": now})


def _named(command: Command, heads: Heads, resolved: str) -> Proceed | Refused:
    known = {"sha": resolved, "head": str(heads.now)}
    if resolved != heads.now:
        return _refused(Refusal.SHA_NOT_HEAD, command, known)
    moved = heads.recorded != heads.now
    whole = len(named_sha(command) or "") == MOST_DIGITS
    if TABLE[command.verb].trusts and moved and not whole:
        return _refused(Refusal.SHA_NOT_FULL, command, known)
    return Proceed(resolved)


def _refused(why: Refusal, command: Command, known: dict[str, str]) -> Refused:
    return Refused(why, {"verb": command.verb.value, **known})
