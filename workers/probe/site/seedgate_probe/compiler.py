"""Keeping out of the way of `torch.compile` and `torch.jit`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

HEARD = "heard"
"""The name of the function that guards a hook, in `session`."""

NO_DATA = (
    "torch.compile is used: the probe has let go of modules, so the data of each step"
    " is not known."
)
NO_LINES = (
    "torch.compile runs code that cannot be traced: all changed lines are taken as run."
)


def hide(torch: Any) -> None:
    """Have the compiler run our functions as they are, and never look into them.

    Nor into what they call, where that is ours too.
    """
    frames = sys.modules.get("torch._dynamo.eval_frame")
    skip = getattr(frames, "skip_code", None)
    ours = __name__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        if skip is not None and name.partition(".")[0] == ours:
            for code in codes_of(module):
                skip(code)
    _skip_whole(torch, list(codes_of(sys.modules[f"{ours}.session"])))


def _skip_whole(torch: Any, codes: list[CodeType]) -> None:
    """Skip what hooks are wrapped in together with all that it calls."""
    frame = getattr(torch._C._dynamo, "eval_frame", None)
    strategy = getattr(frame, "_FrameExecStrategy", None)
    action = getattr(frame, "_FrameAction", None)
    if frame is None or strategy is None or action is None:
        return
    for code in codes:
        if code.co_name == HEARD:
            frame.set_code_exec_strategy(code, strategy(action.SKIP, action.SKIP))


def alike(heard: Callable[..., Any], call: Any) -> Callable[..., Any]:
    """`heard`, for which `torch.jit` takes `call` where it compiles a use of it."""
    builtins = sys.modules.get("torch.jit._builtins")
    enter = getattr(builtins, "_register_builtin", None)
    for known, name in getattr(builtins, "_builtin_ops", ()):
        if known is call and enter is not None:
            enter(heard, name)
    heard.__prepare_scriptable__ = lambda: call  # type: ignore[attr-defined]
    return heard


def codes_of(module: Any) -> Iterator[CodeType]:
    """The code of all functions of a module, with those inside of them."""
    classes = [one for one in vars(module).values() if isinstance(one, type)]
    for owner in (module, *classes):
        for value in vars(owner).values():
            function = getattr(value, "__func__", value)
            code = getattr(function, "__code__", None)
            if code is not None and function.__module__ == module.__name__:
                yield from _with_inner(code)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _with_inner(one)
