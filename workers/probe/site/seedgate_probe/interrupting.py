"""Errors that are not ours though they come up within us: those of signal handlers."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


def by_handler(fault: BaseException) -> bool:
    """Whether a signal handler raised `fault`: Python calls it wherever it just is.

    A handler is known by its code, or by what it is called with: the very frame that it
    interrupts.
    """
    codes = {_code(handler) for handler in _handlers()} - {None}
    at = fault.__traceback__
    while at is not None:
        frame = at.tb_frame
        if frame.f_code in codes or _was_given(frame, frame.f_back):
            return True
        at = at.tb_next
    return False


def _handlers() -> list[Any]:
    known = (signal.getsignal(number) for number in range(1, signal.NSIG))
    return [one for one in known if callable(one)]


def _code(handler: Any) -> Any:
    """The code of a function, a method, a partial one or an object that is called."""
    handler = getattr(handler, "func", handler)
    handler = getattr(handler, "__func__", handler)
    code = getattr(handler, "__code__", None)
    if code is not None:
        return code
    return getattr(type(handler).__call__, "__code__", None)


def _was_given(frame: FrameType, interrupted: FrameType | None) -> bool:
    if interrupted is None:
        return False
    count = frame.f_code.co_argcount + bool(frame.f_code.co_flags & 4)
    given = [frame.f_locals.get(name) for name in frame.f_code.co_varnames[:count]]
    more = [one for each in given if isinstance(each, tuple) for one in each]
    return any(one is interrupted for one in [*given, *more])
