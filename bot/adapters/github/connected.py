"""GitHub, connected: the port's real thing."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters.github.apps import AppCalls
from bot.adapters.github.asking import Asker
from bot.adapters.github.checks import CheckCalls
from bot.adapters.github.desk import Desk
from bot.adapters.github.lines import TIMEOUT_S, Lines
from bot.adapters.github.reading import ReadingCalls
from bot.adapters.github.talking import TalkingCalls
from bot.adapters.github.tokens import AppCredential, Tokens
from bot.domain.github import Failure, Secret


@dataclass(frozen=True, slots=True)
class Identity:
    """Which App this is, and where its GitHub is."""

    app: int
    private_key: Secret
    api_url: str = "https://api.github.com"
    timeout_s: int = TIMEOUT_S


class ConnectedGitHub(AppCalls, ReadingCalls, CheckCalls, TalkingCalls):
    """The port by PyGithub; may be used by many threads at once."""

    __slots__ = ("_desk", "_lines")

    def __init__(
        self,
        identity: Identity,
        now: Callable[[], float] = time.time,
        heard: Callable[[Failure | None], None] = lambda _: None,
        may_write: Callable[[], None] = lambda: None,
    ) -> None:
        """Calls nobody yet. Raises `UserFault` for a private key that is none.

        `heard` is told what came of every request: None where it went well.
        `may_write` is asked right before a write goes out, and raises what keeps it.
        """
        self._lines = Lines(identity.api_url, identity.timeout_s)
        asker = Asker(self._lines, now, heard, may_write)
        app = AppCredential(identity.app, identity.private_key, asker.their_now)
        self._desk = Desk(identity.app, asker, app, Tokens(asker, app, now))

    def their_now(self) -> float:
        """GitHub's clock; nothing is asked."""
        return self._desk.asker.their_now()

    def close(self) -> None:
        """Close idle connections."""
        self._lines.close()
