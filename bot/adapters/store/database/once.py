"""A database whose transactions are made once: who asked is told, and asks again."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from bot.adapters.store.database.faults import translated
from bot.adapters.store.database.opening import LOG_PAGES, READ_ONLY, open_engine


class Once:
    """Transactions at a database URL, on connections of their own.

    For requests of others, which have little time: `Calls` tries again for a while.
    """

    def __init__(
        self, url: str, patience_s: float, *, log_pages: int = LOG_PAGES
    ) -> None:
        """Open the store at `url`, made or migrated if due; see `open_engine`."""
        opened = open_engine(url, patience_s, log_pages=log_pages)
        self._engine, self.name = opened
        self._reader = self._engine.execution_options(**{READ_ONLY: True})

    def close(self) -> None:
        """Give every connection back to the system."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction; raises `StoreError`."""
        with translated(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One that only reads; raises `StoreError`."""
        with translated(self.name), self._reader.connect() as connection:
            yield connection
