"""Turning the code of a manifest into a registered App, once (no App asks: it is new).

docs.github.com, "Registering a GitHub App from a manifest".
"""

import re
from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.adapters.github.asking import parsed
from bot.adapters.github.failing import failure_of
from bot.adapters.github.lines import TIMEOUT_S, Lines, Request
from bot.adapters.github.wire import Wire
from bot.domain.github import GitHubError, NotFound, Secret
from bot.domain.github.configuration import NewApp

_MADE = 201
_CODE = re.compile(r"[0-9A-Za-z_-]{1,128}", re.ASCII)


class _Conversion(Wire):
    """An App with all its secrets, as far as they are read."""

    id: int
    slug: Annotated[str, Field(min_length=1)]
    html_url: str
    pem: Annotated[str, Field(min_length=1, repr=False)]
    webhook_secret: Annotated[str, Field(min_length=1, repr=False)]

    def value(self) -> NewApp:
        """In our words."""
        return NewApp(
            self.id,
            self.slug,
            self.html_url,
            Secret(self.pem),
            Secret(self.webhook_secret),
        )


_CONVERSION = TypeAdapter(_Conversion)


def convert(api_url: str, code: str, now: float, timeout_s: int = TIMEOUT_S) -> NewApp:
    """The App that a code stands for; GitHub tells it once and within an hour.

    `now` is our clock. Raises `GitHubError`: `NotFound` for a code that is used, old or
    none. After `Transient` and `Odd` the secrets may be lost: the App is there then,
    and gets new ones in its settings.
    """
    if not _CODE.fullmatch(code):
        raise GitHubError(NotFound("no code of GitHub's"))
    lines = Lines(api_url, timeout_s)
    try:
        request = Request("POST", f"/app-manifests/{code}/conversions")
        answered = lines.send(None, request)
    finally:
        lines.close()
    if answered.status != _MADE:
        raise GitHubError(failure_of(answered, now))
    return parsed(answered, _CONVERSION).value()
