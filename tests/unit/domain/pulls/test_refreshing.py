"""When a baseline is run anew by itself."""

from bot.domain.pulls.refreshing import (
    NoRefresh,
    RefreshAt,
    RefreshDue,
    next_refresh,
)

WEEK = 604800.0


def test_without_a_schedule_nothing_is_ever_due() -> None:
    assert next_refresh(None, None, 5.0) == NoRefresh()
    assert next_refresh(None, 0.0, 9e9) == NoRefresh()


def test_a_baseline_that_was_never_refreshed_is_due() -> None:
    assert next_refresh(WEEK, None, 5.0) == RefreshDue()


def test_the_next_one_is_a_period_after_the_last() -> None:
    assert next_refresh(WEEK, 100.0, 100.0) == RefreshAt(100 + WEEK)
    assert next_refresh(WEEK, 100.0, 99 + WEEK) == RefreshAt(100 + WEEK)
    assert next_refresh(WEEK, 100.0, 100 + WEEK) == RefreshDue(0.0)


def test_many_that_were_missed_are_due_once() -> None:
    assert next_refresh(WEEK, 0.0, 10.5 * WEEK) == RefreshDue(9.5 * WEEK)
    assert next_refresh(WEEK, 10.5 * WEEK, 10.5 * WEEK) == RefreshAt(11.5 * WEEK)


def test_a_clock_that_was_ahead_does_not_put_it_off_for_longer_than_a_period() -> None:
    assert next_refresh(WEEK, 9e9, 100.0) == RefreshAt(100 + WEEK)
