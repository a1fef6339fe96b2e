"""Lines to GitHub: PyGithub's requesters, each lent to one thread at a time.

PyGithub keeps verb, address and body of a request in the connection that all threads of
a client share: two threads at once may send one request twice and the other never. So a
line is lent, and comes back. Nothing here retries, waits or follows a redirect.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import requests
import urllib3
from github.Auth import Auth
from github.Requester import Requester
from typing_extensions import override
from urllib3.connectionpool import ConnectionPool

from bot.app.github import BROKEN_OFF_S, REACHES_S
from bot.domain.github import GitHubError, Secret, Transient

API_VERSION = "2022-11-28"
ACCEPT = "application/vnd.github+json"
TIMEOUT_S = BROKEN_OFF_S
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `path` below the API's root, or a whole address that GitHub gave.

    `writes` says that it changes what is there.
    """

    verb: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    etag: str = ""
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """Whatever came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)


class Lines:
    """As many lines as threads call at once, kept open."""

    def __init__(self, api_url: str, timeout_s: int = TIMEOUT_S) -> None:
        """`api_url` is `https://api.github.com`, or `https://HOST/api/v3`."""
        self._api_url = api_url.rstrip("/")
        self._timeout_s = timeout_s
        self._idle: list[_Line] = []
        self._lock = threading.Lock()

    def send(self, credential: Secret | None, request: Request) -> Answered:
        """What GitHub answers; `Transient` where no whole answer came.

        Without a credential it is asked as anybody may ask.
        """
        fault = ""
        with self._lent() as line:
            try:
                return line.send(credential, request)
            except _Stopped as stop:
                return stop.answered
            except (requests.RequestException, urllib3.exceptions.HTTPError) as broken:
                fault = type(broken).__name__
        # Outside of the handler: the exception above holds the request's headers.
        raise GitHubError(Transient(f"no whole answer: {fault}"))

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    @contextmanager
    def _lent(self) -> Iterator["_Line"]:
        with self._lock:
            line = self._idle.pop() if self._idle else None
        line = line or _Line(self._api_url, self._timeout_s)
        try:
            yield line
        finally:
            with self._lock:
                self._idle.append(line)


class _Line:
    """One requester with the credential of whoever has it."""

    def __init__(self, api_url: str, timeout_s: int) -> None:
        self._shown = _Shown()
        # To get there, and to wait for an answer: PyGithub gives both to `requests`.
        timeout: Any = (min(REACHES_S, timeout_s), timeout_s)
        self._requester = _Quiet(
            auth=self._shown,
            base_url=api_url,
            timeout=timeout,
            user_agent="seedgate",
            per_page=PER_PAGE,
            verify=True,
            retry=_Stopping(total=0, read=False),
            pool_size=1,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
            api_version=API_VERSION,
        )

    def send(self, credential: Secret | None, request: Request) -> Answered:
        """Send it once."""
        headers = {"Accept": ACCEPT}
        if request.etag:
            headers["If-None-Match"] = request.etag
        address = request.path
        if address == "/graphql":  # beside the API of an Enterprise server, not below
            address = self._requester.graphql_url
        self._shown.credential = credential
        try:
            status, answered, text = self._requester.requestJson(
                request.verb, address, dict(request.query), headers, request.body
            )
        finally:
            self._shown.credential = None
        return Answered(status, answered, text)

    def close(self) -> None:
        """Close the connection."""
        self._requester.close()


class _Shown(Auth):
    """The credential of this moment, in the form that PyGithub wants it."""

    credential: Secret | None = None

    @property
    @override
    def token_type(self) -> str:
        return "Bearer"

    @property
    @override
    def token(self) -> str:
        return self.credential.revealed if self.credential else ""

    @override
    def authentication(self, headers: dict[str, str]) -> None:
        if self.credential is not None:
            super().authentication(headers)


class _Quiet(Requester):
    """PyGithub's requester without its log, which at DEBUG holds whole answers.

    The answer to a request for a token is the token.
    """


class _Silent(logging.Logger):
    """A log that nobody can switch on: `disabled` is lost when logs are configured."""

    @override
    def isEnabledFor(self, level: int) -> bool:
        return False


_Quiet.injectLogger(_Silent("silent"))


class _Stopped(Exception):  # noqa: N818 - an answer on its way, not an error
    """An answer that PyGithub would act upon by itself."""

    def __init__(self, answered: Answered) -> None:
        super().__init__(answered.status)
        self.answered = answered


class _Stopping(urllib3.Retry):
    """A retry policy that never retries, and stops what PyGithub would do by itself.

    It follows a 301 without the query, so that filters and pages vanish, and sleeps on
    a 202. The policy of retries is the one place that sees an answer before it.
    """

    @override
    def is_retry(
        self,
        method: str,
        status_code: int,
        has_retry_after: bool = False,
    ) -> bool:
        if status_code == HTTPStatus.ACCEPTED:
            return method == "GET"
        return status_code == HTTPStatus.MOVED_PERMANENTLY

    @override
    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if response is None:
            return super().increment(method, url, None, error, _pool, _stacktrace)
        headers = {name.lower(): value for name, value in response.headers.items()}
        response.drain_conn()
        raise _Stopped(Answered(response.status, headers, ""))
