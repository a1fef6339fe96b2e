"""Who of several Apps on one store writes: one, by a lock that ends with its holder.

On PostgreSQL it is a lock of one session; on SQLite, whose Apps share a machine, a
locked file beside the store. Who does not lead takes webhooks in and stands by.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.store.database.faults import blocked_folder, translated
from bot.adapters.store.database.locks import APP, try_to_keep
from bot.adapters.store.database.opening import open_engine
from bot.adapters.store.pulls import PATIENCE_S


class _Lock(Protocol):
    def take(self) -> bool: ...

    def close(self) -> None: ...


class AppLead:
    """The lead of the App on one store; not the dispatcher's, which is another."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        """Nothing is taken before `take`; raises as `SqlPulls` does."""
        self._engine, self.name = open_engine(url, patience_s)
        self._lock: _Lock = (
            _SessionLock(self._engine, self.name)
            if self._engine.dialect.name == "postgresql"
            else _FileLock(self.name)
        )

    def take(self) -> bool:
        """Whether we lead: from now on if nobody else does, and still if we did.

        Ask again and again. False once after the lead was lost, even if it could be
        had again: another may have led meanwhile. Raises `StoreError` where the store
        cannot be reached; that is a no as well.
        """
        return self._lock.take()

    def close(self) -> None:
        """Give the lead back, as the end of the process does."""
        self._lock.close()
        self._engine.dispose()


class _SessionLock:
    """A lock of a session that no pool gives to others."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._session: Connection | None = None
        self._held = False

    def take(self) -> bool:
        if self._session is not None and not _answers(self._session):
            self.close()
            return False
        with translated(self._name):
            if self._session is None:
                self._session = self._open()
            self._held = self._held or try_to_keep(self._session, APP)
        return self._held

    def close(self) -> None:
        if self._session is not None:
            with suppress(SQLAlchemyError):
                self._session.close()
        self._session, self._held = None, False

    def _open(self) -> Connection:
        """Each statement stands alone: the session never idles in a transaction."""
        options = {"isolation_level": "AUTOCOMMIT"}
        session = self._engine.connect().execution_options(**options)
        session.detach()
        return session


def _answers(session: Connection) -> bool:
    try:
        session.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        return False
    return True


class _FileLock:
    """A lock on a file beside the store."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path = Path(f"{name}.app.lock")
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        if self._file is not None and not self._stands(self._file):
            self.close()
            return False
        try:
            self._file = self._file or self._locked()
        except OSError as error:
            folder = str(self._path.parent)
            raise blocked_folder(self._name, folder, error) from error
        return self._file is not None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _locked(self) -> IO[bytes] | None:
        file = self._path.open("ab")
        held = False
        try:
            held = _locks(file) and self._stands(file)
        finally:
            if not held:
                file.close()
        return file if held else None

    def _stands(self, file: IO[bytes]) -> bool:
        """Whether others find the same file: not where somebody deleted it."""
        with suppress(FileNotFoundError):
            return os.path.samestat(self._path.stat(), os.fstat(file.fileno()))
        return False


def _locks(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
