"""What the App needs of GitHub, and no more."""

from bot.adapters.github.desk import FETCH, LOOK, WORK
from bot.domain.github.needs import (
    EVENTS,
    PERMISSIONS,
    Lack,
    beyond,
    lacking,
    unheard,
)


def test_what_is_needed_lacks_nothing_and_goes_beyond_nothing() -> None:
    assert lacking(PERMISSIONS) == beyond(PERMISSIONS) == ()


def test_more_than_is_needed_is_enough_and_is_named() -> None:
    granted = {**PERMISSIONS, "contents": "write", "actions": "read"}
    assert lacking(granted) == ()
    assert beyond(granted) == (
        Lack("actions", "", "read"),
        Lack("contents", "read", "write"),
    )


def test_what_is_missing_or_too_low_is_named() -> None:
    granted = {**PERMISSIONS, "checks": "read"}
    del granted["issues"]
    assert lacking(granted) == (
        Lack("checks", "write", "read"),
        Lack("issues", "write", ""),
    )


def test_a_level_that_is_new_to_us_is_none() -> None:
    assert lacking({**PERMISSIONS, "checks": "sometimes"})[0].has == "sometimes"


def test_events_that_are_not_heard_are_named() -> None:
    assert unheard(EVENTS) == ()
    assert unheard(["push", "star"]) == tuple(sorted(set(EVENTS) - {"push"}))


def test_no_token_asks_for_more_than_the_app_does() -> None:
    for reach in (WORK, LOOK, FETCH):
        assert lacking(PERMISSIONS, dict(reach)) == ()
