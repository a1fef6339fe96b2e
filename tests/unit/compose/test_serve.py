"""Processes that run until they are told to end, at whatever moment that comes."""

import sys
import threading
from collections.abc import Callable
from types import FrameType

import pytest

from bot.compose import serve
from bot.compose.serve import Ending, until

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
