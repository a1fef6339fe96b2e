"""Making the App from a browser: a link with a token, GitHub's form, and its answer.

Who has the link may make the App; who comes back from GitHub must bring the state that
the page gave out, once and within an hour. So nobody can slip another App in.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.domain.errors import UserFault
from bot.domain.github import GitHubError, Transient
from bot.domain.github.configuration import HEALTH, SETUP, SETUP_DONE, NewApp
from bot.presentation.setup_page import (
    Terms,
    fault_page,
    gone_page,
    made_page,
    setup_page,
)
from bot.presentation.words.setup import refused
from bot.web.setup_page import QUIET, shown

STATE_S = 3600.0
"""As long as GitHub keeps the code that comes with it."""

MOST_STATES = 64
"""Pages that may be open at once; the oldest ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Works:
    """What the setup does in the end; each may block, and runs in a thread of its own.

    `ready` raises `UserFault` where an App could not be kept. `convert` gives the App
    of a code, or raises `GitHubError`. `keep` stores it and tells the process that it
    is configured, or raises `UserFault`.
    """

    ready: Callable[[], None]
    convert: Callable[[str], NewApp]
    keep: Callable[[NewApp], None]


class States:
    """States that were given out and have not come back."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` in seconds, of whatever clock."""
        self._now = now
        self._given: dict[str, float] = {}

    def give(self) -> str:
        """A new one."""
        state = secrets.token_urlsafe(32)
        self._given[state] = self._now()
        while len(self._given) > MOST_STATES:
            del self._given[next(iter(self._given))]
        return state

    def take(self, state: str) -> bool:
        """Whether it was given out within the hour and never taken; it is taken now."""
        known = [one for one in self._given if _same(one, state)]
        times = [self._given.pop(one) for one in known]
        return any(self._now() - at <= STATE_S for at in times)

    def put_back(self, state: str) -> None:
        """What it was taken for did not happen: it may come once more."""
        self._given[state] = self._now()


class SetupDesk:
    """`/setup` and `/setup/done`, until there is an App."""

    def __init__(self, terms: Terms, works: Works, now: Callable[[], float]) -> None:
        """Begin with a fresh token, which `link` shows."""
        self._terms = terms
        self._works = works
        self._token = secrets.token_urlsafe(32)
        self._states = States(now)
        self._turn = asyncio.Lock()
        self._made = False

    @property
    def link(self) -> str:
        """The link for whoever sets the App up; a secret."""
        return f"{self._terms.public_url}{SETUP}?token={quote(self._token)}"

    async def show(self, request: Request) -> Response:
        """The page with the button, for who has the link."""
        if self._made or not _same(self._token, _single(request, "token")):
            return shown(gone_page(), 404)
        page = setup_page(self._terms, self._states.give())
        return shown(page, form_to=self._terms.web_url)

    async def done(self, request: Request) -> Response:
        """GitHub sends the person back: the App is fetched, kept, and installed."""
        state, code = _single(request, "state"), _single(request, "code")
        async with self._turn:
            if self._made or not self._states.take(state):
                return shown(gone_page(), 403)
            return await self._finished(state, code)

    async def _finished(self, state: str, code: str) -> Response:
        try:
            app = await asyncio.to_thread(self._fetched, code)
        except GitHubError as fault:
            if isinstance(fault.failure, Transient):
                self._states.put_back(state)
            return shown(fault_page(refused(fault.failure)), 502)
        except UserFault as fault:
            return shown(fault_page(fault), 500)
        self._made = True
        return self._onward(app)

    def _fetched(self, code: str) -> NewApp:
        self._works.ready()
        app = self._works.convert(code)
        self._works.keep(app)
        return app

    def _onward(self, app: NewApp) -> Response:
        """To where it is installed, on the GitHub that was asked and nowhere else."""
        install = f"{app.html_url}/installations/new"
        if not install.startswith(f"{self._terms.web_url}/"):
            return shown(made_page(app.slug, install))
        return RedirectResponse(install, 303, QUIET)


def setup_routes(desk: SetupDesk) -> list[Route]:
    """The routes of the setup; each answers GET alone, for HEAD would take a state."""
    routes = [Route(SETUP, desk.show), Route(SETUP_DONE, desk.done)]
    for route in routes:
        route.methods = {"GET"}
    return routes


def setup_application(desk: SetupDesk) -> Starlette:
    """The setup alone, for a process that serves nothing else yet."""
    health = Route(HEALTH, _alive), Route("/readyz", _unready)
    made = Starlette(routes=[*health, *setup_routes(desk)])
    made.router.redirect_slashes = False
    return made


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("Alive.\n")


async def _unready(_request: Request) -> Response:
    return PlainTextResponse("There is no App yet: GitHub has nobody to ask.\n", 503)


def _single(request: Request, name: str) -> str:
    """A value of the query that was given once; empty otherwise."""
    values = request.query_params.getlist(name)
    return values[0] if len(values) == 1 else ""


def _same(known: str, given: str) -> bool:
    return secrets.compare_digest(known.encode(), given.encode())
