"""Who dispatches for a PostgreSQL store: one of many, by a lock of one session.

All that the leader writes goes through the session that holds the lock: whoever lost
the lead, and has not noticed, cannot write any more. A lost session is opened again,
and takes the lead again unless another dispatcher has it by then.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.adapters.store.database.calling import P, T, Work, rolled_back
from bot.adapters.store.database.faults import StoreError, translated
from bot.adapters.store.database.locks import LEAD, try_to_keep
from bot.adapters.store.database.opening import READ_ONLY

TRIES = 5
"""How often a transaction is made that the server takes back."""


class Lead:
    """The dispatcher's calls on one database; on SQLite a file says who leads."""

    def __init__(self, engine: Engine, name: str) -> None:
        """Calls are made on any session until the lead is taken for the first time."""
        self._engine = engine
        self._reader = engine.execution_options(**{READ_ONLY: True})
        self._name = name
        self._session: Connection | None = None
        self._locked = False
        self._led = False

    def take(self) -> bool:
        """Lead from now on, unless another does; safe to repeat.

        Who has to wait keeps the session, and so learns when the server breaks it.
        """
        if self._engine.dialect.name != "postgresql":
            return True
        with translated(self._name):
            if not self._locked:
                self._locked = self._asked()
        self._led = self._led or self._locked
        return self._locked

    def call(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` in one transaction; made again only if the server took it back.

        Raises `StoreError` where the connection is lost, or the lead is.
        """
        with translated(self._name):
            for _ in range(TRIES - 1):
                try:
                    return self._once(self._engine, work, *args, **kwargs)
                except DBAPIError as error:
                    if not rolled_back(error):
                        raise
            return self._once(self._engine, work, *args, **kwargs)

    def look(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for work that only reads."""
        with translated(self._name):
            return self._once(self._reader, work, *args, **kwargs)

    def close(self) -> None:
        """Give the lead back, as the end of the process does."""
        if self._session is not None:
            with suppress(SQLAlchemyError):
                self._session.close()
        self._session, self._locked = None, False

    def _once(
        self, engine: Engine, work: Work[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if not self._led:
            with engine.begin() as connection:
                return work(connection, *args, **kwargs)
        if not self.take():
            problem = f"Another dispatcher leads the store {self._name} now."
            raise StoreError(problem, "It goes on with what this one had begun.")
        with self._transaction() as session:
            return work(session, *args, **kwargs)

    def _asked(self) -> bool:
        with self._transaction() as session:
            return try_to_keep(session, LEAD)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One on the session that holds, or will hold, the lock; opened if need be."""
        if self._session is None:
            session = self._engine.connect()
            session.detach()
            self._session = session
        try:
            with self._session.begin():
                yield self._session
        except DBAPIError as error:
            if error.connection_invalidated:
                self.close()
            raise
