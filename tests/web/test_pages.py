"""Pages and bundles over raw sockets: who sees what, and what browsers are told."""

import base64
import hashlib
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from bot.adapters.store import SqlPages, sqlite_url
from bot.app.pages import Pages
from bot.compose.pages import html_of
from bot.domain.errors import MachineryFault
from bot.domain.links import Kind, Subject, expiry, key_of, sign, signed
from bot.web.pages import Patience, page_routes
from tests.fakes import reports
from tests.fakes.pages import MemoryPages
from tests.web.wire import Answer, Wire, ask, running

NOW = 1_700_000_000.0
KEY = key_of("a secret of more than sixteen characters")
PAGE = Subject(7, "4b825dc642cb6eb9", Kind.PAGE)
BUNDLE = Subject(7, "b1", Kind.BUNDLE)
HTML = html_of(reports.blocking())
DATA = b"# v2 git bundle\n" + bytes(range(256))
WHERE = "https://gate.example"


@contextmanager
def served(pages: Pages, patience: Patience | None = None) -> Iterator[int]:
    routes = page_routes(pages, KEY, lambda: NOW, patience)
    with running(Starlette(routes=routes)) as port:
        yield port


@pytest.fixture
def pages() -> MemoryPages:
    made = MemoryPages()
    made.keep(PAGE.repository, PAGE.id, HTML, NOW)
    made.keep_bundle(BUNDLE.repository, BUNDLE.id, DATA, NOW)
    return made


@pytest.fixture
def port(pages: MemoryPages) -> Iterator[int]:
    with served(pages) as opened:
        yield opened


def path_of(subject: Subject = PAGE, until: int | None = None) -> str:
    """Path and query of a signed address; by default of one that opens."""
    address = signed(WHERE, subject, until or expiry(NOW), KEY)
    return address.removeprefix(WHERE)


def get(port: int, path: str, method: str = "GET") -> Answer:
    return ask(port, f"{method} {path}")


def dated(head: str) -> list[str]:
    """Headers without the one that tells the time."""
    return [line for line in head.split("\r\n") if not line.startswith("date:")]


def test_a_signed_link_shows_the_report(port: int) -> None:
    answer = get(port, path_of())
    assert answer.status == 200
    assert answer.text.encode("latin-1").decode() == HTML
    assert "content-type: text/html; charset=utf-8" in answer.head


def test_a_signed_link_to_a_bundle_saves_it_under_a_harmless_name(port: int) -> None:
    answer = get(port, path_of(BUNDLE))
    assert (answer.status, answer.text.encode("latin-1")) == (200, DATA)
    assert "content-type: application/octet-stream" in answer.head
    saved = 'content-disposition: attachment; filename="seedgate.bundle"'
    assert saved in answer.head


@pytest.mark.parametrize("kind", ["evaluations", "bundles"])
def test_the_permanent_address_tells_known_from_unknown_by_nothing(
    port: int, pages: MemoryPages, kind: str
) -> None:
    known = get(port, f"/{kind}/{PAGE.id}")
    for id_ in (BUNDLE.id, "0" * 16, "..", "x" * 900, "%00", "-"):
        other = get(port, f"/{kind}/{id_}")
        assert (other.status, other.text) == (known.status, known.text)
        assert dated(other.head) == dated(known.head)
    assert known.status == 200
    assert "/gate status" in known.text
    assert PAGE.id not in known.text
    assert pages.asked == []  # so there is nothing to measure either


def test_a_bad_link_is_answered_alike_whatever_is_wrong_with_it(
    port: int, pages: MemoryPages
) -> None:
    until, good = expiry(NOW), sign(PAGE, expiry(NOW), KEY)
    where = f"/evaluations/{PAGE.id}"
    wrong = "0" * 64
    paths = [
        f"{where}?until={until}&signature={wrong}",
        f"/evaluations/unknown?until={until}&signature={wrong}",
        f"/evaluations/unknown?until={until}&signature={good}",
        f"/evaluations/{'x' * 65}?until={until}&signature={good}",
        f"/bundles/{PAGE.id}?until={until}&signature={good}",
        f"/bundles/{BUNDLE.id}?until={until}&signature={good}",
        f"{where}?until={until + 1}&signature={good}",
        f"{where}?until={until}",
        f"{where}?signature={good}",
        f"{where}?until=&signature=",
        f"{where}?until=never&signature={good}",
        f"{where}?until={'9' * 5000}&signature={good}",
        f"{where}?until={until}&until={until}&signature={good}",
        f"{where}?until={until}&signature={good}&signature={wrong}",
        f"{where}?until={until}&signature=%ff%00{good}",
        f"{where}?until={until}&signature={good.upper()}",
    ]
    answers = [get(port, path) for path in paths]
    assert {one.status for one in answers} == {403}
    assert len({one.text for one in answers}) == 1
    assert len({tuple(dated(one.head)) for one in answers}) == 1
    assert "/gate status" in answers[0].text
    assert {what for what, _ in pages.asked} == {"subjects"}  # no content was read


def test_a_link_that_has_expired_says_so_and_how_to_get_a_fresh_one(
    port: int, pages: MemoryPages
) -> None:
    for subject in (PAGE, BUNDLE):
        answer = get(port, path_of(subject, until=int(NOW)))
        assert answer.status == 403
        assert "This link has expired" in answer.text
        assert "/gate status" in answer.text
    assert {what for what, _ in pages.asked} == {"subjects"}


def test_a_link_that_was_revoked_opens_nothing_and_a_new_one_does(
    port: int, pages: MemoryPages
) -> None:
    before = path_of()
    assert get(port, before).status == 200
    generation = pages.revoke(PAGE.repository)
    assert get(port, before).status == 403
    assert get(port, path_of(replace(PAGE, generation=generation))).status == 200


def test_a_link_to_what_was_forgotten_opens_nothing(
    port: int, pages: MemoryPages
) -> None:
    pages.prune(NOW + 1.0)
    assert get(port, path_of()).status == 403
    assert get(port, path_of(BUNDLE)).status == 403


class Fleeting(MemoryPages):
    """Forgets what it has just found."""

    def page(self, repository: int, evaluation: str) -> str | None:
        return None

    def bundle(self, repository: int, bundle: str) -> bytes | None:
        return None


def test_what_is_forgotten_while_it_is_asked_for_is_answered_as_bad() -> None:
    pages = Fleeting()
    pages.keep(PAGE.repository, PAGE.id, HTML, NOW)
    pages.keep_bundle(BUNDLE.repository, BUNDLE.id, DATA, NOW)
    with served(pages) as port:
        assert [get(port, path_of(one)).status for one in (PAGE, BUNDLE)] == [403, 403]


@pytest.mark.parametrize("path", [path_of(), path_of(BUNDLE), "/evaluations/x"])
def test_head_says_the_same_without_the_body(port: int, path: str) -> None:
    whole = get(port, path)
    with_head = head_of(port, path)
    assert with_head == (whole.status, dated(whole.head))


def head_of(port: int, path: str) -> tuple[int, list[str]]:
    """A HEAD's answer; nothing may follow its headers."""
    with Wire(port) as wire:
        wire.begin({"Connection": "close"}, f"HEAD {path}")
        raw = b""
        while more := wire._socket.recv(65_536):
            raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b""
    lines = dated(head.decode("latin-1").lower())
    return int(lines[0].split()[1]), [one for one in lines if "connection" not in one]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(port: int, method: str) -> None:
    for subject in (PAGE, BUNDLE):
        assert get(port, path_of(subject), method).status == 405


@pytest.mark.parametrize(
    "path", [path_of(), path_of(BUNDLE), "/evaluations/x", "/bundles/x?until=1"]
)
def test_nothing_is_stored_framed_or_told_to_others(port: int, path: str) -> None:
    head = get(port, path).head.split("\r\n")
    for line in (
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "x-robots-tag: noindex, nofollow",
        "cross-origin-resource-policy: same-origin",
    ):
        assert line in head
    (policy,) = [line for line in head if line.startswith("content-security-policy")]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "sandbox"):
        assert part in policy
    assert "unsafe" not in policy


def policy_of(port: int, path: str) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer.headers["content-security-policy"]


def test_the_one_style_of_the_page_is_allowed_by_its_hash(port: int) -> None:
    style = HTML.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = policy_of(port, path_of())
    assert f"style-src 'sha256-{digest}'" in policy
    assert "img-src data:" in policy
    assert "img-src" not in policy_of(port, path_of(BUNDLE))


def test_a_store_that_fails_is_told_and_nothing_of_the_link(
    port: int, pages: MemoryPages, capfd: pytest.CaptureFixture[str]
) -> None:
    pages.fault = MachineryFault("The disk is on fire.")
    answer = get(port, path_of())
    assert (answer.status, "retry-after: 10" in answer.head) == (503, True)
    assert "disk" not in answer.text
    assert get(port, f"/evaluations/{PAGE.id}").status == 200
    assert capfd.readouterr() == ("", "")


class Broken(MemoryPages):
    """Fails as nobody foresaw."""

    def page(self, repository: int, evaluation: str) -> str | None:
        raise RuntimeError("broken")


def test_what_nobody_foresaw_is_logged_without_the_signature(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pages = Broken()
    pages.keep(PAGE.repository, PAGE.id, HTML, NOW)
    with served(pages) as port:
        assert get(port, path_of()).status == 500
    told = "".join(capfd.readouterr()) + caplog.text
    assert "broken" in told
    query = urlsplit(path_of()).query
    assert sign(PAGE, expiry(NOW), KEY) in query
    assert sign(PAGE, expiry(NOW), KEY) not in told


class Slow(MemoryPages):
    """Hangs until it is let go."""

    gate = threading.Event()

    def page(self, repository: int, evaluation: str) -> str | None:
        self.gate.wait(20)
        return None


def test_a_store_that_hangs_holds_nobody_up_for_ever() -> None:
    pages = Slow()
    pages.keep(PAGE.repository, PAGE.id, HTML, NOW)
    with served(pages, Patience(seconds=0.2, at_once=1)) as port:
        assert get(port, path_of()).status == 503
        assert get(port, f"/evaluations/{PAGE.id}").status == 200
        pages.gate.set()


def test_pages_of_a_database_are_served(tmp_path: Path) -> None:
    pages = SqlPages(sqlite_url(tmp_path / "store.sqlite"))
    pages.keep(PAGE.repository, PAGE.id, HTML, NOW)
    pages.keep_bundle(BUNDLE.repository, BUNDLE.id, DATA, NOW)
    with served(pages) as port:
        assert get(port, path_of()).text.encode("latin-1").decode() == HTML
        assert get(port, path_of(BUNDLE)).text.encode("latin-1") == DATA
        assert get(port, path_of(replace(PAGE, repository=8))).status == 403
    pages.close()
