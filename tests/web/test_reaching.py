"""Who answers at our public address."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.adapters.reaching import ALIVE, knock
from bot.domain.doctor import Answer
from bot.web.health import Health
from bot.web.serving import listen
from tests.fakes.inbox import MemoryInbox
from tests.web.wire import running


async def strange(_request: Request) -> Response:
    return PlainTextResponse("It works!\n")


async def elsewhere(_request: Request) -> Response:
    return RedirectResponse("/strange")


@pytest.fixture
def base() -> Iterator[str]:
    health = Health(MemoryInbox(lambda: 0.0))
    routes = [
        Route("/healthz", health.live),
        Route("/strange", strange),
        Route("/elsewhere", elsewhere),
    ]
    with running(Starlette(routes=routes)) as port:
        yield f"http://127.0.0.1:{port}"


def test_our_own_health_is_known(base: str) -> None:
    assert knock(f"{base}/healthz").answer is Answer.OURS
    assert ALIVE == b"Alive.\n"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/strange", "another page"),
        ("/elsewhere", "another page"),
        ("/missing", "status 404"),
    ],
)
def test_somebody_else_is_told_apart(base: str, path: str, said: str) -> None:
    seen = knock(f"{base}{path}")
    assert seen.answer is Answer.STRANGE
    assert said in seen.said


def test_nobody_at_all_is_told_with_the_reason() -> None:
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    listening.close()
    seen = knock(f"http://127.0.0.1:{port}/healthz")
    assert seen.answer is Answer.NONE
    assert "refused" in seen.said


def test_a_server_that_never_answers_is_nobody() -> None:
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    seen = knock(f"http://127.0.0.1:{port}/healthz", 0.2)
    listening.close()
    assert seen.answer is Answer.NONE
    assert "timed out" in seen.said
