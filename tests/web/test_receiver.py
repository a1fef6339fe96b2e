"""The intake over raw sockets: what is let in, what is not, and what it says."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.store import SqlInbox, sqlite_url
from bot.app.hooks import DeliveryState, Inbox
from bot.domain.errors import MachineryFault
from bot.web import Limits, Receiver, application, secrets
from bot.web.body import MEGABYTE
from bot.web.receiver import REFUSED
from tests.fakes.inbox import MemoryInbox
from tests.web.wire import BODY, SECRET, Wire, ask, headers, post, running

NOW = 1_000.0
QUICK = Limits(body_s=0.3, keep_s=0.3)


@contextmanager
def intake(inbox: Inbox, limits: Limits | None = None) -> Iterator[int]:
    known = secrets(SECRET, former="old")
    receiver = Receiver(inbox, known, lambda: NOW, limits)
    with running(application(receiver, inbox)) as port:
        yield port


@pytest.fixture
def inbox() -> MemoryInbox:
    return MemoryInbox(lambda: NOW)


@pytest.fixture
def port(inbox: MemoryInbox) -> Iterator[int]:
    with intake(inbox, QUICK) as opened:
        yield opened


def kept(inbox: Inbox) -> int:
    return sum(inbox.counts().values())


def test_a_signed_delivery_is_kept_as_it_came_and_answered_202(
    port: int, inbox: MemoryInbox
) -> None:
    body = b'{"a": "\xe2\x80\xa8 \x00"}  '
    given = headers(body, guid="72d3162e-cc78-11e3-81ab-4c9367dc0958")
    answer = post(port, body, given)
    assert (answer.status, answer.text) == (202, "Kept.\n")
    (one,) = inbox.pending(10)
    assert (one.guid, one.event) == ("72d3162e-cc78-11e3-81ab-4c9367dc0958", "push")
    assert (one.body, one.received_at) == (body, NOW)


def test_the_former_secret_still_counts_while_it_is_rotated(port: int) -> None:
    assert post(port, given=headers(secret="old")).status == 202


def test_a_wrong_signature_is_refused_and_nothing_is_kept(
    port: int, inbox: MemoryInbox
) -> None:
    for given in (
        headers(secret="guessed"),
        headers(b"another body") | {"Content-Length": str(len(BODY))},
        headers() | {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        headers() | {"X-Hub-Signature-256": ""},
    ):
        answer = post(port, given=given)
        assert answer.status == 401
        assert answer.text == "The signature is missing or wrong.\n"
    assert kept(inbox) == 0


def test_a_missing_signature_is_refused_before_anything_is_read(
    port: int, inbox: MemoryInbox
) -> None:
    given = headers()
    del given["X-Hub-Signature-256"]
    given["X-Hub-Signature"] = "sha1=" + "0" * 40  # the old one does not count
    given["Content-Length"] = str(20 * MEGABYTE)
    with Wire(port) as wire:
        wire.begin(given)  # and not one byte of the body
        answer = wire.hear()
    assert answer.status == 401
    assert kept(inbox) == 0


def test_two_signatures_are_none(port: int) -> None:
    second = {"x-hub-signature-256": "sha256=" + "0" * 64}  # other case, other header
    assert post(port, given=headers() | second).status == 401


def test_a_signature_is_asked_for_before_the_other_headers(port: int) -> None:
    assert post(port, given={"Content-Length": str(len(BODY))}).status == 401


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-GitHub-Delivery", None),
        ("X-GitHub-Delivery", ""),
        ("X-GitHub-Delivery", "a" * 65),
        ("X-GitHub-Delivery", "a b"),
        ("X-GitHub-Delivery", "\xe9"),
        ("X-GitHub-Event", None),
        ("X-GitHub-Event", ""),
        ("X-GitHub-Event", "push\x0b"),
        ("X-GitHub-Event", "Push"),
        ("X-GitHub-Event", "p" * 65),
        ("X-GitHub-Event", "../push"),
    ],
)
def test_a_missing_or_odd_name_is_refused(
    port: int, inbox: MemoryInbox, name: str, value: str | None
) -> None:
    given = headers()
    if value is None:
        del given[name]
    else:
        given[name] = value
    answer = post(port, given=given)
    assert answer.status == 400
    assert kept(inbox) == 0


def test_a_replayed_delivery_is_kept_once(port: int, inbox: MemoryInbox) -> None:
    given = headers()
    answers = {post(port, given=given).status for _ in range(5)}
    assert answers == {202}
    assert kept(inbox) == 1


def test_a_replay_under_another_guid_is_one_more_hint(
    port: int, inbox: MemoryInbox
) -> None:
    """The GUID is not signed: what acts on hints must know things by their own id."""
    for guid in ("first", "second"):
        assert post(port, given=headers(guid=guid)).status == 202
    assert len({one.body for one in inbox.pending(9)}) == 1
    assert kept(inbox) == 2


def test_a_redelivery_of_what_is_done_is_answered_and_does_nothing(
    port: int, inbox: MemoryInbox
) -> None:
    given = headers(guid="again")
    post(port, given=given)
    inbox.done({"again": ""})
    assert post(port, given=given).status == 202
    assert inbox.counts()[DeliveryState.PENDING] == 0


def test_a_body_that_is_announced_as_too_large_is_not_read(
    port: int, inbox: MemoryInbox
) -> None:
    with Wire(port) as wire:
        wire.begin(headers() | {"Content-Length": str(30 * MEGABYTE)})
        answer = wire.hear()
    assert answer.status == 413
    assert "connection: close" in answer.head
    assert kept(inbox) == 0


def test_a_body_that_turns_out_too_large_is_cut_off(inbox: MemoryInbox) -> None:
    given = headers() | {"Transfer-Encoding": "chunked"}
    del given["Content-Length"]
    with intake(inbox) as port, Wire(port) as wire:
        wire.begin(given)
        sent = 0
        while sent < 200 * MEGABYTE and wire.chunk(b"x" * 65_536):
            sent += 65_536
        answer = wire.hear()
    assert answer.status in {413, 0}  # it may hang up while we still talk
    assert sent < 200 * MEGABYTE  # most of it lay in the kernel
    assert kept(inbox) == 0


def test_a_large_body_that_is_allowed_is_taken_whole(inbox: MemoryInbox) -> None:
    body = b"x" * (25 * MEGABYTE)
    with intake(inbox) as port:
        assert post(port, body, headers(body)).status == 202
        body += b"x"
        assert post(port, body, headers(body)).status in {413, 0}
    assert [len(one.body) for one in inbox.pending(9)] == [25 * MEGABYTE]


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "5, 6"])
def test_a_length_that_is_none_is_refused(
    port: int, inbox: MemoryInbox, length: str
) -> None:
    answer = post(port, given=headers() | {"Content-Length": length})
    assert answer.status == 400
    assert kept(inbox) == 0


def test_a_body_that_drips_is_not_waited_for(port: int, inbox: MemoryInbox) -> None:
    with Wire(port) as wire:
        wire.begin(headers())
        wire.say(BODY[:3])
        answer = wire.hear()
    assert answer.status == 408
    assert kept(inbox) == 0


def test_while_bodies_drip_others_are_served(inbox: MemoryInbox) -> None:
    with intake(inbox) as port:
        rude = [Wire(port) for _ in range(20)]
        for wire in rude:
            wire.begin(headers())
            wire.say(BODY[:3])
        assert post(port).status == 202
        for wire in rude:
            wire.__exit__()


def test_a_body_that_breaks_off_is_forgotten(inbox: MemoryInbox) -> None:
    with intake(inbox) as port:
        with Wire(port) as wire:
            wire.begin(headers())
            wire.say(BODY[:3])
        assert post(port).status == 202
    assert kept(inbox) == 1


def test_bodies_that_are_read_at_once_have_a_bound_together(
    inbox: MemoryInbox,
) -> None:
    limits = Limits(in_flight=100, body_s=5.0)
    with intake(inbox, limits) as port:
        with Wire(port) as first, Wire(port) as second:
            for wire in (first, second):
                wire.begin(headers() | {"Content-Length": "90"})
                wire.say(b"x" * 80)
            refused = second.hear()
            assert (refused.status, "retry-after" in refused.head) == (503, True)
        assert post(port).status == 202  # what was held is given back


def test_a_store_that_fails_is_answered_503_and_asks_to_come_again(
    port: int, inbox: MemoryInbox
) -> None:
    inbox.fault = MachineryFault("The disk is full.")
    given = headers()
    answer = post(port, given=given)
    assert (answer.status, "retry-after: 10" in answer.head) == (503, True)
    assert "disk" not in answer.text
    inbox.fault = None
    assert post(port, given=given).status == 202
    assert kept(inbox) == 1


def test_that_nothing_is_kept_is_logged_when_it_begins_and_when_it_is_over(
    port: int, inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "seedgate")
    post(port)
    for why in ("The disk is full.", "The server is gone."):
        inbox.fault = MachineryFault(why)
        assert {post(port).status for _ in range(3)} == {503}
        inbox.fault = None
        assert {post(port).status for _ in range(2)} == {202}
    cannot, again = "Webhooks cannot be kept, and are answered 503: ", "Webhooks are "
    assert [one.getMessage() for one in caplog.records] == [
        *(f"{cannot}The disk is full.", f"{again}kept again."),
        *(f"{cannot}The server is gone.", f"{again}kept again."),
    ]


def test_that_signatures_are_refused_is_logged_once_in_five_minutes(
    inbox: MemoryInbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "seedgate")
    at = [NOW]
    receiver = Receiver(inbox, secrets(SECRET), lambda: at[0])
    unsigned = {"Content-Length": str(len(BODY))}
    with running(application(receiver, inbox)) as port:
        assert post(port).status == 202
        assert not caplog.records
        for at[0] in (NOW, NOW + 1.0, NOW + 299.0, NOW + 300.0, NOW + 301.0):
            for given in (headers(secret="guessed"), unsigned):
                assert post(port, given=given).status == 401
    assert [one.getMessage() for one in caplog.records] == [REFUSED, REFUSED]
    assert "SEEDGATE_WEBHOOK_SECRET" in REFUSED


def test_a_store_that_hangs_is_answered_in_time(port: int, inbox: MemoryInbox) -> None:
    inbox.gate.clear()
    assert [post(port).status for _ in range(3)] == [503, 503, 503]
    inbox.gate.set()
    assert post(port).status == 202
    assert kept(inbox) == 2  # the first was begun; the others were taken away


def test_duplicates_at_the_same_moment_are_kept_once(tmp_path: Path) -> None:
    real = SqlInbox(sqlite_url(tmp_path / "store.sqlite"), lambda: NOW)
    given = headers()
    with intake(real) as port, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(port, given=given).status, range(64)))
    assert answers == [202] * 64
    assert kept(real) == 1
    real.close()


def test_deliveries_that_wait_for_the_disk_share_a_commit(
    inbox: MemoryInbox,
) -> None:
    inbox.gate.clear()
    with intake(inbox) as port, ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(post, port) for _ in range(8)]
        threading.Timer(0.5, inbox.gate.set).start()
        assert [one.result().status for one in waiting] == [202] * 8
    assert len(inbox.batches) < 8
    assert sum(inbox.batches) == 8


def test_a_connection_is_used_again_after_a_delivery_and_not_after_a_refusal(
    port: int,
) -> None:
    with Wire(port) as wire:
        for given, status in ((headers(), 202), (headers(secret="no"), 401)):
            wire.begin(given)
            wire.say(BODY)
            assert wire.hear().status == status
        assert wire.hear().status == 0


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /webhook", 405),
        ("PUT /webhook", 405),
        ("POST /healthz", 405),
        ("GET /", 404),
        ("POST /webhook/", 404),
        ("POST /webhook/../healthz", 404),
        ("GET /healthz", 200),
        ("GET /readyz", 200),
    ],
)
def test_every_other_method_and_path_is_refused(
    port: int, line: str, status: int
) -> None:
    assert ask(port, line).status == status


def test_a_store_that_is_away_makes_it_unready_and_not_dead(
    port: int, inbox: MemoryInbox
) -> None:
    inbox.fault = MachineryFault("The server at secret-host is gone.")
    assert ask(port, "GET /healthz").status == 200
    ready = ask(port, "GET /readyz")
    assert (ready.status, ready.text) == (503, "The store cannot be reached.\n")


def test_limits_can_be_told_apart(inbox: MemoryInbox) -> None:
    with intake(inbox, replace(Limits(), body=10)) as port:
        assert post(port, BODY).status in {413, 0}
        assert post(port, b"0123456789", headers(b"0123456789")).status == 202
