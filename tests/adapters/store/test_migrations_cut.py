"""A migration that is killed in the middle, and two at once: nothing is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Row

from bot.adapters.store.database.tables import REVISION, metadata
from tests.adapters.store.older import fill, migrating, opened, read, rows

EARLIER, MIDDLE = "0004", "CREATE TABLE pull_standings"


Rows = Mapping[str, Sequence[Row[Any]]]


def whole(url: str, before: Rows) -> None:
    """The next start finds, or makes, all tables; what was in them is in them.

    A row may have got further columns.
    """
    with opened(url):
        after = dict(rows(url))
    assert [tuple(one) for one in after.pop("alembic_version")] == [(REVISION,)]
    assert set(after) == set(metadata.tables)
    for name in set(before) - {"alembic_version"}:
        both = zip(after[name], before[name], strict=True)
        assert [one[: len(old)] for one, old in both] == before[name]


def new(before: Mapping[str, object]) -> int:
    """How many tables are to be made."""
    return len(set(metadata.tables) - set(before))


@pytest.mark.parametrize("where", ["CREATE TABLE pull_alarms", MIDDLE, "COMMIT"])
def test_a_migration_that_is_killed_is_done_by_the_next_start_and_nothing_is_lost(
    new_url: str, where: str
) -> None:
    fill(new_url, EARLIER)
    before = rows(new_url)
    with migrating(new_url, where) as killed:
        killed.halts()
        killed.kill()
    assert rows(new_url) == before
    whole(new_url, before)
    read(new_url, EARLIER)


def test_a_store_whose_first_start_is_killed_is_made_by_the_next(new_url: str) -> None:
    with migrating(new_url, MIDDLE) as killed:
        killed.halts()
        killed.kill()
    assert rows(new_url) == {}
    whole(new_url, {})


def test_of_two_that_migrate_at_once_one_does_and_the_other_waits(new_url: str) -> None:
    fill(new_url, EARLIER)
    before = rows(new_url)
    with migrating(new_url, MIDDLE) as first:
        first.halts()
        with migrating(new_url) as second:
            second.queues()
            first.goes_on()
            assert (first.made(), second.made()) == (new(before), 0)
    whole(new_url, before)
    read(new_url, EARLIER)


def test_who_waits_for_a_migration_that_is_killed_does_it(new_url: str) -> None:
    fill(new_url, EARLIER)
    before = rows(new_url)
    with migrating(new_url, "COMMIT") as first:
        first.halts()
        with migrating(new_url) as second:
            second.queues()
            first.kill()
            assert second.made() == new(before)
    whole(new_url, before)
    read(new_url, EARLIER)
