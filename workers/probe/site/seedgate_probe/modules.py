"""Hearing of calls of models: a hook on all modules, there only while it is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from .session import Session


class Modules:
    """Tells when an outermost module is entered, and what entered it."""

    def __init__(self, session: Session, entered: Callable[[], bool]) -> None:
        """`entered` is called as an outermost module is, and says if that is of use."""
        self._session = session
        self._entered = entered
        self._handle: Any = None
        self._never_again = False

    def listen(self, *, wanted: bool) -> None:
        """Hear of calls, or not: the hook slows down every module a little."""
        wanted = (wanted or self._session.asked.short) and not self._never_again
        if wanted and self._handle is None:
            module = self._session.torch.nn.modules.module
            self._handle = module.register_module_forward_pre_hook(self._entering)
        elif not wanted and self._handle is not None:
            self._handle.remove()
            self._handle = None

    def let_go(self) -> None:
        """Hear of nothing any more."""
        self._never_again = True
        self._session.last_call = None
        self.listen(wanted=False)

    def _entering(self, module: Any, args: Any) -> None:
        session = self._session
        if session.idle():
            return
        try:
            if session.models.is_outermost(module):
                # The hook is not told of keywords; its caller has them by this name.
                keywords = sys._getframe(1).f_locals.get("kwargs")
                self._outermost(module, args, keywords or {})
        except Exception as fault:
            session.failed(fault)

    def _outermost(self, module: Any, args: Any, keywords: Any) -> None:
        session = self._session
        wanted = self._entered()
        if session.over or not (wanted and session.torch.is_grad_enabled()):
            return
        with session.working():
            session.batch.enter((args, keywords))
        if session.asked.short and any(True for _ in module.parameters()):
            call = {"model": module, "args": args, "kwargs": keywords}
            session.last_call = call
