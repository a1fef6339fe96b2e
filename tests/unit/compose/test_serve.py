"""Processes that run until they are told to end, at whatever moment that comes."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from bot.compose import serve
from bot.compose.serve import Ending, until
from bot.domain.errors import UserFault
from bot.settings import Settings

ENDS_S = 10.0
STEPS = 60


def interrupted(work: Callable[[], None], handler: Callable[[], None], at: int) -> bool:
    """Whether `work` ends where the handler of a signal runs before its line `at`."""
    left = at

    def step(_frame: FrameType, what: str, _value: object) -> object:
        nonlocal left
        left -= what == "line"
        if left == 0 and what == "line":
            sys.settrace(None)
            handler()
        return step

    def traced() -> None:
        sys.settrace(step)
        work()

    thread = threading.Thread(target=traced, daemon=True)
    thread.start()
    thread.join(ENDS_S)
    return not thread.is_alive()


@pytest.mark.parametrize("line", range(1, STEPS))
def test_a_signal_ends_it_whatever_it_does_at_that_moment(
    line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "CHECK_S", 1e-4)
    ending = Ending(orderly=True)
    assert interrupted(lambda: until(ending, lambda: None), ending.told, line)


def test_a_signal_before_work_has_begun_ends_it_at_once() -> None:
    ending = Ending()
    with pytest.raises(KeyboardInterrupt):
        ending.told()
    assert ending.within(0.0)


# What is refused before anything is served ------------------------------------------


def dispatches(monkeypatch: pytest.MonkeyPatch, **settings: str) -> UserFault:
    """Why `seedgate dispatch` does not begin."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserFault) as refused:
        serve.dispatch(Settings(), jobs=1, tell=lambda _: None)
    return refused.value


def test_trials_are_not_run_in_another_environment_than_the_one_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would run in Seedgate's own, and nobody would know."""
    gone = str(tmp_path / "gone")
    cache = str(tmp_path / "cache")
    fault = dispatches(monkeypatch, SEEDGATE_CACHE_DIR=cache, VIRTUAL_ENV=gone)
    assert gone in fault.problem
    with pytest.raises(UserFault) as refused:
        serve.serve(Settings(), dispatch=True, jobs=1, tell=lambda _: None)
    assert refused.value.problem == fault.problem


def test_a_store_that_cannot_be_opened_is_no_reason_to_try_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    nowhere = "postgresql://gate@127.0.0.1:9/gate"
    cache = str(tmp_path / "cache")
    fault = dispatches(
        monkeypatch, SEEDGATE_CACHE_DIR=cache, SEEDGATE_DATABASE_URL=nowhere
    )
    assert "127.0.0.1" in fault.problem


def test_trials_need_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    cache = str(tmp_path / "cache")
    fault = dispatches(monkeypatch, SEEDGATE_CACHE_DIR=cache, PATH=str(tmp_path))
    assert "git" in fault.problem
