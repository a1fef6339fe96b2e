"""Which evaluations somebody carries on, told by locks on a PostgreSQL server.

What `bot.adapters.alive` does with locked files for the processes of one machine. The
locks are those of one session: they end with the process, however that ends. Where
the session is lost and the process lives on, it takes them again.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store.database.locks import share, try_for, unshare

LOOK_EVERY_S = 1.0
"""How often the session is looked at, at calls of the store."""


class Holds:
    """What this process carries on; several processes may carry on one evaluation."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is held, and no session opened, before the first `hold`."""
        self._engine = engine
        self._held: Counter[str] = Counter()
        self._session: Connection | None = None
        self._looked_at = float("-inf")
        self._guard = threading.RLock()

    @contextmanager
    def hold(self, evaluation: str) -> Iterator[None]:
        """Be one of those who carry on this evaluation."""
        self._add(evaluation)
        try:
            yield
        finally:
            self._remove(evaluation)

    @contextmanager
    def abandoned(self, evaluation: str) -> Iterator[bool]:
        """Whether nobody carries it on; if so, nobody can start to within the block."""
        with self._engine.begin() as connection:
            yield try_for(connection, _lock(evaluation))

    def refresh(self) -> None:
        """Take again what a lost session has held; looks now and then."""
        with self._guard:
            due = time.monotonic() - self._looked_at >= LOOK_EVERY_S
            if self._held and due:
                self._alive()
                self._looked_at = time.monotonic()

    def doubt(self) -> None:
        """Something went wrong: look at the next occasion."""
        self._looked_at = float("-inf")

    def close(self) -> None:
        """End the session, and so all that it holds."""
        with self._guard:
            self._drop()

    def _add(self, evaluation: str) -> None:
        with self._guard:
            share(self._alive(), _lock(evaluation))
            self._held[evaluation] += 1

    def _remove(self, evaluation: str) -> None:
        """A session that was lost has given the lock back already."""
        with self._guard:
            self._held[evaluation] -= 1
            self._held = +self._held
            if self._session is not None:
                with suppress(SQLAlchemyError):
                    unshare(self._session, _lock(evaluation))
            if not self._held:
                self._drop()

    def _alive(self) -> Connection:
        """The session, or a new one that holds all that the lost one held."""
        if self._session is not None:
            with suppress(SQLAlchemyError):
                self._session.exec_driver_sql("SELECT 1")
                return self._session
            self._drop()
        session = self._open()
        try:
            for evaluation in self._held.elements():
                share(session, _lock(evaluation))
        except BaseException:
            session.close()
            raise
        self._session = session
        return session

    def _open(self) -> Connection:
        """A session that no pool gives to others; each statement stands alone."""
        options = {"isolation_level": "AUTOCOMMIT"}
        session = self._engine.connect().execution_options(**options)
        session.detach()
        return session

    def _drop(self) -> None:
        if self._session is not None:
            with suppress(SQLAlchemyError):
                self._session.close()
            self._session = None


def _lock(evaluation: str) -> str:
    return f"evaluation {evaluation}"
