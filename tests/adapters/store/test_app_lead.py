"""One App of those on a store leads; the next takes over, however the first ended."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.store import AppLead, SqlStore, StoreError, postgres_url, sqlite_url
from tests.databases.postgres import Server, name_of
from tests.waiting import until

LEADS = """
import sys
from bot.adapters.store import AppLead
lead = AppLead(sys.argv[1])
print(lead.take(), flush=True)
sys.stdin.read()
"""
Leads = tuple[AppLead, AppLead]


@pytest.fixture
def leads(pulls_url: str) -> Iterator[Leads]:
    both = AppLead(pulls_url), AppLead(pulls_url)
    yield both
    for one in both:
        one.close()


@pytest.fixture
def served(database_url: str) -> Iterator[Leads]:
    """Two programs on PostgreSQL."""
    url = postgres_url(database_url)
    both = AppLead(url), AppLead(url)
    yield both
    for one in both:
        one.close()


def takes(lead: AppLead) -> None:
    """As soon as the server has ended the session of who had it before."""
    until(lead.take, "the lead to be free")


def test_one_app_leads_until_it_gives_the_lead_back(leads: Leads) -> None:
    first, second = leads
    assert first.take()
    assert not second.take()
    assert first.take()
    first.close()
    takes(second)


def test_an_app_that_gave_the_lead_back_may_stand_by_again(leads: Leads) -> None:
    first, second = leads
    assert first.take()
    first.close()
    takes(second)
    assert not first.take()
    second.close()
    takes(first)


def test_the_lead_of_the_app_is_not_that_of_the_dispatcher(
    leads: Leads, pulls_url: str
) -> None:
    store = SqlStore(pulls_url, float)
    assert store.lead()
    assert leads[0].take()
    assert store.lead()
    store.close()


def test_a_killed_app_leads_no_more(leads: Leads, pulls_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LEADS, pulls_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as leader:
        assert leader.stdout is not None
        assert leader.stdout.readline() == b"True\n"
        assert not leads[0].take()
        leader.kill()
        leader.wait()
        until(leads[0].take, "the lead to be free")


def test_a_session_that_was_cut_leads_no_more_and_says_so(
    postgres: Server, database_url: str, served: Leads
) -> None:
    first, second = served
    assert first.take()
    postgres.cut(name_of(database_url))
    takes(second)
    assert not first.take()
    assert not first.take()
    second.close()
    takes(first)


def test_a_lost_lead_is_told_even_if_nobody_else_took_it(
    postgres: Server, database_url: str, served: Leads
) -> None:
    first, _ = served
    assert first.take()
    postgres.cut(name_of(database_url))
    assert not first.take()
    assert first.take()


def test_who_stands_by_goes_on_to_after_its_session_was_cut(
    postgres: Server, database_url: str, served: Leads
) -> None:
    first, second = served
    assert first.take()
    assert not second.take()
    postgres.cut(name_of(database_url))
    assert not second.take()
    assert second.take()


def test_a_server_that_is_away_leaves_nobody_leading(
    postgres: Server, served: Leads
) -> None:
    first, _ = served
    assert first.take()
    with postgres.down():
        assert not first.take()
        with pytest.raises(StoreError, match="was lost"):
            first.take()
    assert first.take()


def test_a_lock_file_that_somebody_deleted_is_a_lost_lead(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "store.sqlite")
    first, second = AppLead(url), AppLead(url)
    assert first.take()
    (tmp_path / "store.sqlite.app.lock").unlink()
    assert second.take()
    assert not first.take()
    assert not first.take()
    assert second.take()
    first.close()
    second.close()


def test_a_folder_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    lead = AppLead(sqlite_url(tmp_path / "store.sqlite"))
    (tmp_path / "store.sqlite.app.lock").mkdir()
    with pytest.raises(StoreError, match="The folder"):
        lead.take()
    lead.close()
