"""What only a checkup asks: GitHub's clock, what is left, a file, a branch's head."""

import base64
import binascii
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field, TypeAdapter

from bot.adapters.github.asking import Ask
from bot.adapters.github.connected import ConnectedGitHub
from bot.adapters.github.desk import LOOK, address
from bot.adapters.github.lines import Request
from bot.adapters.github.tokens import InstallationCredential, Reach
from bot.adapters.github.wire import Wire
from bot.domain.github import GitHubError, NotFound, Odd, Place
from bot.domain.github.rates import Budget


class _CommitWire(Wire):
    sha: str


class _HeadWire(Wire):
    """A branch, as far as where it ends."""

    name: str
    commit: _CommitWire


class _FileWire(Wire):
    """A file's content; larger ones than 1 MB have none here."""

    type: Literal["file"]
    encoding: Literal["base64"]
    content: Annotated[str, Field(repr=False)]


class _RateWire(Wire):
    limit: int
    remaining: int
    reset: int


class _ResourcesWire(Wire):
    core: _RateWire


class _LimitsWire(Wire):
    resources: _ResourcesWire


_HEAD = TypeAdapter(_HeadWire)
_FILE = TypeAdapter(_FileWire)
_LIMITS = TypeAdapter(_LimitsWire)


class ConnectedCheckup(ConnectedGitHub):
    """The port, and what a checkup asks beside it."""

    __slots__ = ()

    def clock(self) -> float:
        """GitHub's time in seconds since the epoch, to the second.

        Told of answers of every status: a clock that is off is why we are refused.
        """
        answered = self._lines.send(self._desk.app.show(), Request("GET", "/app"))
        try:
            return parsedate_to_datetime(answered.headers["date"]).timestamp()
        except (KeyError, ValueError):
            pass
        raise GitHubError(Odd("an answer without a date"))

    def budget(self, installation: int) -> Budget | None:
        """What is left of the installation's hour; None where nothing is counted.

        An Enterprise server counts only where its owner wants it to.
        """
        desk = self._desk
        who = InstallationCredential(desk.tokens, Reach(installation, None, LOOK))
        try:
            found = desk.asker.read(who, Ask(Request("GET", "/rate_limit")), _LIMITS)
        except GitHubError as fault:
            if isinstance(fault.failure, NotFound):
                return None
            raise
        core = found.resources.core
        return Budget(core.limit, core.remaining, float(core.reset))

    def head(self, place: Place, branch: str) -> str:
        """The commit at the end of a branch."""
        path = f"/branches/{quote(branch, safe='')}"
        return self._desk.get(place, path, _HEAD).commit.sha

    def text(self, place: Place, branch: str, path: str) -> bytes | None:
        """A file at the end of a branch; None where there is none."""
        wanted = f"/contents/{quote(path)}"
        request = Request("GET", address(place, wanted), {"ref": branch})
        who = self._desk.at(place)
        try:
            found = self._desk.asker.read(who, Ask(request), _FILE)
            return base64.b64decode(found.content)
        except GitHubError as fault:
            if isinstance(fault.failure, NotFound):
                return None
            raise
        except binascii.Error:
            pass
        raise GitHubError(Odd("a file that is no base64"))
