"""Report pages and git bundles over HTTP: with a signed link, and else with advice.

Who has no good link is told the same whether there is something or not, after the same
work: an unsigned address asks nothing of the store, a wrong signature only which
repositories have something of that id. Contents are read for good links alone. What an
address carries is written nowhere.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar, assert_never

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.app.pages import Pages
from bot.domain.errors import MachineryFault
from bot.domain.links import (
    SIGNATURE,
    UNTIL,
    Bad,
    Checked,
    Expired,
    Good,
    Key,
    Kind,
    Proof,
    Subject,
    check,
    is_id,
    proof,
)
from bot.presentation.bundle_text import FILE
from bot.presentation.link_pages import (
    AWAY,
    BAD,
    EXPIRED,
    UNSIGNED,
    Notice,
    notice_page,
)

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 4
PATIENCE_S = 8.0

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CLOSED = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox"
)
_ALWAYS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer of the store is waited for, and how many wait together."""

    seconds: float = PATIENCE_S
    at_once: int = AT_ONCE


class LinkedPages:
    """`GET` and `HEAD` of what links open; `now` gives Unix seconds."""

    def __init__(
        self,
        pages: Pages,
        key: Key,
        now: Callable[[], float],
        patience: Patience | None = None,
    ) -> None:
        """Open what is in `pages` with links that `key` has signed."""
        limits = patience or Patience()
        self._pages = pages
        self._key = key
        self._now = now
        self._seconds = limits.seconds
        self._threads = ThreadPoolExecutor(limits.at_once, "pages")

    async def page(self, request: Request) -> Response:
        """A report."""
        return await self._answered(request, Kind.PAGE, self._report)

    async def bundle(self, request: Request) -> Response:
        """A git bundle, to be saved."""
        return await self._answered(request, Kind.BUNDLE, self._download)

    async def _answered(
        self,
        request: Request,
        kind: Kind,
        opened: Callable[[Subject], Awaitable[Response]],
    ) -> Response:
        id_ = request.path_params["id"]
        if not {UNTIL, SIGNATURE} & set(request.query_params):
            return _notice(UNSIGNED, 200)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._settled(
                    await self._checked(request, kind, id_), opened
                )
        except (MachineryFault, TimeoutError):
            return _notice(AWAY, 503, {"retry-after": "10"})

    async def _checked(self, request: Request, kind: Kind, id_: str) -> Checked:
        given = _given(request)
        if given is None or not is_id(id_):
            return Bad()
        known = await self._ask(self._pages.subjects, kind, id_)
        return check(known, given, self._now(), self._key)

    async def _settled(
        self, checked: Checked, opened: Callable[[Subject], Awaitable[Response]]
    ) -> Response:
        match checked:
            case Good(subject):
                return await opened(subject)
            case Expired():
                return _notice(EXPIRED, 403)
            case Bad():
                return _notice(BAD, 403)
            case _:
                assert_never(checked)

    async def _report(self, subject: Subject) -> Response:
        html = await self._ask(self._pages.page, subject.repository, subject.id)
        if html is None:  # forgotten since it was found
            return _notice(BAD, 403)
        return HTMLResponse(html, headers=_headers(html))

    async def _download(self, subject: Subject) -> Response:
        data = await self._ask(self._pages.bundle, subject.repository, subject.id)
        if data is None:
            return _notice(BAD, 403)
        saved = {"content-disposition": f'attachment; filename="{FILE}"'}
        return Response(
            data,
            headers={**_headers(""), **saved},
            media_type="application/octet-stream",
        )

    async def _ask(
        self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Ask the store in a thread: requests go on meanwhile."""
        loop = asyncio.get_running_loop()
        asked = partial(question, *args, **kwargs)
        return await loop.run_in_executor(self._threads, asked)


def page_routes(
    pages: Pages,
    key: Key,
    now: Callable[[], float],
    patience: Patience | None = None,
) -> list[Route]:
    """What the application answers with pages and bundles; other methods are 405."""
    linked = LinkedPages(pages, key, now, patience)
    return [
        Route(f"/{Kind.PAGE}/{{id}}", linked.page, methods=["GET"]),
        Route(f"/{Kind.BUNDLE}/{{id}}", linked.bundle, methods=["GET"]),
    ]


def _given(request: Request) -> Proof | None:
    """What the address carries; of two values nobody knows which counts."""
    until, signature = map(request.query_params.getlist, (UNTIL, SIGNATURE))
    if len(until) != 1 or len(signature) != 1:
        return None
    return proof(until[0], signature[0])


def _notice(
    notice: Notice, status: int, more: dict[str, str] | None = None
) -> Response:
    html = notice_page(notice)
    return HTMLResponse(html, status, {**_headers(html), **(more or {})})


def _headers(html: str) -> dict[str, str]:
    """What a browser may do with the page: show it, its one style and its pictures.

    The style is known by its hash, so that no other one counts, whoever wrote it.
    """
    found = _STYLE.search(html)
    if found is None:
        return {**_ALWAYS, "content-security-policy": _CLOSED}
    digest = hashlib.sha256(found[1].encode()).digest()
    style = f"style-src 'sha256-{base64.b64encode(digest).decode()}'"
    policy = f"{_CLOSED}; img-src data:; {style}"
    return {**_ALWAYS, "content-security-policy": policy}
