"""How a call of the store becomes a transaction, and when it is made again.

Every call of the engine's is safe to repeat. So one that the server rolled back (a
deadlock, a conflict) or whose connection was lost is made again for a while, whatever
became of the first. SQLite has no such ends.
"""

import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.adapters.store.database.faults import translated
from bot.adapters.store.database.holding import Holds
from bot.adapters.store.database.locks import TURN, wait_for
from bot.adapters.store.database.opening import READ_ONLY
from bot.adapters.store.database.postgres import ISOLATED

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5
_ROLLED_BACK = ("40001", "40P01")
_LOST = ("08", "25P03", "57P")


class Calls:
    """The engine's calls on one database."""

    def __init__(
        self, engine: Engine, name: str, holds: Holds, patience_s: float
    ) -> None:
        """`holds` are looked after at each call: they outlive a lost session."""
        served = engine.dialect.name == "postgresql"
        options = ISOLATED if served else {READ_ONLY: True}
        self._engine = engine
        self._reader = engine.execution_options(**options)
        self._name = name
        self._holds = holds
        self._patience_s = patience_s
        self._in_turn = served

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` on one state of the store."""

        def once() -> T:
            with self._reader.connect() as connection:
                return work(connection, *args, **kwargs)

        return self._patiently(once)

    def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` in one transaction; such writers take turns, as on SQLite.

        What one of them reads before it writes cannot be changed by another meanwhile.
        """

        def once() -> T:
            with self._engine.begin() as connection:
                if self._in_turn:
                    wait_for(connection, TURN)
                return work(connection, *args, **kwargs)

        return self._patiently(once)

    def _patiently(self, once: Callable[[], T]) -> T:
        with translated(self._name):
            deadline, pause = time.monotonic() + self._patience_s, FIRST_PAUSE_S
            while True:
                try:
                    self._holds.refresh()
                    return once()
                except DBAPIError as error:
                    self._holds.doubt()
                    if not passes(error) or time.monotonic() >= deadline:
                        raise
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)


def passes(error: DBAPIError) -> bool:
    """Whether the same call may well succeed if it is made again."""
    return rolled_back(error) or lost(error)


def rolled_back(error: DBAPIError) -> bool:
    """Whether the server took the transaction back for the sake of another."""
    return _state(error) in _ROLLED_BACK


def lost(error: DBAPIError) -> bool:
    """Whether there is no session with the server any more, or could be none."""
    if not hasattr(error.orig, "sqlstate"):
        return False  # SQLite: a file is not lost
    state = _state(error)
    if state is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    return state.startswith(_LOST)


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
