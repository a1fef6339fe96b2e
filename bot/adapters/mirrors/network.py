"""git that may reach one server, with a token that nobody else gets to see.

The one place where git is let onto the network. The token is a header, in the variables
of the process; it is in no argument, address, file or message.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.adapters.mirrors.failing import MirrorTroubleError, failure
from bot.adapters.mirrors.watching import (
    Limits,
    OvergrownError,
    OverrunError,
    watched,
)
from bot.adapters.repository.command import Answer, GitCommand
from bot.app.mirroring import MirrorError, TooLarge, Unreachable
from bot.domain.github import Secret

# What leads out of a checkout, or names no object, is refused.
_REFUSED = ("fullPathname", "hasDot", "hasDotdot", "hasDotgit", "nullSha1")
# Old tools wrote untidy people and dates, and submodules are never looked at here: a
# repository must not be shut out for what is in its history and harms nobody. Looks
# for damage bear the same: `fsck.*` and `fetch.fsck.*` have the same names.
BORNE = (
    "badDate", "badDateOverflow", "badEmail", "badName", "badTimezone",
    "gitmodulesBlob", "gitmodulesLarge", "gitmodulesMissing", "gitmodulesName",
    "gitmodulesParse", "gitmodulesPath", "gitmodulesSymlink", "gitmodulesUpdate",
    "gitmodulesUrl", "missingEmail", "missingNameBeforeEmail",
    "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "multipleAuthors",
    "zeroPaddedDate", "zeroPaddedFilemode",
)  # fmt: skip
_SETTINGS = {
    "core.fsync": "committed,reference",  # a mirror outlives a loss of power
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    **{f"fetch.fsck.{name}": "error" for name in _REFUSED},
    **{f"fetch.fsck.{name}": "ignore" for name in BORNE},
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # what comes is one file, whose size can be watched
    "http.followRedirects": "false",  # a renamed repository has another name
    "http.lowSpeedLimit": "1000",
    "transfer.bundleURI": "false",
}
# Nobody is asked for a password, and no other one is found at home (`.netrc`).
_VARIABLES = {"GIT_ASKPASS": "", "SSH_ASKPASS": "", "HOME": os.devnull}


@dataclass(frozen=True, slots=True)
class Server:
    """Where repositories are fetched from, such as `https://github.com`."""

    base: str

    def address(self, full_name: str) -> str:
        """That of a repository, without a token."""
        return f"{self.base}/{full_name}.git"


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository on the server, as it is reached from a locked mirror.

    `lent` is the lock's file; `name` is `owner/name`.
    """

    git: GitCommand
    address: str
    name: str
    lent: int
    limits: Limits
    token: Secret

    def ask(self, *arguments: str, feed: bytes = b"") -> Answer:
        """What git answers, whatever it is; `MirrorError` when it takes too much."""
        try:
            answer = watched(self.git, arguments, feed, self.lent, self.limits)
        except OverrunError as cut:
            said = f"Fetching {self.name} {cut}."
            raise MirrorError(Unreachable(said)) from None
        except OvergrownError as cut:
            said = f"Fetching {self.name} {cut}."
            raise MirrorError(TooLarge(said)) from None
        return replace(answer, words=_hidden(answer.words, self.token))

    def run(self, *arguments: str, feed: bytes = b"") -> Answer:
        """The answer of a call that must succeed; `MirrorError` says why it did not.

        `MirrorTroubleError` where that is neither the server's fault nor the network's.
        """
        return self.checked(self.ask(*arguments, feed=feed))

    def checked(self, answer: Answer) -> Answer:
        """An answer that is a good one; raises as `run` does."""
        if answer.status == 0:
            return answer
        known = failure(self.name, answer.words)
        if known is None:
            raise MirrorTroubleError(answer.words)
        raise MirrorError(known)


def network_git(home: Path, server: Server, token: Secret, slow_s: int) -> GitCommand:
    """git in a bare mirror that may speak to this server, and to nobody else."""
    scheme = urlsplit(server.base).scheme
    if scheme not in {"http", "https"}:
        raise ValueError(f"{server.base} is not an address of http")
    settings = {
        **_SETTINGS,
        "http.lowSpeedTime": str(slow_s),
        f"http.{server.base}/.extraHeader": f"Authorization: Basic {_packed(token)}",
    }
    variables: Mapping[str, str] = {
        **_VARIABLES,
        "GIT_DIR": str(home),
        "GIT_ALLOW_PROTOCOL": scheme,
    }
    return GitCommand(home, variables, settings, isolated=True)


def _packed(token: Secret) -> str:
    return base64.b64encode(f"x-access-token:{token.revealed}".encode()).decode()


def _hidden(words: str, token: Secret) -> str:
    for secret in (token.revealed, _packed(token)):
        words = words.replace(secret, "***") if secret else words
    return words
