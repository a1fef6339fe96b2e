"""What every shelf of pages promises: on a database and in memory alike."""

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.adapters.store import SqlPages, StoreError, postgres_url, sqlite_url
from bot.adapters.store.schema_web import pages as table
from bot.domain.links import Kind, Subject
from tests.fakes.pages import MemoryPages

AnyPages = SqlPages | MemoryPages

HERE, FORK = 7, 2**40


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return postgres_url(request.getfixturevalue("database_url"))
    return sqlite_url(tmp_path / "store.sqlite")


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def pages(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyPages]:
    if request.param == "memory":
        yield MemoryPages()
        return
    url = sqlite_url(tmp_path / "store.sqlite")
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("database_url"))
    opened = SqlPages(url)
    yield opened
    opened.close()


def test_what_is_kept_comes_back_as_it_was(pages: AnyPages) -> None:
    html = "<p>±0.1 \u2028 'quoted' \0</p>" * 1_000
    data = bytes(range(256)) * 300
    pages.keep(HERE, "one", html, 5.0)
    pages.keep_bundle(HERE, "split", data, 5.0)
    assert pages.page(HERE, "one") == html
    assert pages.bundle(HERE, "split") == data


def test_what_was_never_kept_is_nothing(pages: AnyPages) -> None:
    pages.keep(HERE, "one", "a", 5.0)
    assert pages.page(HERE, "two") is None
    assert pages.page(FORK, "one") is None
    assert pages.bundle(HERE, "one") is None
    assert list(pages.subjects(Kind.PAGE, "two")) == []
    assert list(pages.subjects(Kind.BUNDLE, "one")) == []


def test_a_later_report_takes_the_place_of_the_earlier_one(pages: AnyPages) -> None:
    pages.keep(HERE, "one", "at the first look", 5.0)
    pages.keep(HERE, "one", "at the last look", 9.0)
    pages.keep_bundle(HERE, "one", b"old", 5.0)
    pages.keep_bundle(HERE, "one", b"new", 9.0)
    assert pages.page(HERE, "one") == "at the last look"
    assert pages.bundle(HERE, "one") == b"new"
    assert pages.prune(9.0) == 0


def test_forks_that_share_an_evaluation_have_a_page_each(pages: AnyPages) -> None:
    pages.keep(FORK, "one", "of the fork", 5.0)
    pages.keep(HERE, "one", "ours", 6.0)
    assert (pages.page(HERE, "one"), pages.page(FORK, "one")) == ("ours", "of the fork")
    pages.revoke(FORK)
    assert list(pages.subjects(Kind.PAGE, "one")) == [
        Subject(HERE, "one", Kind.PAGE, 0),
        Subject(FORK, "one", Kind.PAGE, 1),
    ]


def test_revoking_counts_one_repository_up_and_no_other(pages: AnyPages) -> None:
    assert pages.generation(HERE) == 0
    assert [pages.revoke(HERE), pages.revoke(HERE)] == [1, 2]
    assert (pages.generation(HERE), pages.generation(FORK)) == (2, 0)


def test_what_is_old_is_forgotten_and_what_was_revoked_stays_so(
    pages: AnyPages,
) -> None:
    pages.keep(HERE, "old", "a", 5.0)
    pages.keep(HERE, "young", "a", 50.0)
    pages.keep_bundle(HERE, "old", b"a", 5.0)
    pages.revoke(HERE)
    assert pages.prune(50.0) == 2
    assert pages.page(HERE, "old") is None
    assert pages.bundle(HERE, "old") is None
    assert pages.page(HERE, "young") == "a"
    assert pages.generation(HERE) == 1


def test_of_many_that_revoke_at_once_all_count(url: str) -> None:
    pages = SqlPages(url)
    with ThreadPoolExecutor(4) as pool:
        made = sorted(pool.map(lambda _: pages.revoke(HERE), range(20)))
    assert made == [*range(1, 21)]
    pages.close()


def test_two_instances_share_what_is_kept(url: str) -> None:
    one, other = SqlPages(url), SqlPages(url)
    one.keep(HERE, "one", "a", 5.0)
    other.revoke(HERE)
    assert other.page(HERE, "one") == "a"
    assert list(one.subjects(Kind.PAGE, "one")) == [Subject(HERE, "one", Kind.PAGE, 1)]
    one.close()
    other.close()


def test_pages_take_little_room(url: str) -> None:
    pages = SqlPages(url)
    pages.keep(HERE, "one", "<td>0.25</td>" * 10_000, 5.0)
    with pages._once.read() as connection:
        (packed,) = connection.execute(table.select().with_only_columns(table.c.html))
    assert len(packed[0]) < 1_000
    pages.close()


@pytest.mark.parametrize("damage", [b"no zlib", zlib.compress(b"\xff")])
def test_a_page_that_was_damaged_is_our_fault_and_says_so(
    url: str, damage: bytes
) -> None:
    pages = SqlPages(url)
    pages.keep(HERE, "one", "a", 5.0)
    with pages._once.write() as connection:
        connection.execute(update(table).values(html=damage))
    with pytest.raises(StoreError, match="cannot be read: a page"):
        pages.page(HERE, "one")
    pages.close()


def test_half_a_character_costs_no_page(pages: AnyPages) -> None:
    pages.keep(HERE, "one", "a \ud800 b", 5.0)
    assert pages.page(HERE, "one") in {"a &#55296; b", "a \ud800 b"}
